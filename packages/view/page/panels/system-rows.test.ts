import { expect, test } from 'vitest';

import type { SystemColumns } from '../scene.ts';
import { inOrder, namedLike, nameRanks, nextOrder, type SystemOrder } from './system-rows.ts';

const NAMES = ['AS 10', 'as 2', 'beta', 'Alpha'];
const SYSTEMS: SystemColumns = {
  leechers: Uint32Array.of(5, 1, 0, 5),
  seeds: Uint32Array.of(0, 9, 0, 1),
  leaders: Uint32Array.of(1, 1, 0, 1),
  progress: Float32Array.of(0.5, 1, 0, 0.25),
  outsideBits: Float64Array.of(10, 30, 0, 20),
  redundancy: Float32Array.of(2, 1, NaN, 4),
};
const ALL = [0, 1, 2, 3];

test('names are in the order of their numbers, whatever the case', () => {
  expect([...nameRanks(NAMES)]).toEqual([2, 1, 3, 0]);
});

test.each<{ rule: string; order: SystemOrder; is: number[] }>([
  { rule: 'by name', order: { column: 'name', isDescending: false }, is: [3, 1, 0, 2] },
  {
    rule: 'by name, from the end',
    order: { column: 'name', isDescending: true },
    is: [2, 0, 1, 3],
  },
  {
    rule: 'peers are leechers and seeds',
    order: { column: 'peers', isDescending: true },
    is: [1, 3, 0, 2],
  },
  {
    rule: 'equal ones are in the order of names',
    order: { column: 'leechers', isDescending: true },
    is: [3, 0, 1, 2],
  },
  { rule: 'also upwards', order: { column: 'leaders', isDescending: false }, is: [2, 3, 1, 0] },
  {
    rule: 'no redundancy comes last',
    order: { column: 'redundancy', isDescending: true },
    is: [3, 0, 1, 2],
  },
  {
    rule: 'no redundancy comes last upwards, too',
    order: { column: 'redundancy', isDescending: false },
    is: [1, 0, 3, 2],
  },
])('$rule', ({ order, is }) => {
  expect(inOrder(ALL, SYSTEMS, nameRanks(NAMES), order)).toEqual(is);
});

test('only the AS of the filter are in order', () => {
  const order = { column: 'outsideBits', isDescending: true } as const;
  expect(inOrder([0, 3], SYSTEMS, nameRanks(NAMES), order)).toEqual([3, 0]);
});

test.each([
  { filter: ' As ', is: [0, 1] },
  { filter: '', is: ALL },
  { filter: 'gamma', is: [] },
])('names with "$filter"', ({ filter, is }) => {
  expect(namedLike(NAMES, filter)).toEqual(is);
});

test('a header turns its order round, and another begins with the largest, or with A', () => {
  const byPeers = nextOrder({ column: 'name', isDescending: false }, 'peers');
  expect(byPeers).toEqual({ column: 'peers', isDescending: true });
  expect(nextOrder(byPeers, 'peers')).toEqual({ column: 'peers', isDescending: false });
  expect(nextOrder(byPeers, 'name')).toEqual({ column: 'name', isDescending: false });
});
