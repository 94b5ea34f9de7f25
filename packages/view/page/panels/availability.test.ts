import { describe, expect, test } from 'vitest';

import { availabilityOf, cellsOf, rangeOf, rarestFirst, rarestIn } from './availability.ts';

const COPIES = Uint32Array.of(3, 1, 4, 0, 1, 9, 2);

test('the figures name the first of the rarest, and count none and one', () => {
  const figures = { rarest: 3, least: 0, none: 1, single: 2, mean: 20 / 7 };
  expect(availabilityOf(COPIES)).toEqual(figures);
  expect(availabilityOf(Uint32Array.of(5, 2, 2))).toMatchObject({ rarest: 1, least: 2, none: 0 });
});

describe('rarest first', () => {
  test('is by copies, then by piece', () => {
    expect([...rarestFirst(COPIES)]).toEqual([3, 1, 4, 6, 0, 2, 5]);
  });

  test('has all pieces when all are alike', () => {
    expect([...rarestFirst(new Uint32Array(4).fill(7))]).toEqual([0, 1, 2, 3]);
  });
});

describe('cells', () => {
  test('one for each piece is the copies', () => {
    expect([...cellsOf(COPIES, undefined, 7)]).toEqual([...COPIES]);
  });

  test('of several pieces show the least', () => {
    // 0–1, 2–3, 4–6.
    expect([...cellsOf(COPIES, undefined, 3)]).toEqual([1, 0, 1]);
  });

  test('follow the order', () => {
    expect([...cellsOf(COPIES, rarestFirst(COPIES), 3)]).toEqual([0, 1, 3]);
  });

  test('know the rarest piece, also in an order', () => {
    expect(rarestIn(COPIES, undefined, { from: 4, to: 7 })).toBe(4);
    expect(rarestIn(COPIES, rarestFirst(COPIES), { from: 4, to: 7 })).toBe(0);
  });

  test.each([
    { cells: 3, count: 7 },
    { cells: 7, count: 7 },
    { cells: 640, count: 1999 },
    { cells: 1, count: 5 },
  ])('$cells cells have $count places, each in one', ({ cells, count }) => {
    const places: number[] = [];
    for (let cell = 0; cell < cells; cell++) {
      const { from, to } = rangeOf(cell, cells, count);
      expect(to).toBeGreaterThan(from);
      for (let place = from; place < to; place++) places.push(place);
    }
    expect(places).toEqual(Array.from({ length: count }, (_, place) => place));
  });
});
