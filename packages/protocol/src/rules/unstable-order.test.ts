import { describe, expect, test } from 'vitest';
import { seededRandom } from '@cachetorrent/std';

import { wholePieces } from '../blocks.ts';
import { CHOKE, InterestedPeers } from '../choker/choker.ts';
import { ORIGINAL_RULES } from './original.ts';
import { ORIGINAL_QUIRKS } from './quirks.ts';
import { rulesFor } from './rules-for.ts';
import { unstableOrder } from './unstable-order.ts';

const orderOf = (scores: readonly number[]) =>
  Array.from(unstableOrder(Float64Array.from(scores), scores.length).subarray(0, scores.length));

describe('an unstable order', () => {
  test('contains each index once, sorted by score', () => {
    const random = seededRandom('unstable');
    for (let trial = 0; trial < 2000; trial++) {
      const scores = Array.from({ length: random.below(150) }, () => random.below(1 + (trial % 9)));
      const order = orderOf(scores);
      expect(new Set(order).size).toBe(scores.length);
      const sorted = scores.toSorted((a, b) => b - a);
      expect(order.map((i) => scores[i])).toEqual(sorted);
    }
  });

  test.each([5, 13, 41, 100])('does not change the order of %i equal scores', (count) => {
    expect(orderOf(Array.from({ length: count }, () => 3))).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
  });

  test('changes the order of equal scores if there is a higher one', () => {
    // The pass with a gap of six exchanges the last and the first.
    expect(orderOf([0, 0, 0, 0, 0, 0, 1])).toEqual([6, 1, 2, 3, 4, 5, 0]);
  });

  test.each([
    {
      rule: 'a stable sort gives the slot to the lowest number at equal rates',
      rules: rulesFor({ ...ORIGINAL_QUIRKS, unstableSort: false }),
      slots: 2,
      unchoked: [0, 6],
    },
    {
      rule: 'the original gives it to the connection that its sort puts first',
      rules: ORIGINAL_RULES,
      slots: 2,
      unchoked: [1, 6],
    },
  ])('$rule', ({ rules, slots, unchoked }) => {
    const interested = new InterestedPeers();
    interested.count = 7;
    interested.received[6] = 1;
    const random = seededRandom(1);
    rules.upload.chokers['tit-for-tat'](interested, {
      nowMs: 0,
      slots: { regular: slots, optimistic: 0 },
      keepOptimistics: false,
      layout: wholePieces(10, 1),
      rotation: { first: 0, rounds: 0 },
      roundMs: 10_000,
      random,
    });
    expect([0, 1, 2, 3, 4, 5, 6].filter((i) => interested.decision[i] !== CHOKE)).toEqual(unchoked);
  });
});
