import { expect, test } from 'vitest';

import { PairSums } from './pair-sums.ts';

test.each([8, 512, 513, 8_192])('sums of pairs of %i AS are those of a map', (asCount) => {
  const sums = new PairSums(asCount);
  const plain = new Map<number, number>();
  const last = asCount ** 2 - 1;
  const add = (pair: number, by: number): void => {
    sums.add(pair, by);
    plain.set(pair, (plain.get(pair) ?? 0) + by);
  };
  for (let i = 0; i < 100; i++) add((i * 7_919) % (last + 1), i);
  add(last, 5);
  const kept = sums.snapshot();
  const keptPlain = new Map(plain);
  add(last, -5);
  add(3, 4);
  const check = (expected: ReadonlyMap<number, number>): void => {
    const seen = new Map<number, number>();
    sums.forEach((pair, sum) => seen.set(pair, sum));
    const ascending = (map: ReadonlyMap<number, number>) =>
      [...map].filter(([, sum]) => sum !== 0).toSorted(([a], [b]) => a - b);
    expect(ascending(seen)).toEqual(ascending(expected));
    for (const [pair, sum] of expected) expect(sums.get(pair)).toBe(sum);
  };
  check(plain);
  sums.restore(kept);
  check(keptPlain);
  sums.clear();
  check(new Map());
  expect(sums.get(1)).toBe(0);
});
