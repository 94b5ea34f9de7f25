/**
 * The key of a run: a hash of everything that determines its result, and of nothing else. Equal
 * keys mean equal results, so a result that is stored under a key is never computed again.
 *
 * A result is determined by the swarm (with all defaults filled in, and without the fields that
 * are only accepted for compatibility with the original), the seed, and the results version.
 */

import { hash } from 'node:crypto';

import { isFromFile, type Swarm } from '@cachetorrent/simulator';

/**
 * The version of the results. It is raised when a swarm and seed give another result than before,
 * and only then: it distinguishes stored runs that are out of date from those that are not.
 */
export const RESULTS_VERSION = 6;

/** The key of a run: 32 hexadecimal digits. */
export type RunKey = string;

/** A hash of a swarm; equal swarms have equal digests. */
export type SwarmDigest = string & { readonly __swarmDigest: true };

export function swarmDigest(swarm: Swarm): SwarmDigest {
  return hash('sha256', canonicalJson(withoutFile(swarm)), 'hex') as SwarmDigest;
}

/**
 * A file that describes the network counts for what it says, whatever its name. A long text counts
 * by its hash.
 */
function withoutFile(swarm: Swarm): object {
  const { topology } = swarm;
  if (!isFromFile(topology)) return swarm;
  const { file, network, ...rest } = topology;
  const isLong = network.kind === 'relationships' && file.sha256 !== undefined;
  const content = isLong ? { kind: network.kind, sha256: file.sha256 } : network;
  return { ...swarm, topology: { ...rest, network: content } };
}

export function runKey(swarm: SwarmDigest, seed: number): RunKey {
  return hash('sha256', `results ${RESULTS_VERSION}/${swarm}/${seed}`, 'hex').slice(0, 32);
}

/** Returns `value` as JSON with sorted fields, so that equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
