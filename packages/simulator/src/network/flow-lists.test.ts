import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { FlowLists } from './flow-lists.ts';

describe('a list', () => {
  test('is kept ascending, with repeats', () => {
    const lists = listsWith([5, 1, 5, 3]);
    expect(list(lists, 0)).toEqual([1, 3, 5, 5]);
  });

  test('loses one of the same numbers at a time', () => {
    const lists = listsWith([5, 5, 1]);
    lists.remove(0, 5);
    expect(list(lists, 0)).toEqual([1, 5]);
  });

  test('refuses to lose what it does not hold', () => {
    expect(() => listsWith([5]).remove(0, 4)).toThrow('only a flow that was opened is closed');
  });
});

test('lists agree with sorted arrays, and leave their blocks to each other', () => {
  const random = seededRandom('flow-lists');
  const lists = new FlowLists(8);
  const plain: number[][] = Array.from({ length: 8 }, () => []);
  let poolSize = 0;
  for (let step = 0; step < 20_000; step++) {
    // Lists swell and shrink by turns, so blocks of all sizes are left and taken.
    const index = random.below(8);
    const swells = Math.floor(step / 500 + index) % 3 !== 0;
    if (random.below(10) < (swells ? 8 : 2) && plain[index]!.length < 60) {
      const value = random.below(100);
      lists.insert(index, value);
      plain[index]!.push(value);
      plain[index]!.sort((a, b) => a - b);
    } else if (plain[index]!.length > 0) {
      const [value] = plain[index]!.splice(random.below(plain[index]!.length), 1);
      lists.remove(index, value!);
    }
    expect(list(lists, index)).toEqual(plain[index]);
    if (step === 10_000) poolSize = lists.entries.length;
  }
  expect(lists.entries.length).toBe(poolSize);
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
