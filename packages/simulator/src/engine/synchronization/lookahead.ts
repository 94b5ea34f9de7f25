/**
 * How far apart actors are in time: the lookahead that makes it safe to run them in parallel.
 *
 * The lookahead from i to j is the least time that a message from i to j takes. What i does can
 * also reach j by way of others, so the distance from i to j is the shortest way; from j to itself
 * it is the shortest way out and back, since what j says may be answered.
 */

import { assert } from '@cachetorrent/std';

/** Below this the windows would be too short for time to advance at all. */
export const LOOKAHEAD_MIN_MS = 1e-3;

/**
 * The shortest ways through `lookaheadMs` (Floyd 1962), both matrices row by row: the way from i to
 * j is at i · n + j. Infinity where there is none. What the lookahead says of i to i is ignored.
 */
export function distancesMs(lookaheadMs: Float64Array, actorCount: number): Float64Array {
  const n = actorCount;
  assert(lookaheadMs.length === n * n, 'the lookahead has a row and a column for each actor');
  const distance = new Float64Array(new SharedArrayBuffer(8 * n * n));
  distance.set(lookaheadMs);
  for (let i = 0; i < n; i++) distance[i * n + i] = Infinity;

  for (let via = 0; via < n; via++) {
    const row = via * n;
    let leastOut = Infinity;
    for (let j = 0; j < n; j++) leastOut = Math.min(leastOut, distance[row + j]!);
    for (let i = 0; i < n; i++) {
      const toVia = distance[i * n + via]!;
      if (toVia + leastOut < Infinity) shorten(distance, i * n, row, toVia, n);
    }
  }
  return distance;
}

/** Shortens the ways of row `from` by those of row `via`, which is `toVia` away. */
function shorten(
  distance: Float64Array,
  from: number,
  via: number,
  toVia: number,
  n: number,
): void {
  for (let j = 0; j < n; j++) {
    const way = toVia + distance[via + j]!;
    if (way < distance[from + j]!) distance[from + j] = way;
  }
}
