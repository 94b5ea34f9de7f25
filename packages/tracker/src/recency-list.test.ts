import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { type RecencyLinks, RecencyList } from './recency-list.ts';

interface Item extends RecencyLinks<Item> {
  readonly id: number;
}

test('items have the order of a naive list, whatever is added, used and removed', () => {
  const random = seededRandom('recency');
  const items = Array.from(
    { length: 8 },
    (_, id): Item => ({ id, older: undefined, newer: undefined }),
  );
  const list = new RecencyList<Item>();
  let naive: Item[] = [];
  for (let step = 0; step < 2_000; step++) {
    const item = items[random.below(items.length)]!;
    const isIn = naive.includes(item);
    naive = naive.filter((other) => other !== item);
    if (isIn && random.below(2) === 0) {
      list.remove(item);
    } else {
      naive.push(item);
      if (isIn) list.touch(item);
      else list.add(item);
    }
    const ids: number[] = [];
    for (let at = list.oldest; at !== undefined; at = at.newer) ids.push(at.id);
    expect(ids).toEqual(naive.map(({ id }) => id));
    expect(list.size).toBe(naive.length);
  }
});
