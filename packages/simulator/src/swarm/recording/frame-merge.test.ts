import { describe, expect, test } from 'vitest';

import { FrameMerge } from './frame-merge.ts';

const page = (as: number, numbers: readonly number[], doneUntilMs: number, endMs?: number) => ({
  as,
  chunks: numbers.map((number) => ({ number, bytes: Uint8Array.of(number, 70 + as) })),
  doneUntilMs,
  ...(endMs === undefined ? {} : { endMs }),
});

/** The numbers of all frames that can be taken. */
function taken(merge: FrameMerge): number[] {
  const numbers: number[] = [];
  for (let frame = merge.take(); frame !== undefined; frame = merge.take()) {
    numbers.push(frame.number);
  }
  return numbers;
}

describe('a frame is complete', () => {
  test('when every AS has come to its end', () => {
    const merge = new FrameMerge(2, 100);
    merge.add(page(0, [0, 1], 200));
    expect(taken(merge)).toEqual([]);
    merge.add(page(1, [0], 100));
    expect(taken(merge)).toEqual([0]);
    merge.add(page(1, [], 200));
    expect(taken(merge)).toEqual([1]);
    expect(merge.isOver).toBe(false);
  });

  test('without those in which nothing has changed', () => {
    const merge = new FrameMerge(2, 100);
    merge.add(page(0, [7], 800));
    merge.add(page(1, [3, 9], 1_000));
    expect(taken(merge)).toEqual([3, 7]);
  });

  test('when all have ended: the last one ends with the run', () => {
    const merge = new FrameMerge(3, 100);
    merge.add(page(1, [1, 2], Infinity, 250.5));
    expect(taken(merge)).toEqual([]);
    merge.add(page(2, [1], Infinity, 120));
    merge.add(page(0, [1], Infinity, 120));
    expect(merge.isOver).toBe(false);
    const [first, last] = [merge.take()!, merge.take()!];
    // The end of the frame, the number of chunks; of each the AS, its length and its bytes.
    expect([...first.bytes]).toEqual([200, 1, 3, 0, 2, 1, 70, 0, 2, 1, 71, 0, 2, 1, 72]);
    expect([...last.bytes]).toEqual([251, 1, 1, 1, 2, 2, 71]);
    expect(last).toMatchObject({ number: 2, chunkBytes: 2 });
    expect(merge.isOver).toBe(true);
    expect(merge.endMs).toBe(250.5);
  });
});
