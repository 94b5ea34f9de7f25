/** All by chance: regular and optimistic slots alike. A yardstick for other strategies. */

import { type Strategy, unchokeByChance } from './strategy.ts';

export const atRandom: Strategy = (candidates, round) => {
  const { regular, optimistic } = round.slots;
  const slots = { regular: 0, optimistic: regular + optimistic };
  unchokeByChance(candidates, { ...round, slots, keepOptimistics: false });
};
