/**
 * Tit for tat (BEP 3; Cohen 2003): those who upload the most to us, and some others by chance.
 *
 * Snubbing is not modelled. For a seed, who receives nothing, all rates are zero and the first
 * connections win: seeds of real clients follow another strategy.
 */

import { type InterestedPeers, type Choker, UNCHOKE } from './choker.ts';
import { unchokeBest, unchokeAtRandom } from './choker.ts';
import { unstableOrder } from '../rules/unstable-order.ts';

export const titForTat: Choker = (candidates, round) => {
  const { regular } = round.slots;
  if (round.unstableSort) unchokeFirstSorted(candidates, regular);
  else unchokeBest(candidates, candidates.received, regular);
  unchokeAtRandom(candidates, round);
};

function unchokeFirstSorted({ count, received, decision }: InterestedPeers, slots: number): void {
  const order = unstableOrder(received, count);
  for (let i = 0; i < Math.min(slots, count); i++) decision[order[i]!] = UNCHOKE;
}
