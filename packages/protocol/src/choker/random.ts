/** All by chance: regular and optimistic slots alike. A yardstick for other strategies. */

import { CHOKE, type Strategy, unchokeByChance } from './strategy.ts';

export const atRandom: Strategy = (candidates, round) => {
  const { regular, optimistic } = round.slots;
  candidates.verdict.fill(CHOKE, 0, candidates.count);
  const slots = { regular: 0, optimistic: regular + optimistic };
  unchokeByChance(candidates, { ...round, slots, keepOptimistics: false });
};
