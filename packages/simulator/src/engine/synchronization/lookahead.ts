/**
 * The distances between actors, computed from the lookahead, which make it safe to run them in
 * parallel.
 *
 * The lookahead from i to j is the least time that a message from i to j takes. An event of i can
 * also affect j through other actors, so the distance from i to j is the shortest path. The
 * distance from j to itself is the shortest cycle, since a message of j may be answered.
 */

import { assert } from '@cachetorrent/std';

/** With a smaller lookahead, windows would be too short for time to advance at all. */
export const LOOKAHEAD_MIN_MS = 1e-3;

/**
 * Returns all shortest paths over `lookaheadMs` (Floyd 1962), in ms. In both matrices, the entry
 * from i to j is at i · n + j, and Infinity means that there is no path. The lookahead from i to i
 * is ignored.
 */
export function distancesMs(lookaheadMs: Float64Array, actorCount: number): Float64Array {
  const n = actorCount;
  assert(lookaheadMs.length === n * n, 'the lookahead has a row and a column for each actor');
  const distance = new Float64Array(new SharedArrayBuffer(8 * n * n));
  distance.set(lookaheadMs);
  for (let i = 0; i < n; i++) distance[i * n + i] = Infinity;

  for (let via = 0; via < n; via++) {
    const row = via * n;
    let minOutMs = Infinity;
    for (let j = 0; j < n; j++) minOutMs = Math.min(minOutMs, distance[row + j]!);
    for (let i = 0; i < n; i++) {
      const toViaMs = distance[i * n + via]!;
      if (toViaMs + minOutMs < Infinity) relaxRow(distance, i * n, row, toViaMs, n);
    }
  }
  return distance;
}

/** Shortens the paths of row `from` by those of row `via`, at the distance `toViaMs`. */
function relaxRow(
  distance: Float64Array,
  from: number,
  via: number,
  toViaMs: number,
  n: number,
): void {
  for (let j = 0; j < n; j++) {
    const pathMs = toViaMs + distance[via + j]!;
    if (pathMs < distance[from + j]!) distance[from + j] = pathMs;
  }
}
