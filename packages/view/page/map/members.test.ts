import { expect, test } from 'vitest';

import { Members } from './members.ts';

test('the peers of each AS are listed by id, without the tracker', () => {
  const members = new Members([0, 2, 0, 2, 1], 4);
  expect([0, 1, 2, 3].map((as) => [...members.of(as)])).toEqual([[2], [4], [1, 3], []]);
});

test('a swarm may have no peers', () => {
  expect([...new Members([0], 1).of(0)]).toEqual([]);
});
