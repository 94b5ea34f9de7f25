import { expect, test } from 'vitest';

import { BAND_MAX_PX, bandReference, bandWidthPx, curveBetween, roundUp } from './traffic.ts';

const left = { x: 0, y: 0, radius: 10 };
const right = { x: 100, y: 0, radius: 20 };

test('a curve begins at the edge of its sender and ends at that of its receiver', () => {
  const { fromX, fromY, toX, toY } = curveBetween(left, right)!;
  expect(Math.hypot(fromX, fromY)).toBeCloseTo(10);
  expect(Math.hypot(toX - 100, toY)).toBeCloseTo(20);
  expect(fromX).toBeGreaterThan(0);
  expect(toX).toBeLessThan(100);
});

test('the two directions of a pair bend to different sides, each to its right', () => {
  // y grows downwards: to the right of the way to the right is where y is greater.
  expect(curveBetween(left, right)!.bendY).toBeGreaterThan(0);
  expect(curveBetween(right, left)!.bendY).toBeLessThan(0);
});

test('a curve within a circle does not go beyond its bend', () => {
  const { fromX, fromY, bendX, bendY } = curveBetween({ ...left, radius: 500 }, right)!;
  expect(fromX).toBeCloseTo(bendX);
  expect(fromY).toBeCloseTo(bendY);
});

test('there is no curve between circles with the same centre', () => {
  expect(curveBetween(left, { ...left, radius: 3 })).toBeUndefined();
});

test.each([
  ['the reference is as wide as a band can be', 1000, BAND_MAX_PX],
  ['a quarter of it is half as wide', 250, BAND_MAX_PX / 2],
  ['nothing has no width', 0, 0],
  ['nothing is wider', 5000, BAND_MAX_PX],
])('%s', (_rule, kbps, width) => {
  expect(bandWidthPx(kbps, 1000)).toBe(width);
});

test.each([
  [0, 1],
  [1, 1],
  [1.5, 2],
  [20, 20],
  [21, 50],
  [51, 100],
  [99_999, 100_000],
])('%d rounded up is %d', (kbps, rounded) => {
  expect(roundUp(kbps)).toBe(rounded);
});

test('the maps of a page have one scale, and those of another page another', () => {
  const page = {} as Parameters<typeof bandReference>[0];
  expect(bandReference(page)).toBe(bandReference(page));
  expect(bandReference({} as typeof page)).not.toBe(bandReference(page));
});
