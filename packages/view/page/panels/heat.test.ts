import { expect, test } from 'vitest';

import { cellsOfRows, piecesOf } from './heat.ts';

const OPEN = {
  as: 0,
  peers: Uint32Array.of(4, 2, 3),
  columns: 4,
  held: Uint8Array.of(255, 255, 0, 0, 255, 0, 255, 255, 0, 100, 0, 201),
};

test('rows are shown as they are if there is room', () => {
  expect([...cellsOfRows(OPEN, 1, 3, 4)]).toEqual([255, 0, 255, 255, 0, 100, 0, 201]);
});

test('cells of several columns have the mean', () => {
  expect([...cellsOfRows(OPEN, 0, 3, 2)]).toEqual([255, 0, 128, 255, 50, 101]);
});

test('cells of an uneven number of columns have the mean, too', () => {
  expect([...cellsOfRows(OPEN, 1, 2, 3)]).toEqual([255, 0, 255]);
});

test.each([
  { column: 2, pieces: 10, is: { from: 2, to: 3 } },
  { column: 0, pieces: 2050, is: { from: 0, to: 4 } },
  { column: 512, pieces: 2050, is: { from: 2048, to: 2050 } },
])('column $column for $pieces pieces', ({ column, pieces, is }) => {
  expect(piecesOf(column, pieces)).toEqual(is);
});
