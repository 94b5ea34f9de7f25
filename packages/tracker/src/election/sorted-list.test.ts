import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { SortedList } from './sorted-list.ts';

test('a sorted list has what was added and not deleted, in order', () => {
  const random = seededRandom('sorted');
  const list = new SortedList<number>((a, b) => a - b);
  const model = new Set<number>();
  for (let step = 0; step < 20_000; step++) {
    // It grows to many chunks, and shrinks to none.
    const item = random.below(3_000);
    const adds = random.below(10) < (step < 10_000 ? 8 : 2);
    if (adds && !model.has(item)) {
      list.add(item);
      model.add(item);
    } else if (!adds) {
      list.delete(item);
      model.delete(item);
    }
    if (step % 500 > 0 && model.size > 3) continue;
    const sorted = [...model].sort((a, b) => a - b);
    expect(list.all).toEqual(sorted);
    expect([list.size, list.first, list.last]).toEqual([sorted.length, sorted[0], sorted.at(-1)]);
  }
  for (const item of model) list.delete(item);
  expect([list.size, list.first, list.last, list.all]).toEqual([0, undefined, undefined, []]);
});
