/** The latency that messages between AS take on average, about, before a run. */

import { openNetwork } from '../plan/lay-out.ts';
import { isFromFile, type Swarm } from '../plan/swarm.ts';

/** The mean latency between two AS of a transit–stub topology (docs/model.md). */
const TRANSIT_STUB_MS = 300;
/** So many AS stand for all of a network. */
const SAMPLE = 30;

/** The mean latency of a message between two AS, in ms: a measure for what clients wait for. */
export function typicalLatencyMs({ topology, latency }: Swarm): number {
  if (latency.model === 'fixed') return latency.fixedMs;
  if (!isFromFile(topology)) return TRANSIT_STUB_MS;
  const network = openNetwork(topology);
  const { hosts } = topology;
  const all =
    hosts !== undefined && 'as' in hosts ? hosts.as.map(({ as }) => as) : network.edgeAs();
  const step = Math.max(1, Math.floor(all.length / SAMPLE));
  const sample = Uint32Array.from(all.filter((_, i) => i % step === 0).slice(0, SAMPLE));
  const ms = network.latenciesMs(sample);
  // The diagonal is within an AS.
  const between = ms.filter((each, i) => each < Infinity && i % (sample.length + 1) !== 0);
  if (between.length === 0) return topology.intraMs;
  return between.reduce((sum, each) => sum + each, 0) / between.length;
}
