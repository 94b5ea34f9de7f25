import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { FlowLists } from './flow-lists.ts';

describe('a list', () => {
  test('is ascending, with duplicates', () => {
    const lists = listsWith([5, 1, 5, 3]);
    expect(list(lists, 0)).toEqual([1, 3, 5, 5]);
  });

  test('loses one of several equal numbers at a time', () => {
    const lists = listsWith([5, 5, 1]);
    lists.remove(0, 5);
    expect(list(lists, 0)).toEqual([1, 5]);
  });

  test('rejects the removal of a number that it does not contain', () => {
    expect(() => listsWith([5]).remove(0, 4)).toThrow('only a flow that was added is removed');
  });
});

test('lists equal sorted arrays, and reuse segments', () => {
  const random = seededRandom('flow-lists');
  const lists = new FlowLists(8);
  const expected: number[][] = Array.from({ length: 8 }, () => []);
  let poolSize = 0;
  for (let step = 0; step < 20_000; step++) {
    // Lists grow and shrink in turns, so segments of all sizes are freed and reused.
    const index = random.below(8);
    const grows = Math.floor(step / 500 + index) % 3 !== 0;
    if (random.below(10) < (grows ? 8 : 2) && expected[index]!.length < 60) {
      const value = random.below(100);
      lists.insert(index, value);
      expected[index]!.push(value);
      expected[index]!.sort((a, b) => a - b);
    } else if (expected[index]!.length > 0) {
      const [value] = expected[index]!.splice(random.below(expected[index]!.length), 1);
      lists.remove(index, value!);
    }
    expect(list(lists, index)).toEqual(expected[index]);
    const used = [...lists.used.subarray(0, lists.usedCount)].sort((a, b) => a - b);
    expect(used).toEqual([...expected.keys()].filter((each) => expected[each]!.length > 0));
    if (step === 10_000) poolSize = lists.entries.length;
  }
  expect(lists.entries.length).toBe(poolSize);
});

test('the memory of lists that have become empty is used by others', () => {
  const lists = new FlowLists(1_000);
  for (let index = 0; index < 1_000; index++) {
    for (let value = 0; value < 20; value++) lists.insert(index, value);
    if (index < 2) continue;
    if (index % 2 === 0) lists.clear(index - 2);
    else for (let value = 0; value < 20; value++) lists.remove(index - 2, value);
  }
  expect(lists.usedCount).toBe(2);
  expect(lists.entries.length).toBeLessThan(400);
});

function listsWith(values: number[]): FlowLists {
  const lists = new FlowLists(1);
  for (const value of values) lists.insert(0, value);
  return lists;
}

function list(lists: FlowLists, index: number): number[] {
  const start = lists.start[index]!;
  return [...lists.entries.subarray(start, start + lists.length[index]!)];
}
