/** Simulates a setting, and says which swarm that is, so that real clients can form the same. */

import { forecastPeers, simulate, swarm as swarmOf } from '@cachetorrent/simulator';

import type { ObservedRun } from './observed-run.ts';
import { configOf, type Setting } from './scenarios.ts';

/** A peer of a swarm, with what real clients need to know of it. */
export interface SwarmPeer {
  readonly class: string;
  readonly uploadBytesPerS: number;
  readonly downloadBytesPerS: number;
  /** The peers to which it connects: indexes into the list of peers. */
  readonly neighbours: readonly number[];
}

const BIN_MS = 1_000;

/** The peers of the swarm that `setting` and `seed` give, the seed first. */
export function peersOf(setting: Setting, seed: number): readonly SwarmPeer[] {
  const swarm = swarmOf(configOf(setting));
  return forecastPeers(swarm, seed).map(({ class: classIndex, neighbours }) => {
    const { name, uploadKbps, downloadKbps } = swarm.classes[classIndex]!;
    return {
      class: name,
      uploadBytesPerS: bytesPerS(uploadKbps),
      downloadBytesPerS: bytesPerS(downloadKbps),
      neighbours: neighbours.map((id) => id - 1),
    };
  });
}

/** @throws SwarmStalled if the swarm cannot complete */
export async function simulateSwarm(
  setting: Setting,
  seed: number,
  signal: AbortSignal,
): Promise<ObservedRun> {
  const swarm = swarmOf(configOf(setting));
  const options = { seed, workers: 1, timelineMs: BIN_MS, signal };
  const { result, timeline } = await simulate(swarm, options);
  const { peers, classTrafficBits, messages, trafficBits } = result;
  const startMs = peers.completedAtMs[0]!;
  const fileBytes = (swarm.pieces * swarm.pieceBits) / 8;
  const leechers = peers.id.length - swarm.seeds;
  const receivedBytes = trafficBits.reduce((sum, bits) => sum + bits, 0) / 8;
  const capacityKbps = peers.uploadKbps.reduce((sum, kbps) => sum + kbps, 0);
  const { uploadUtilisation, fromMs, toMs } = timeline!;
  return {
    peers: Array.from(peers.id, (_, row) => ({
      class: peers.class[row]!,
      uploadBytesPerS: bytesPerS(peers.uploadKbps[row]!),
      completedS: (peers.completedAtMs[row]! - startMs) / 1_000,
    })),
    fileBytes,
    // The swarm has one AS, so an interval has one row.
    sentBytes: Array.from(
      uploadUtilisation,
      (share, i) => (share * capacityKbps * (toMs[i]! - fromMs[i]!)) / 8,
    ),
    exchangedBytes: Object.fromEntries(
      swarm.classes.map((from, i) => [
        from.name,
        Object.fromEntries(
          swarm.classes.map((to, j) => [
            to.name,
            classTrafficBits[i * swarm.classes.length + j]! / 8,
          ]),
        ),
      ]),
    ),
    messages,
    wastedBytes: receivedBytes - leechers * fileBytes,
  };
}

function bytesPerS(kbps: number): number {
  return (1_000 * kbps) / 8;
}
