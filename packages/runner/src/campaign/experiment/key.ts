/**
 * The key of a run: a hash of everything that decides its result, and of nothing else. Equal keys
 * mean equal results, so what is stored under a key need never be computed again.
 *
 * What decides is the swarm (which has all defaults filled in, and none of the fields that are
 * only kept for the original's sake), the seed, and the version of the results.
 */

import { hash } from 'node:crypto';

import type { Swarm } from '@cachetorrent/simulator';

/**
 * Raised whenever the same swarm and seed come to another result than before, and never
 * otherwise: it tells runs that are out of date from those that are not.
 */
export const RESULTS_VERSION = 3;

/** 32 hexadecimal digits. */
export type RunKey = string;

/** Equal of swarms that are equal. */
export type SwarmDigest = string & { readonly __swarmDigest: true };

export function swarmDigest(swarm: Swarm): SwarmDigest {
  return hash('sha256', canonical(swarm), 'hex') as SwarmDigest;
}

export function runKey(swarm: SwarmDigest, seed: number): RunKey {
  return hash('sha256', `results ${RESULTS_VERSION}/${swarm}/${seed}`, 'hex').slice(0, 32);
}

/** JSON with the fields of every object in order, so that equal values are equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, of]) => of !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, of]) => `${JSON.stringify(name)}:${canonical(of)}`);
  return `{${fields.join(',')}}`;
}
