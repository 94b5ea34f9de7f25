import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { LogMerge } from './merge.ts';
import { MessageRecords, RECORD_DOUBLES } from './record.ts';

/** A page with records at these times, which are numbered from `first` on by their `from`. */
function page(times: readonly number[], doneUntilMs: number, first = 0) {
  const records = new MessageRecords(new Float64Array(times.length * RECORD_DOUBLES));
  times.forEach((atMs, i) => records.write(i, atMs, first + i, 0, 4, -1, -1, 0));
  return { doubles: records.doubles, doneUntilMs };
}

/** The records that can be taken, as `time#number`; at most `room`. */
function taken(merge: LogMerge, room = 100): string[] {
  const target = new MessageRecords(new Float64Array(room * RECORD_DOUBLES));
  return Array.from(
    { length: merge.take(target) },
    (_, i) => `${target.atMs(i)}#${target.from(i)}`,
  );
}

describe('the log passes on', () => {
  test('a message when every AS has passed its time', () => {
    const merge = new LogMerge(2);
    merge.add(0, page([1, 2], 5));
    expect(taken(merge)).toEqual([]);
    merge.add(1, page([], 2));
    expect(taken(merge)).toEqual(['1#0']);
    merge.add(1, page([], 3));
    expect(taken(merge)).toEqual(['2#1']);
  });

  test('messages of the same time by the AS of the sender, then in the order of sending', () => {
    const merge = new LogMerge(3);
    merge.add(2, page([1, 1], 2, 20));
    merge.add(0, page([1, 1], 2, 0));
    merge.add(1, page([1], 2, 10));
    expect(taken(merge)).toEqual(['1#0', '1#1', '1#10', '1#20', '1#21']);
  });

  test('as many messages as there is room for, and then the rest', () => {
    const merge = new LogMerge(2);
    merge.add(0, page([1, 3], 9));
    merge.add(1, page([2, 4], 9, 10));
    expect(taken(merge, 3)).toEqual(['1#0', '2#10', '3#1']);
    expect(taken(merge, 3)).toEqual(['4#11']);
    expect(taken(merge, 3)).toEqual([]);
  });

  test('all messages when every AS is done', () => {
    const merge = new LogMerge(2);
    merge.add(0, page([1], Infinity));
    expect(merge.isOver).toBe(false);
    merge.add(1, page([7], Infinity, 10));
    expect(merge.isOver).toBe(false);
    expect(taken(merge)).toEqual(['1#0', '7#10']);
    expect(merge.isOver).toBe(true);
  });
});

test.each([1, 2, 3, 4, 5, 6])(
  'in any order of pages, the result equals that of sorting (seed %s)',
  (seed) => {
    const random = seededRandom('merge', seed);
    const asCount = 1 + random.below(7);
    const merge = new LogMerge(asCount);
    const all: { atMs: number; asId: number; number: number }[] = [];
    const out: string[] = [];
    const nowMs = new Array<number>(asCount).fill(0);
    let number = 0;
    for (let step = 0; step < 300; step++) {
      const asId = random.below(asCount);
      const times = Array.from(
        { length: random.below(5) },
        () => (nowMs[asId]! += random.below(3)),
      );
      merge.add(asId, page(times, (nowMs[asId]! += random.below(2)), number));
      for (const atMs of times) all.push({ atMs, asId, number: number++ });
      if (random.below(3) === 0) out.push(...taken(merge, 1 + random.below(20)));
    }
    for (let asId = 0; asId < asCount; asId++) merge.add(asId, page([], Infinity));
    while (!merge.isOver) out.push(...taken(merge, 7));
    all.sort((a, b) => a.atMs - b.atMs || a.asId - b.asId || a.number - b.number);
    expect(out).toEqual(all.map(({ atMs, number: each }) => `${atMs}#${each}`));
  },
);
