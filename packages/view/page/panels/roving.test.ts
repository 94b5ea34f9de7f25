import { expect, test } from 'vitest';

import { movedCell, movedPlace } from './roving.ts';

test.each([
  { from: 5, key: 'ArrowRight', to: 6 },
  { from: 5, key: 'ArrowUp', to: 6 },
  { from: 5, key: 'ArrowLeft', to: 4 },
  { from: 5, key: 'ArrowDown', to: 4 },
  { from: 0, key: 'ArrowLeft', to: 0 },
  { from: 399, key: 'ArrowRight', to: 399 },
  { from: 5, key: 'PageUp', to: 25 },
  { from: 5, key: 'PageDown', to: 0 },
  { from: 5, key: 'Home', to: 0 },
  { from: 5, key: 'End', to: 399 },
  { from: 5, key: 'a', to: undefined },
])('on a strip of 400, $key leads from $from to $to', ({ from, key, to }) => {
  expect(movedPlace(from, key, 400)).toBe(to);
});

test.each([
  { key: 'ArrowUp', to: { row: 2, column: 4 } },
  { key: 'ArrowDown', to: { row: 4, column: 4 } },
  { key: 'ArrowLeft', to: { row: 3, column: 3 } },
  { key: 'ArrowRight', to: { row: 3, column: 4 } },
  { key: 'PageUp', to: { row: 0, column: 4 } },
  { key: 'PageDown', to: { row: 13, column: 4 } },
  { key: 'Home', to: { row: 3, column: 0 } },
  { key: 'End', to: { row: 3, column: 4 } },
  { key: 'Enter', to: undefined },
])('on a heat map of 20 by 5, $key leads from 3, 4', ({ key, to }) => {
  expect(movedCell({ row: 3, column: 4 }, key, 20, 5)).toEqual(to);
});

test('a cursor that is beyond what has become fewer comes back', () => {
  expect(movedCell({ row: 30, column: 9 }, 'ArrowDown', 20, 5)).toEqual({ row: 19, column: 4 });
});
