/**
 * For seeds: everybody in turn (libtorrent's default, `round_robin`).
 *
 * Whoever is served keeps its slot until it has had its share, 20 pieces and a minute at least;
 * then those come first who have waited longest.
 */

import { type Strategy, UNCHOKE, unchokeBest, unchokeByChance } from './strategy.ts';

/** libtorrent's `seeding_piece_quota`, and the least time of a turn. */
const TURN_PIECES = 20;
const TURN_MS = 60_000;

/** How long each has waited, or that its turn is not over. Grows with the number of candidates. */
let claimMs = new Float64Array(64);

export const roundRobin: Strategy = (candidates, round) => {
  const { count, standing, served, turnedAtMs } = candidates;
  if (claimMs.length < count) claimMs = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const sinceMs = round.nowMs - turnedAtMs[i]!;
    const isDone = served[i]! >= TURN_PIECES && sinceMs >= TURN_MS;
    if (standing[i] === UNCHOKE) claimMs[i] = isDone ? -1 : Infinity;
    else claimMs[i] = sinceMs;
  }
  unchokeBest(candidates, claimMs, round.slots.regular);
  unchokeByChance(candidates, round);
};
