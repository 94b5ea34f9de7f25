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

/** The connections in the order of their rank; used within one call only. */
const ranked: number[] = [];

function choker(compare: Compare, slotsOf: SlotsOf = fixedSlots): Choker {
  return (interested, rechoke) => {
    const { decision, count } = interested;
    let slots = slotsOf(interested, rechoke);
    ranked.length = 0;
    for (let i = 0; i < count; i++) ranked.push(i);
    rotate(ranked, rechoke);
    for (; slots > 0 && ranked.length > 0; slots--) {
      let best = 0;
      for (let rank = 1; rank < ranked.length; rank++) {
        if (compare(interested, ranked[rank]!, ranked[best]!, rechoke) < 0) best = rank;
      }
      decision[ranked[best]!] = UNCHOKE;
      ranked.splice(best, 1);
    }
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

/**
 * Begins the order at random, so that none of several equal connections has an advantage: the sort
 * is stable. In libtorrent the order of equal connections is arbitrary.
 */
function rotate(order: number[], { random }: Rechoke): void {
  if (order.length < 2) return;
  order.push(...order.splice(0, random.below(order.length)));
}

/**
 * Optimistic unchokes go to the connections that had none for the longest time, and first to those
 * that never had one.
 */
function unchokeOptimistically(interested: InterestedPeers, rechoke: Rechoke): void {
  const { decision, chokeState, optimisticAtMs, count } = interested;
  let slots = rechoke.slots.optimistic;
  if (rechoke.keepOptimistics) {
    for (let i = 0; i < count && slots > 0; i++) {
      if (chokeState[i] !== UNCHOKE_OPTIMISTICALLY || decision[i] !== CHOKE) continue;
      decision[i] = UNCHOKE_OPTIMISTICALLY;
      slots--;
    }
  }
  if (slots <= 0) return;
  ranked.length = 0;
  for (let i = 0; i < count; i++) if (decision[i] === CHOKE) ranked.push(i);
  rotate(ranked, rechoke);
  ranked.sort((i, j) => optimisticAtMs[i]! - optimisticAtMs[j]!);
  for (const i of ranked.slice(0, slots)) decision[i] = UNCHOKE_OPTIMISTICALLY;
}

/** With `seed_choking_algorithm` `round_robin`, the default. */
export const libtorrentRoundRobin: Choker = choker(roundRobin);
/** With `choking_algorithm` `rate_based_choker`. */
export const libtorrentRateBased: Choker = choker(roundRobin, rateBasedSlots);
/** With `seed_choking_algorithm` `anti_leech`. */
export const libtorrentAntiLeech: Choker = choker(antiLeech);
/** With `seed_choking_algorithm` `fastest_upload`. */
export const libtorrentFastestUpload: Choker = choker(fastestUpload);
