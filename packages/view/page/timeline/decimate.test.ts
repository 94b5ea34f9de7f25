import { expect, test } from 'vitest';

import { decimate } from './decimate.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('few points are all kept', () => {
  const x = upTo(40);
  expect(decimate(x, x, 10)).toEqual(x);
});

test('no points give none', () => {
  expect(decimate([], [], 10)).toEqual([]);
});

test('at most four points of a column are kept, the first and the last among them', () => {
  const x = upTo(1000);
  const kept = decimate(
    x,
    x.map((i) => (i * 7919) % 101),
    10,
  );
  expect(kept.length).toBeLessThanOrEqual(40);
  expect(kept[0]).toBe(0);
  expect(kept.at(-1)).toBe(999);
  expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
});

test('a peak of a single point is kept', () => {
  const x = upTo(1000);
  const y = x.map((i) => (i === 537 ? 9 : i === 541 ? -9 : 0));
  const kept = decimate(x, y, 10);
  expect(kept).toContain(537);
  expect(kept).toContain(541);
});

test('points without width are one column', () => {
  expect(decimate(new Array(100).fill(5), upTo(100), 10)).toEqual([0, 99]);
});
