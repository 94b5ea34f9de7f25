import { describe, expect, test } from 'vitest';
import { seededRandom } from '@cachetorrent/std';

import { titForTat } from '../choker/tit-for-tat.ts';
import { InterestedPeers, CHOKE } from '../choker/choker.ts';
import { unstableOrder } from './unstable-order.ts';

const orderOf = (scores: readonly number[]) =>
  Array.from(unstableOrder(Float64Array.from(scores), scores.length).subarray(0, scores.length));

describe('an unstable order', () => {
  test('has everybody once, and nobody before a better one', () => {
    const random = seededRandom('unstable');
    for (let trial = 0; trial < 2000; trial++) {
      const scores = Array.from({ length: random.below(150) }, () => random.below(1 + (trial % 9)));
      const order = orderOf(scores);
      expect(new Set(order).size).toBe(scores.length);
      const sorted = scores.toSorted((a, b) => b - a);
      expect(order.map((i) => scores[i])).toEqual(sorted);
    }
  });

  test.each([5, 13, 41, 100])('leaves %i equals as they were', (count) => {
    expect(orderOf(Array.from({ length: count }, () => 3))).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test('moves equals out of the way of a better one', () => {
    // The pass with a gap of six swaps the last with the first.
    expect(orderOf([0, 0, 0, 0, 0, 0, 1])).toEqual([6, 1, 2, 3, 4, 5, 0]);
  });

  test.each([
    { rule: 'a client gives the slot to the first of equals', unstableSort: false, slots: 2, unchoked: [0, 6] },
    { rule: 'the original to whom its sort puts first', unstableSort: true, slots: 2, unchoked: [1, 6] },
  ])('$rule', ({ unstableSort, slots, unchoked }) => {
    const candidates = new InterestedPeers();
    candidates.count = 7;
    candidates.received[6] = 1;
    const random = seededRandom(1);
    titForTat(candidates, { nowMs: 0, slots: { regular: slots, optimistic: 0 }, keepOptimistics: false, unstableSort, random });
    expect([0, 1, 2, 3, 4, 5, 6].filter((i) => candidates.decision[i] !== CHOKE)).toEqual(unchoked);
  });
});
