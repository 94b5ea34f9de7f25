/**
 * The pieces of which a peer has requested or received some blocks, but not received all. Blocks
 * that have been received are kept, whoever sent them, until the piece is complete.
 *
 *     block    0        1        2         3        …
 *     state    received received requested free        one byte for each block of a partial piece
 *
 * The state of a block is RECEIVED, or the number of connections on which it is requested. The
 * partial pieces of all peers of a host are cells of one pool (`cell-pool.ts`), so that a block
 * that arrives touches little memory:
 *
 *     next, free, received, requests, from seed, · │ states of the blocks, as bytes     a cell
 */

import { assert } from '@cachetorrent/std';

import { type BlockLayout, blocksOfPiece } from '../blocks.ts';
import { type BlockIndex, type PieceIndex, pieceOf } from '../ids.ts';
import { Bitfield } from './bitfield.ts';
import { CellPool, NO_CELL } from './cell-pool.ts';

/** The state of a block that has been received. */
const RECEIVED = 255;
/** The most connections on which a block is requested at a time. */
export const REQUESTS_MAX = 254;

/** The words of a cell: the next unused cell; how many blocks are free, and how many received. */
const NEXT = 0;
const FREE = 1;
const RECEIVED_COUNT = 2;
/** The sum of the numbers of requests of all blocks. */
const REQUESTS = 3;
/** 1 if a block has been requested from a seed. */
const FROM_SEED = 4;
const HEADER = 6;

/** A pool for the partial pieces of the peers of a host. */
export function partialPiecePool({ blocksPerPiece }: BlockLayout): CellPool {
  return new CellPool(cellWords(blocksPerPiece), NEXT);
}

function cellWords(blocksPerPiece: number): number {
  return HEADER + 2 * Math.ceil(blocksPerPiece / 8);
}

/** The partial pieces of one peer. */
export class PartialPieces {
  readonly #layout: BlockLayout;
  /** The number of blocks of each piece but the last. */
  readonly blocksPerPiece: number;
  readonly #pool: CellPool;
  readonly #cellWords: number;
  /** The cell of each partial piece. */
  readonly #cells = new Map<PieceIndex, number>();
  /** The partial pieces with a free block. */
  readonly withFree: Bitfield;
  /** The number of blocks of the span that `firstFree` has found last. */
  foundCount = 0;
  /** How many requests the blocks have ended that `receive` has received last. */
  endedRequests = 0;

  constructor(layout: BlockLayout, pool: CellPool = partialPiecePool(layout)) {
    this.#layout = layout;
    this.#pool = pool;
    this.#cellWords = cellWords(layout.blocksPerPiece);
    this.blocksPerPiece = layout.blocksPerPiece;
    this.withFree = new Bitfield(layout.pieceCount);
  }

  /** The number of partial pieces. */
  get size(): number {
    return this.#cells.size;
  }

  /** The partial pieces, in the order in which they were begun. */
  get pieces(): IterableIterator<PieceIndex> {
    return this.#cells.keys();
  }

  /** The number of blocks of `piece`. */
  blocksOf(piece: PieceIndex): number {
    return blocksOfPiece(this.#layout, piece);
  }

  /** Whether some blocks of `piece` are requested or received. */
  has(piece: PieceIndex): boolean {
    return this.#cells.has(piece);
  }

  /** Whether a block of `piece` is neither requested nor received. */
  hasFree(piece: PieceIndex): boolean {
    return this.withFree.has(piece) || !this.has(piece);
  }

  /** Whether a block of `piece` has been requested from a seed since the piece was begun. */
  isFromSeed(piece: PieceIndex): boolean {
    return this.#valueOf(piece, FROM_SEED) === 1;
  }

  /** A block of `piece`, which is partial, has been requested from a seed. */
  markFromSeed(piece: PieceIndex): void {
    this.#pool.ints[this.#cellWords * this.#cellOf(piece) + FROM_SEED] = 1;
  }

  /** The number of requests for blocks of `piece` on all connections. */
  requestCount(piece: PieceIndex): number {
    return this.#valueOf(piece, REQUESTS);
  }

  /** The number of blocks of `piece` that have not been received. */
  missingCount(piece: PieceIndex): number {
    return this.blocksOf(piece) - this.#valueOf(piece, RECEIVED_COUNT);
  }

  /**
   * The first free block of `piece`, which has one. `foundCount` is the number of free blocks that
   * follow each other there, but at most `most`.
   */
  firstFree(piece: PieceIndex, most: number): BlockIndex {
    const blocks = this.blocksOf(piece);
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) {
      this.foundCount = Math.min(most, blocks);
      return (piece * this.blocksPerPiece) as BlockIndex;
    }
    const { bytes } = this.#pool;
    const states = this.#statesOf(cell);
    let first = 0;
    while (first < blocks && bytes[states + first] !== 0) first++;
    assert(first < blocks, 'a block is free');
    const end = Math.min(first + most, blocks);
    let next = first + 1;
    while (next < end && bytes[states + next] === 0) next++;
    this.foundCount = next - first;
    return (piece * this.blocksPerPiece + first) as BlockIndex;
  }

  /** Requests each of `count` blocks of one piece once more. */
  request(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cells.get(piece) ?? this.#begin(piece);
    const { bytes } = this.#pool;
    const first = this.#statesOf(cell) + block - piece * this.blocksPerPiece;
    let free = 0;
    let requests = 0;
    for (let at = first; at < first + count; at++) {
      const state = bytes[at]!;
      if (state >= REQUESTS_MAX) continue;
      if (state === 0) free--;
      bytes[at] = state + 1;
      requests++;
    }
    this.#change(piece, cell, free, 0, requests);
  }

  /** Each of `count` blocks is requested on one connection less. */
  release(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return;
    const { bytes } = this.#pool;
    const first = this.#statesOf(cell) + block - piece * this.blocksPerPiece;
    let free = 0;
    let requests = 0;
    for (let at = first; at < first + count; at++) {
      const state = bytes[at]!;
      if (state === RECEIVED || state === 0) continue;
      bytes[at] = state - 1;
      requests--;
      if (state === 1) free++;
    }
    this.#change(piece, cell, free, 0, requests);
  }

  /** Receives `count` blocks of one piece; returns how many of them are new. */
  receive(block: BlockIndex, count: number): number {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cells.get(piece) ?? this.#begin(piece);
    const { bytes } = this.#pool;
    const first = this.#statesOf(cell) + block - piece * this.blocksPerPiece;
    let free = 0;
    let received = 0;
    let endedRequests = 0;
    for (let at = first; at < first + count; at++) {
      const state = bytes[at]!;
      if (state === RECEIVED) continue;
      if (state === 0) free--;
      endedRequests += state;
      bytes[at] = RECEIVED;
      received++;
    }
    this.endedRequests = endedRequests;
    this.#change(piece, cell, free, received, -endedRequests);
    return received;
  }

  /** Makes those of `count` blocks of one piece free that have been received. */
  discard(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return;
    const { bytes } = this.#pool;
    const first = block - piece * this.blocksPerPiece;
    const end = this.#statesOf(cell) + Math.min(first + count, this.blocksOf(piece));
    let free = 0;
    for (let at = this.#statesOf(cell) + first; at < end; at++) {
      if (bytes[at] !== RECEIVED) continue;
      bytes[at] = 0;
      free++;
    }
    this.#change(piece, cell, free, -free, 0);
  }

  /** Whether all blocks of `piece` have been received. */
  isComplete(piece: PieceIndex): boolean {
    return this.#valueOf(piece, RECEIVED_COUNT) === this.blocksOf(piece);
  }

  /** On how many connections a block is requested; 0 if it has been received. */
  requestsOf(block: BlockIndex): number {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return 0;
    const at = this.#statesOf(cell) + block - piece * this.blocksPerPiece;
    const state = this.#pool.bytes[at]!;
    return state === RECEIVED ? 0 : state;
  }

  /** Adds to `blocks` those of `piece` that are requested on 1 to `requestsMax` connections. */
  addRequested(piece: PieceIndex, requestsMax: number, blocks: BlockIndex[]): void {
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return;
    const { bytes } = this.#pool;
    const states = this.#statesOf(cell);
    for (let index = 0; index < this.blocksPerPiece; index++) {
      const state = bytes[states + index]!;
      if (state === 0 || state > requestsMax) continue;
      blocks.push((piece * this.blocksPerPiece + index) as BlockIndex);
    }
  }

  /** Forgets a piece, because it is stored or all its blocks are to be requested again. */
  remove(piece: PieceIndex): void {
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return;
    this.#cells.delete(piece);
    this.withFree.remove(piece);
    this.#pool.release(cell);
  }

  /** Forgets all pieces: their cells are free for other peers. */
  removeAll(): void {
    for (const piece of this.pieces) this.remove(piece);
  }

  #cellOf(piece: PieceIndex): number {
    return this.#cells.get(piece) ?? NO_CELL;
  }

  /** The byte in which the states of the blocks of a cell begin. */
  #statesOf(cell: number): number {
    return 4 * (this.#cellWords * cell + HEADER);
  }

  /** A word of the cell of `piece`; 0 if the piece is not partial. */
  #valueOf(piece: PieceIndex, word: number): number {
    const cell = this.#cellOf(piece);
    return cell === NO_CELL ? 0 : this.#pool.ints[this.#cellWords * cell + word]!;
  }

  /** Makes all blocks of `piece` free. What does not exist must not be found free. */
  #begin(piece: PieceIndex): number {
    const cell = this.#pool.take();
    const blocks = this.blocksOf(piece);
    const { ints } = this.#pool;
    const first = this.#cellWords * cell;
    ints.fill(0, first, first + this.#cellWords);
    ints[first + FREE] = blocks;
    const states = this.#statesOf(cell);
    if (blocks < this.blocksPerPiece) {
      this.#pool.bytes.fill(RECEIVED, states + blocks, states + this.blocksPerPiece);
    }
    this.#cells.set(piece, cell);
    return cell;
  }

  /** Adds to the counts of a piece; one with only free blocks is not partial any more. */
  #change(piece: PieceIndex, cell: number, free: number, received: number, requests: number): void {
    const { ints } = this.#pool;
    const first = this.#cellWords * cell;
    ints[first + FREE]! += free;
    ints[first + RECEIVED_COUNT]! += received;
    ints[first + REQUESTS]! += requests;
    if (ints[first + REQUESTS] === 0 && ints[first + RECEIVED_COUNT] === 0) this.remove(piece);
    else if (ints[first + FREE]! > 0) this.withFree.add(piece);
    else this.withFree.remove(piece);
  }
}
