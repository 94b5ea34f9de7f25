/** All by chance: regular and optimistic slots alike. A yardstick for other strategies. */

import { type Choker, unchokeAtRandom } from './choker.ts';

export const atRandom: Choker = (candidates, round) => {
  const { regular, optimistic } = round.slots;
  const slots = { regular: 0, optimistic: regular + optimistic };
  unchokeAtRandom(candidates, { ...round, slots, keepOptimistics: false });
};
