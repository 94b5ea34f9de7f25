import { expect, test } from 'vitest';

import { colourTable, levelOf } from './colour-table.ts';

test('a table goes from the first colour to the last, through those between', () => {
  const table = colourTable(['#102030', '#405060', '#ffffff', '#000000']);
  expect(table).toHaveLength(256);
  const hex = [0, 85, 170, 255].map((level) => table[level]!.toString(16));
  expect(hex).toEqual(['ff302010', 'ff605040', 'ffffffff', 'ff000000']);
});

test('a table has steps between two colours', () => {
  const table = colourTable(['#000000', '#ffffff']);
  expect(table[128]!.toString(16)).toBe('ff808080');
});

test.each([
  { copies: 0, peers: 10, level: 0 },
  { copies: 5, peers: 10, level: 128 },
  { copies: 10, peers: 10, level: 255 },
  { copies: 11, peers: 10, level: 255 },
  { copies: 1, peers: 100_000, level: 1 },
  { copies: 0, peers: 0, level: 0 },
])('$copies copies among $peers peers', ({ copies, peers, level }) => {
  expect(levelOf(copies, peers)).toBe(level);
});
