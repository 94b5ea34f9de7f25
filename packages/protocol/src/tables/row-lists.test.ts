import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { ConnectionSet } from './connection-set.ts';
import type { Connection } from '../ids.ts';
import { RowLists } from './row-lists.ts';

const ROWS = 5;

test.each(['a', 'b', 'c'])('lists of rows behave like arrays (seed %s)', (seed) => {
  const random = seededRandom('row lists', seed);
  const lists = new RowLists();
  const model: number[][] = Array.from({ length: ROWS }, () => []);
  lists.growRows(ROWS);
  for (let step = 0; step < 4_000; step++) {
    const row = random.below(ROWS);
    const list = model[row]!;
    const value = random.below(50);
    const index = list.indexOf(value);
    expect(lists.indexOf(row, value)).toBe(index);
    if (random.below(400) === 0) {
      lists.clearRow(row);
      list.length = 0;
    } else if (index >= 0) {
      lists.removeAt(row, index);
      list.splice(index, 1);
    } else if (row === 0) {
      lists.insert(row, value);
      list.push(value);
      list.sort((a, b) => a - b);
    } else {
      lists.push(row, value);
      list.push(value);
    }
    const start = lists.start[row]!;
    expect([...lists.ints.subarray(start, start + lists.length[row]!)]).toEqual(list);
  }
  // What is released is used again: 50 numbers in each row need no more than this.
  expect(lists.ints.length).toBeLessThan(ROWS * 250);
});

test('a set of connections behaves like a set', () => {
  const random = seededRandom('connection set');
  const set = new ConnectionSet();
  const model = new Set<number>();
  for (let step = 0; step < 2_000; step++) {
    const connection = random.below(200) as Connection;
    expect(set.has(connection)).toBe(model.has(connection));
    if (random.below(2) === 0) {
      set.add(connection);
      model.add(connection);
    } else {
      set.delete(connection);
      model.delete(connection);
    }
  }
});
