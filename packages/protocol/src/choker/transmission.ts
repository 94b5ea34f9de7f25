/**
 * The choker of Transmission 4.0 (`peer-mgr.cc`), for leechers and seeds.
 *
 * The connections are ranked by rate, and of equal rates those that are unchoked go first. They are
 * unchoked in this order until all slots are given to interested peers: those on the way that are
 * not interested are unchoked without a slot. The optimistic slot is for an interested peer that
 * has not been reached, at random.
 */

import {
  CHOKE,
  type Choker,
  type InterestedPeers,
  UNCHOKE,
  UNCHOKE_OPTIMISTICALLY,
} from './choker.ts';

/** The connections in the order of their rank; used within one call only. */
const ranked: number[] = [];

function choker(rateOf: (interested: InterestedPeers) => Float64Array): Choker {
  return (interested, rechoke) => {
    const { count, decision, isInterested, chokeState } = interested;
    const rate = rateOf(interested);
    ranked.length = 0;
    for (let i = 0; i < count; i++) ranked.push(i);
    if (count > 1) ranked.push(...ranked.splice(0, rechoke.random.below(count)));
    const isUnchoked = (i: number): number => (chokeState[i] === CHOKE ? 0 : 1);
    ranked.sort((i, j) => rate[j]! - rate[i]! || isUnchoked(j) - isUnchoked(i));
    let left = rechoke.slots.regular;
    let rest = 0;
    for (; rest < count && left > 0; rest++) {
      decision[ranked[rest]!] = UNCHOKE;
      left -= isInterested[ranked[rest]!]!;
    }
    unchokeOneOf(ranked.slice(rest), interested, rechoke);
  };
}

const unchokeOneOf = (
  rest: readonly number[],
  { decision, isInterested, chokeState }: InterestedPeers,
  { keepOptimistics, slots, random }: Parameters<Choker>[1],
): void => {
  let left = slots.optimistic;
  const candidates = rest.filter((i) => isInterested[i] === 1);
  if (keepOptimistics) {
    for (const i of candidates) {
      if (left === 0 || chokeState[i] !== UNCHOKE_OPTIMISTICALLY) continue;
      decision[i] = UNCHOKE_OPTIMISTICALLY;
      left--;
    }
  }
  const choked = candidates.filter((i) => decision[i] === CHOKE);
  for (; left > 0 && choked.length > 0; left--) {
    const [chosen] = choked.splice(random.below(choked.length), 1);
    decision[chosen!] = UNCHOKE_OPTIMISTICALLY;
  }
};

/** While leeching: by what peers send to us. */
export const transmission: Choker = choker(({ received }) => received);
/** While seeding: by what we send to peers. */
export const transmissionSeed: Choker = choker(({ sent }) => sent);
