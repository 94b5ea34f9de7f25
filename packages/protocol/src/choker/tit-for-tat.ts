/**
 * Tit for tat (BEP 3; Cohen 2003): those who upload the most to us, and some others by chance.
 *
 * Snubbing is not modelled. For a seed, who receives nothing, all rates are zero and the first
 * connections win: seeds of real clients follow another strategy.
 */

import { type Strategy, unchokeBest, unchokeByChance } from './strategy.ts';

export const titForTat: Strategy = (candidates, round) => {
  unchokeBest(candidates, candidates.received, round.slots.regular);
  unchokeByChance(candidates, round);
};
