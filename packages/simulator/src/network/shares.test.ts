import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { divided, ShareSampler, WeightedDraws, zipfShares } from './shares.ts';

describe('shares by Zipf’s law', () => {
  test('fall as the inverse of the rank', () => {
    expect(zipfShares(4, 1)).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
  });

  test.each([0, 0.5, 0.8, 1.2, 2, 3.7])('fall by the exponent %d', (exponent) => {
    for (const [i, share] of zipfShares(100, exponent).entries()) {
      expect(share).toBeCloseTo((i + 1) ** -exponent, 8);
    }
  });
});

test.each([
  { count: 10, shares: [1, 1], parts: [5, 5] },
  { count: 11, shares: [1, 1], parts: [6, 5] },
  { count: 10, shares: [3, 0, 1], parts: [8, 0, 2] },
  { count: 7, shares: [1, 1, 1], parts: [3, 2, 2] },
  { count: 0, shares: [1, 2], parts: [0, 0] },
])('$count are divided by $shares', ({ count, shares, parts }) => {
  expect(divided(count, shares)).toEqual(parts);
});

test('draws by share follow the shares, and never one without', () => {
  const random = seededRandom('shares');
  const sampler = new ShareSampler([0, 1, 3, 0]);
  const drawn = [0, 0, 0, 0];
  for (let i = 0; i < 10_000; i++) drawn[sampler.next(random)]!++;
  expect(drawn[0]! + drawn[3]!).toBe(0);
  // Within five standard deviations.
  expect(Math.abs(drawn[2]! - 7_500)).toBeLessThan(5 * Math.sqrt(10_000 * 0.75 * 0.25));
});

test('draws by weight take each once, the first by its weight, and end', () => {
  let heavyFirst = 0;
  for (let run = 0; run < 2_000; run++) {
    const random = seededRandom('weights', run);
    const draws = new WeightedDraws([1, 0, 8, 1]);
    const order = [1, 2, 3, 4].map(() => draws.next(random));
    expect(new Set(order)).toEqual(new Set([0, 2, 3, undefined]));
    expect(order[3]).toBe(undefined);
    if (order[0] === 2) heavyFirst++;
  }
  expect(Math.abs(heavyFirst - 1_600)).toBeLessThan(5 * Math.sqrt(2_000 * 0.8 * 0.2));
});
