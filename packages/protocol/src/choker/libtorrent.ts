/**
 * The choker of libtorrent 2.0 (`choker.cpp` and `session_impl.cpp`): one for leechers and seeds,
 * with fixed upload slots.
 *
 * Connections are ranked by the bits that they have sent us in the last round. Those that have sent
 * nothing, as all do to a seed, take turns: a connection keeps its slot until its turn is over, and
 * the connection follows that was unchoked the longest time ago.
 */

import {
  CHOKE,
  type Choker,
  type InterestedPeers,
  type Rechoke,
  UNCHOKE,
  UNCHOKE_OPTIMISTICALLY,
} from './choker.ts';

/** The least number of pieces in a turn (`seeding_piece_quota`). */
const TURN_PIECES = 20;
/** The least time of a turn. */
const TURN_MS = 60_000;

/** Whether connection `i` is preferred to `j`: negative if so, positive if `j` is preferred. */
type Compare = (interested: InterestedPeers, i: number, j: number, rechoke: Rechoke) => number;

/** `round_robin`, the default. */
const roundRobin: Compare = (interested, i, j, rechoke) => {
  const { received, chokeState, sent, unchokedAtMs } = interested;
  if (received[i] !== received[j]) return received[j]! - received[i]!;
  const isOver = Number(isTurnOver(interested, i, rechoke));
  const isOtherOver = Number(isTurnOver(interested, j, rechoke));
  if (isOver !== isOtherOver) return isOver - isOtherOver;
  const sentBits = chokeState[i] === CHOKE ? 0 : sent[i]!;
  const otherBits = chokeState[j] === CHOKE ? 0 : sent[j]!;
  if (sentBits !== otherBits) return otherBits - sentBits;
  return unchokedAtMs[i]! - unchokedAtMs[j]!;
};

/** `fastest_upload`. */
const fastestUpload: Compare = ({ received, sent, unchokedAtMs }, i, j) => {
  if (received[i] !== received[j]) return received[j]! - received[i]!;
  if (sent[i] !== sent[j]) return sent[j]! - sent[i]!;
  return unchokedAtMs[i]! - unchokedAtMs[j]!;
};

/** `anti_leech` (Chow et al. 2008): those that have just begun, or are about to end, go first. */
const antiLeech: Compare = ({ received, heldShare, unchokedAtMs }, i, j) => {
  if (received[i] !== received[j]) return received[j]! - received[i]!;
  const distance = Math.abs(heldShare[i]! - 0.5);
  const otherDistance = Math.abs(heldShare[j]! - 0.5);
  if (distance !== otherDistance) return otherDistance - distance;
  return unchokedAtMs[i]! - unchokedAtMs[j]!;
};

function isTurnOver(interested: InterestedPeers, i: number, { nowMs, layout }: Rechoke): boolean {
  return (
    interested.chokeState[i] !== CHOKE &&
    interested.sentSinceUnchoke[i]! > TURN_PIECES * layout.pieceBits &&
    nowMs - interested.unchokedAtMs[i]! > TURN_MS
  );
}

function choker(compare: Compare, slotsOf: SlotsOf = fixedSlots): Choker {
  return (interested, rechoke) => {
    const slots = slotsOf(interested, rechoke);
    unchokeFirst(interested, rechoke, slots, compare, UNCHOKE);
    unchokeOptimistically(interested, rechoke);
  };
}

/** The number of regular slots. */
type SlotsOf = (interested: InterestedPeers, rechoke: Rechoke) => number;

const fixedSlots: SlotsOf = (_, { slots }) => slots.regular;

/** The least rate of the fastest connection, and how much more each further one needs, in B/s. */
const RATE_THRESHOLD = 1024;
const RATE_STEP = 2048;

/**
 * `rate_based_choker`: as many slots as there are connections to which we upload fast enough, and
 * one more. The more slots there are, the faster the next connection has to be.
 */
const rateBasedSlots: SlotsOf = ({ count, sent }, { roundMs }) => {
  const rates = Array.from({ length: count }, (_, i) => (sent[i]! * 125) / roundMs);
  rates.sort((a, b) => b - a);
  let slots = 0;
  while (slots < count && rates[slots]! >= RATE_THRESHOLD + slots * RATE_STEP) slots++;
  return slots + 1;
};

/** The connections to choose from, and those that are preferred; used within one call only. */
const candidates: number[] = [];
const preferred: number[] = [];

/**
 * Unchokes up to `slots` of the connections that are choked by decision, those that `compare`
 * prefers. Of several equal connections none has an advantage, since the order begins at random: in
 * libtorrent, their order is arbitrary.
 */
function unchokeFirst(
  interested: InterestedPeers,
  rechoke: Rechoke,
  slots: number,
  compare: Compare,
  unchoke: typeof UNCHOKE | typeof UNCHOKE_OPTIMISTICALLY,
): void {
  const { decision, count } = interested;
  let size = 0;
  for (let i = 0; i < count; i++) if (decision[i] === CHOKE) candidates[size++] = i;
  const start = size < 2 ? 0 : rechoke.random.below(size);
  for (let n = 0; n < size; n++) {
    const candidate = candidates[start + n < size ? start + n : start + n - size]!;
    let rank = Math.min(n, slots);
    for (; rank > 0 && compare(interested, candidate, preferred[rank - 1]!, rechoke) < 0; rank--) {
      preferred[rank] = preferred[rank - 1]!;
    }
    preferred[rank] = candidate;
  }
  for (let rank = 0; rank < slots && rank < size; rank++) decision[preferred[rank]!] = unchoke;
}

/**
 * Optimistic unchokes go to the connections that had none for the longest time, and first to those
 * that never had one.
 */
function unchokeOptimistically(interested: InterestedPeers, rechoke: Rechoke): void {
  const { decision, chokeState, count } = interested;
  let slots = rechoke.slots.optimistic;
  if (rechoke.keepOptimistics) {
    for (let i = 0; i < count && slots > 0; i++) {
      if (chokeState[i] !== UNCHOKE_OPTIMISTICALLY || decision[i] !== CHOKE) continue;
      decision[i] = UNCHOKE_OPTIMISTICALLY;
      slots--;
    }
  }
  if (slots <= 0) return;
  unchokeFirst(interested, rechoke, slots, leastRecentlyOptimistic, UNCHOKE_OPTIMISTICALLY);
}

const leastRecentlyOptimistic: Compare = ({ optimisticAtMs }, i, j) =>
  optimisticAtMs[i]! - optimisticAtMs[j]!;

/** With `seed_choking_algorithm` `round_robin`, the default. */
export const libtorrentRoundRobin: Choker = choker(roundRobin);
/** With `choking_algorithm` `rate_based_choker`. */
export const libtorrentRateBased: Choker = choker(roundRobin, rateBasedSlots);
/** With `seed_choking_algorithm` `anti_leech`. */
export const libtorrentAntiLeech: Choker = choker(antiLeech);
/** With `seed_choking_algorithm` `fastest_upload`. */
export const libtorrentFastestUpload: Choker = choker(fastestUpload);
