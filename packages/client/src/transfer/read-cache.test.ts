import { describe, expect, test } from 'vitest';

import { IncomingRequests } from './incoming-requests.ts';
import { type ByteRange, ReadCache } from './read-cache.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const promisesSettled = () => new Promise((resolve) => setImmediate(resolve));
const range = (piece: number, begin = 0, length = 16 * KIB): ByteRange => ({
  piece,
  begin,
  length,
});

/** A cache, and the ranges and the memory with which it reads; piece 7 cannot be read. */
function newCache() {
  const read: string[] = [];
  const buffers: ArrayBufferLike[] = [];
  const reported: string[] = [];
  const cache = new ReadCache({
    read: (piece, begin, into) => {
      read.push(`${piece}: ${begin}+${into.length}`);
      buffers.push(into.buffer);
      into.fill(piece);
      return Promise.resolve(piece !== 7);
    },
    onRead: (piece, isRead) => reported.push(`${piece} ${isRead}`),
  });
  return { cache, read, buffers, reported };
}

describe('a cache of what has been read', () => {
  test('reads a range once, keeps it, and reports that it was read', async () => {
    const { cache, read, reported } = newCache();
    cache.read(range(1, 100, 1_000));
    cache.read(range(1, 200, 900));
    cache.read(range(7));
    expect(cache.find(range(1, 100, 1))).toBeUndefined();
    await promisesSettled();
    expect(read).toEqual(['1: 100+1000', `7: 0+${16 * KIB}`]);
    expect(reported).toEqual(['1 true', '7 false']);
    expect(cache.find(range(7))).toBeUndefined();

    expect(cache.find(range(1, 300, 800))).toMatchObject({ begin: 100, length: 1_000 });
    expect(cache.find(range(1, 300, 801)), 'the end is not cached').toBeUndefined();
    expect(cache.find(range(1, 99, 2)), 'the beginning is not cached').toBeUndefined();
    cache.read(range(1, 300, 800));
    await promisesSettled();
    expect(read).toHaveLength(2);
  });

  test('keeps 16 MiB, those that were used last', async () => {
    const { cache } = newCache();
    for (let piece = 8; piece < 8 + 64; piece++) cache.read(range(piece, 0, MIB / 4));
    await promisesSettled();
    expect(cache.find(range(8))).toBeDefined();
    cache.read(range(100, 0, MIB / 4));
    await promisesSettled();
    expect([8, 9, 10].map((piece) => cache.find(range(piece)) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('reuses the memory of a run when all its blocks are flushed, and not before', async () => {
    const { cache, buffers } = newCache();
    const read = async (piece: number): Promise<void> => {
      cache.read(range(piece, 0, MIB / 4));
      await promisesSettled();
    };
    await read(100);
    cache.retain(cache.find(range(100))!, { queuedBytes: 100, flushedBytes: 50 });
    await read(101);
    cache.retain(cache.find(range(101))!, { queuedBytes: 100, flushedBytes: 100 });
    for (let piece = 102; piece <= 165; piece++) await read(piece); // The first two are evicted.
    expect(new Set(buffers).size).toBe(66);
    await read(166);
    expect(buffers.at(-1)).toBe(buffers[1]);
  });
});

describe('the run of requested blocks', () => {
  const requested = (...begins: number[]): IncomingRequests => {
    const incoming = new IncomingRequests();
    for (const begin of begins) incoming.add(1, { begin, length: 10 });
    return incoming;
  };
  test.each([
    { rule: 'follows on', begins: [0, 10, 20], run: range(1, 0, 30) },
    { rule: 'ends at a gap', begins: [0, 10, 30], run: range(1, 0, 20) },
    { rule: 'ends at a block that is requested later', begins: [10, 0], run: range(1, 10, 10) },
    { rule: 'has a limit', begins: [0, 10, 20, 30, 40, 50], run: range(1, 0, 50) },
    { rule: 'may begin after others', begins: [0, 10, 20], from: 10, run: range(1, 10, 20) },
    { rule: 'is none without a request', begins: [], run: undefined },
    { rule: 'is none without a later request', begins: [0], from: 1, run: undefined },
  ])('$rule', ({ begins, from, run }) => {
    expect(requested(...begins).run(1, 55, from)).toEqual(run);
  });
});
