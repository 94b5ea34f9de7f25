import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { ListPool } from './list-pool.ts';

test('lists that grow by turns keep what is in them', () => {
  const random = seededRandom('lists');
  const pool = new ListPool(2);
  const lists = Array.from({ length: 40 }, () => ({ start: 0, count: 0, is: [] as number[] }));
  for (let step = 0; step < 3000; step++) {
    const list = lists[random.below(lists.length)]!;
    list.start = pool.extend(list.start, list.count);
    const at = list.start + 2 * list.count++;
    pool.ints[at] = step;
    pool.floats[at + 1] = step / 2;
    list.is.push(step, step / 2);
  }
  for (const { start, count, is } of lists) {
    const found = Array.from({ length: count }, (_, i) => [pool.ints[start + 2 * i]!, pool.floats[start + 2 * i + 1]!]);
    expect(found.flat()).toEqual(is);
  }
});
