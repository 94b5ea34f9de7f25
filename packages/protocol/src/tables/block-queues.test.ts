import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { type BlockIndex, type Connection, NO_BLOCK } from '../ids.ts';
import { PeerTables } from './peer-tables.ts';

const BLOCKS = 40;

test('the last block of the largest file is queued like any other', () => {
  const tables = new PeerTables(2, 1, 1);
  tables.openRow(0, 1);
  const { requests: queues } = tables;
  const connection = 0 as Connection;
  const end = 2 ** 31 - 1;
  queues.push(0, connection, (end - 2 ** 15) as BlockIndex, 2 ** 15);
  expect(queues.countOf(0, connection, (end - 1) as BlockIndex, 1)).toBe(1);
  expect(queues.remove(0, connection, (end - 1) as BlockIndex, 1)).toBe(1);
  expect(queues.lengthOf(0, connection)).toBe(2 ** 15 - 1);
  expect(queues.shift(0, connection)).toBe(end - 2 ** 15);
  expect(queues.shiftedCount).toBe(2 ** 15 - 1);
});

test('queues of blocks behave like arrays of spans, even when they move (seed queues)', () => {
  const random = seededRandom('queues');
  const ROWS = 3;
  const capacity = Array.from({ length: ROWS }, () => 2);
  const tables = new PeerTables(20, ROWS, 2);
  for (let row = 0; row < ROWS; row++) tables.openRow(row, 2);
  const { requests: queues } = tables;
  const model = capacity.map((connections) =>
    Array.from({ length: connections }, (): number[][] => []),
  );

  for (let step = 0; step < 20_000; step++) {
    const row = random.below(ROWS);
    if (step % 1_000 === 999) {
      tables.enlargeRow(row, ++capacity[row]!);
      model[row]!.push([]);
    }
    const connection = random.below(capacity[row]!) as Connection;
    let queue = model[row]![connection]!;
    const block = random.below(BLOCKS) as BlockIndex;
    const count = 1 + random.below(8);
    const span = Array.from({ length: count }, (_, i) => block + i);
    switch (random.below(7)) {
      case 0: {
        const isQueued = (each: number) => queue.some((blocks) => blocks.includes(each));
        const queued = span.filter(isQueued);
        expect(queues.remove(row, connection, block, count)).toBe(queued.length);
        queue = queue.flatMap((blocks) => without(blocks, queued));
        break;
      }
      case 1: {
        const first = queue.shift();
        expect(queues.shift(row, connection)).toBe(first?.[0] ?? NO_BLOCK);
        if (first !== undefined) expect(queues.shiftedCount).toBe(first.length);
        break;
      }
      case 2: {
        const first = queue[0];
        if (first === undefined) break;
        const removed = 1 + random.below(first.length);
        queues.removeFirst(row, connection, removed);
        queue = queue.with(0, first.slice(removed)).filter(({ length }) => length > 0);
        break;
      }
      case 3: {
        const first = queue[0];
        if (first === undefined || random.below(3) > 0) break;
        const kept = random.below(first.length + 1);
        const isKept = (block: number): boolean => block % 4 === 0;
        queues.keep(row, connection, kept, isKept);
        queue = queue
          .map((each) => (isKept(each[0]!) ? each : each.slice(0, each === first ? kept : 0)))
          .filter(({ length }) => length > 0);
        break;
      }
      default:
        // A block is queued at most once on a connection.
        if (queues.hasAny(row, connection, block, count)) break;
        queues.push(row, connection, block, count);
        queue.push(span);
    }
    model[row]![connection] = queue;
    expect(queues.lengthOf(row, connection)).toBe(queue.flat().length);
    expect(queues.first(row, connection)).toBe(queue[0]?.[0] ?? NO_BLOCK);
    expect(queues.firstCount(row, connection)).toBe(queue[0]?.length ?? 0);
    const queued = span.filter((each) => queue.flat().includes(each));
    expect(queues.hasAny(row, connection, block, count)).toBe(queued.length > 0);
    expect(queues.countOf(row, connection, block, count)).toBe(queued.length);
  }
});

test('a queue that is cleared is empty', () => {
  const tables = new PeerTables(20, 1, 1);
  tables.openRow(0, 1);
  const { requests: queues } = tables;
  queues.push(0, 0 as Connection, 3 as BlockIndex, 5);
  queues.push(0, 0 as Connection, 17 as BlockIndex, 1);
  queues.clearQueue(0, 0 as Connection);
  expect(queues.lengthOf(0, 0 as Connection)).toBe(0);
  expect(queues.first(0, 0 as Connection)).toBe(NO_BLOCK);
});

/** The spans that are left of `blocks` without those that are removed. */
function without(blocks: readonly number[], removed: readonly number[]): number[][] {
  const spans: number[][] = [];
  for (const block of blocks.filter((each) => !removed.includes(each))) {
    const last = spans.at(-1);
    if (last?.at(-1) === block - 1) last.push(block);
    else spans.push([block]);
  }
  return spans;
}
