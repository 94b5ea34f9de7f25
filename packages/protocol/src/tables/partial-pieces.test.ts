import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { blocksOf16KiB, blocksOfPiece } from '../blocks.ts';
import type { BlockIndex, PieceIndex } from '../ids.ts';
import { PartialPieces, PartialPieceTable } from './partial-pieces.ts';

/** Pieces of five blocks, and a last one of three. */
const LAYOUT = blocksOf16KiB(4, 5 * 2 ** 17, 2.5 * 2 ** 17);

interface Block {
  requests: number;
  isReceived: boolean;
}

/** The blocks of each piece, as objects. A piece is partial if one of its blocks is not free. */
class Model {
  readonly pieces: Block[][] = Array.from({ length: 4 }, (_, piece) => this.#free(piece));

  span(piece: number, first: number, count: number): Block[] {
    return this.pieces[piece]!.slice(first, first + count);
  }

  forget(piece: number): void {
    this.pieces[piece] = this.#free(piece);
  }

  partial(): number[] {
    return [0, 1, 2, 3].filter((piece) => this.pieces[piece]!.some((block) => !isFree(block)));
  }

  #free(piece: number): Block[] {
    const length = blocksOfPiece(LAYOUT, piece);
    return Array.from({ length }, () => ({ requests: 0, isReceived: false }));
  }
}

const isFree = (block: Block) => block.requests === 0 && !block.isReceived;

test.each(['a', 'b', 'c', 'd'])('partial pieces agree with a plain model (seed %s)', (seed) => {
  const random = seededRandom('partial pieces', seed);
  const partial = new PartialPieces(LAYOUT);
  const model = new Model();
  for (let step = 0; step < 5_000; step++) {
    const piece = random.below(4) as PieceIndex;
    const length = model.pieces[piece]!.length;
    const first = random.below(length);
    const count = 1 + random.below(length - first);
    const block = (5 * piece + first) as BlockIndex;
    const span = model.span(piece, first, count);
    const at = `step ${step}: piece ${piece}, ${count} from ${first}`;
    switch (random.below(7)) {
      case 0:
      case 1:
        partial.request(block, count);
        for (const each of span) if (!each.isReceived) each.requests++;
        break;
      case 2:
      case 3:
        // Only what is requested is released.
        if (!span.every(({ requests, isReceived }) => requests > 0 || isReceived)) break;
        partial.release(block, count);
        for (const each of span) if (!each.isReceived) each.requests--;
        break;
      case 4: {
        const fresh = span.filter(({ isReceived }) => !isReceived);
        expect(partial.receive(block, count), at).toBe(fresh.length);
        const ended = fresh.reduce((sum, { requests }) => sum + requests, 0);
        expect(partial.endedRequests, at).toBe(ended);
        for (const each of span) Object.assign(each, { requests: 0, isReceived: true });
        break;
      }
      case 5: {
        if (random.below(4) > 0) break;
        partial.remove(piece);
        model.forget(piece);
        break;
      }
      default: {
        const free = model.pieces[piece]!.findIndex(isFree);
        if (free < 0) break;
        const most = 1 + random.below(5);
        let found = 0;
        const rest = model.pieces[piece]!.slice(free, free + most);
        while (found < rest.length && isFree(rest[found]!)) found++;
        expect(partial.firstFree(piece, most), at).toBe(5 * piece + free);
        expect(partial.foundCount, at).toBe(found);
      }
    }
    expectAgreement(partial, model, at);
  }
});

function expectAgreement(partial: PartialPieces, model: Model, at: string): void {
  expect(
    [...partial.pieces].toSorted((a, b) => a - b),
    at,
  ).toEqual(model.partial());
  expect(partial.size, at).toBe(model.partial().length);
  const withFree = model.partial().filter((piece) => model.pieces[piece]!.some(isFree));
  const all = model.pieces.map((_, piece) => piece as PieceIndex);
  expect(
    all.filter((piece) => (partial.withFree[0]! & (1 << piece)) !== 0),
    at,
  ).toEqual(withFree);
  expect(partial.withFreeCount, at).toBe(withFree.length);
  const actual = model.pieces.map((blocks, each) => {
    const piece = each as PieceIndex;
    return {
      has: partial.has(piece),
      hasFree: partial.hasFree(piece),
      isComplete: partial.isComplete(piece),
      requestCount: partial.requestCount(piece),
      requests: blocks.map((_, i) => partial.requestsOf((5 * piece + i) as BlockIndex)),
    };
  });
  const expected = model.pieces.map((blocks) => ({
    has: blocks.some((block) => !isFree(block)),
    hasFree: blocks.some(isFree),
    isComplete: blocks.every(({ isReceived }) => isReceived),
    requestCount: blocks.reduce((sum, { requests }) => sum + requests, 0),
    requests: blocks.map(({ requests }) => requests),
  }));
  expect(actual, at).toEqual(expected);
}

describe('a partial piece', () => {
  const first = 0 as PieceIndex;
  const block = (index: number) => index as BlockIndex;

  test('is forgotten when nothing of it is requested or received any more', () => {
    const partial = new PartialPieces(LAYOUT);
    partial.request(block(1), 2);
    partial.release(block(1), 2);
    expect(partial.has(first)).toBe(false);
  });

  test('that is removed leaves nothing to the piece that uses its memory', () => {
    const partial = new PartialPieces(LAYOUT);
    partial.receive(block(0), 5);
    partial.remove(first);
    // The last piece has three blocks; the other two must not be found free.
    partial.request(block(15), 3);
    expect(partial.hasFree(3 as PieceIndex)).toBe(false);
    partial.remove(3 as PieceIndex);
    partial.request(block(5), 3);
    expect([partial.firstFree(1 as PieceIndex, 5), partial.foundCount]).toEqual([8, 2]);
  });

  test('counts many requests for a block, and no more than a byte can', () => {
    const partial = new PartialPieces(LAYOUT);
    for (let n = 0; n < 300; n++) partial.request(block(0), 1);
    expect(partial.requestsOf(block(0))).toBe(254);
    expect(partial.receive(block(0), 1)).toBe(1);
  });
});

test('peers that leave make room for others: the pool does not grow', () => {
  const table = new PartialPieceTable(LAYOUT);
  table.growRows(3);
  const begin = (row: number): PartialPieces => {
    const peer = new PartialPieces(LAYOUT, table, row);
    for (let piece = 0; piece < 4; piece++) peer.request((5 * piece) as BlockIndex, 2);
    return peer;
  };
  begin(0);
  const words = table.cells.ints.length;
  for (let n = 0; n < 20; n++) begin(1).removeAll();
  // The cells of two peers are in use at a time.
  expect(table.cells.ints.length).toBeLessThanOrEqual(2 * words);
  const one = begin(1);
  const other = begin(2);
  other.removeAll();
  expect(other.size).toBe(0);
  expect([...one.pieces]).toEqual([0, 1, 2, 3]);
  expect(one.requestsOf(5 as BlockIndex)).toBe(1);
});
