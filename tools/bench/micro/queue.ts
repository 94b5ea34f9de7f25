/**
 * The event queue in the hold model (Vaucher and Duval 1975): each step removes the first event and
 * inserts one after an exponential delay, so that the number of pending events is constant.
 */

import { exponential, seededRandom } from '@cachetorrent/std';

import { EventQueue } from '../../../packages/simulator/src/engine/queue/event-queue.ts';
import { type Microbenchmark, sized } from './micro.ts';

const HOLDS = 10_000;
const DELAYS = 2 ** 12;
const MEAN_MS = 100;

export const QUEUE: readonly Microbenchmark[] = [1_000, 16_000, 128_000, 1_000_000].map(
  (pending) => ({
    name: `queue: push and pop, ${sized(pending)} pending`,
    make: () => {
      const random = seededRandom('bench', 'queue', pending);
      const delaysMs = Float64Array.from({ length: DELAYS }, () => exponential(random, MEAN_MS));
      const queue = new EventQueue();
      let order = 0;
      for (; order < pending; order++) queue.push(delaysMs[order % DELAYS]!, order, 0, 0, 0, 0);
      // Delays are drawn at random, or events would fall into step.
      const run = (): void => {
        for (let i = 0; i < HOLDS; i++) {
          queue.popBefore(Infinity);
          queue.push(queue.atMs + delaysMs[random.below(DELAYS)]!, order, 4, i, 1, 2);
          order++;
        }
      };
      return { operations: HOLDS, run };
    },
  }),
);
