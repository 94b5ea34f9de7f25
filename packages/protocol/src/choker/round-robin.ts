/**
 * For seeds: everybody in turn (libtorrent's default, `round_robin`).
 *
 * Whoever is served keeps its slot until it has had its share, 20 pieces and a minute at least;
 * then those come first who have waited longest.
 */

import { type Choker, UNCHOKE, unchokeBest, unchokeAtRandom } from './choker.ts';

/** libtorrent's `seeding_piece_quota`, and the least time of a turn. */
const TURN_PIECES = 20;
const TURN_MS = 60_000;

/** How long each has waited, or that its turn is not over. Grows with the number of candidates. */
let claimMs = new Float64Array(64);

export const roundRobin: Choker = (candidates, round) => {
  const { count, chokeState, piecesServed, chokeChangedAtMs } = candidates;
  if (claimMs.length < count) claimMs = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const sinceMs = round.nowMs - chokeChangedAtMs[i]!;
    const isDone = piecesServed[i]! >= TURN_PIECES && sinceMs >= TURN_MS;
    if (chokeState[i] === UNCHOKE) claimMs[i] = isDone ? -1 : Infinity;
    else claimMs[i] = sinceMs;
  }
  unchokeBest(candidates, claimMs, round.slots.regular);
  unchokeAtRandom(candidates, round);
};
