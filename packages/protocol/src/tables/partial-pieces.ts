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
 *     free, received, requests, from seed │ states of the blocks, as bytes     a cell
 *     piece, cell, piece, cell, …                      a list per peer, in the order of their begin
 */

import { assert, grown } from '@cachetorrent/std';

import { type BlockLayout, blocksOfPiece } from '../blocks.ts';
import { type BlockIndex, type PieceIndex, pieceOf } from '../ids.ts';
import { wordsFor } from './bitfield.ts';
import { CellPool, NO_CELL } from './cell-pool.ts';
import { type RowColumn } from './connection-columns.ts';
import { RowLists } from './row-lists.ts';

/** The state of a block that has been received. */
const RECEIVED = 255;
/** The most connections on which a block is requested at a time. */
export const REQUESTS_MAX = 254;

/** The words of a cell: how many blocks are free, and how many received. */
const FREE = 0;
const RECEIVED_COUNT = 1;
/** The sum of the numbers of requests of all blocks. */
const REQUESTS = 2;
/** 1 if a block has been requested from a seed. */
const FROM_SEED = 3;
const HEADER = 4;
/** In an unused cell, this word has the next one. */
const NEXT = 0;

/** Each entry of a list is a piece and its cell. */
const ENTRY = 2;

/** The partial pieces of all peers of a host. */
export class PartialPieceTable implements RowColumn {
  /** The states of the blocks of each partial piece. */
  readonly cells: CellPool;
  readonly cellWords: number;
  /** For each row, its partial pieces and their cells. */
  readonly lists: RowLists = new RowLists();
  /** For each row `pieceWords` words: the partial pieces with a free block. */
  withFree: Uint32Array = new Uint32Array(0);
  /** For each row, their number. */
  withFreeCount: Int32Array = new Int32Array(0);
  readonly pieceWords: number;
  /** See `PartialPieces`: they describe what the last call of any peer has done. */
  foundCount = 0;
  endedRequests = 0;

  constructor({ blocksPerPiece, pieceCount }: BlockLayout) {
    this.cellWords = HEADER + 2 * Math.ceil(blocksPerPiece / 8);
    this.cells = new CellPool(this.cellWords, NEXT);
    this.pieceWords = wordsFor(pieceCount);
  }

  growRows(rows: number): void {
    this.lists.growRows(rows);
    this.withFree = grown(this.withFree, rows * this.pieceWords);
    this.withFreeCount = grown(this.withFreeCount, rows);
  }

  clearRow(row: number): void {
    const { ints, start, length } = this.lists;
    const first = start[row]!;
    for (let i = 0; i < length[row]!; i += ENTRY) this.cells.release(ints[first + i + 1]!);
    this.lists.clearRow(row);
    this.withFree.fill(0, row * this.pieceWords, (row + 1) * this.pieceWords);
    this.withFreeCount[row] = 0;
  }
}

/** A table for a single peer. */
function tableForOne(layout: BlockLayout): PartialPieceTable {
  const table = new PartialPieceTable(layout);
  table.growRows(1);
  return table;
}

/** The partial pieces of one peer. */
export class PartialPieces {
  readonly #layout: BlockLayout;
  readonly #table: PartialPieceTable;
  readonly #row: number;

  constructor(layout: BlockLayout, table: PartialPieceTable = tableForOne(layout), row = 0) {
    this.#layout = layout;
    this.#table = table;
    this.#row = row;
  }

  /** The number of blocks of each piece but the last. */
  get blocksPerPiece(): number {
    return this.#layout.blocksPerPiece;
  }

  /** The number of blocks of the span that `firstFree` has found last. */
  get foundCount(): number {
    return this.#table.foundCount;
  }

  /** How many requests the blocks have ended that `receive` has received last. */
  get endedRequests(): number {
    return this.#table.endedRequests;
  }

  /** The number of partial pieces. */
  get size(): number {
    return this.#table.lists.length[this.#row]! / ENTRY;
  }

  /** The partial pieces, in the order in which they were begun. */
  get pieces(): readonly PieceIndex[] {
    const { ints, start } = this.#table.lists;
    const first = start[this.#row]!;
    return Array.from({ length: this.size }, (_, i) => ints[first + ENTRY * i]! as PieceIndex);
  }

  /** The number of partial pieces with a free block. */
  get withFreeCount(): number {
    return this.#table.withFreeCount[this.#row]!;
  }

  /** The partial pieces of all peers with a free block, as words of bits. */
  get withFree(): Uint32Array {
    return this.#table.withFree;
  }

  /** The position in `withFree` of our first word. */
  get withFreeStart(): number {
    return this.#row * this.#table.pieceWords;
  }

  /** The number of blocks of `piece`. */
  blocksOf(piece: PieceIndex): number {
    return blocksOfPiece(this.#layout, piece);
  }

  /** Whether some blocks of `piece` are requested or received. */
  has(piece: PieceIndex): boolean {
    return this.#cellOf(piece) !== NO_CELL;
  }

  /** Whether a block of `piece` is neither requested nor received. */
  hasFree(piece: PieceIndex): boolean {
    return this.#isWithFree(piece) || !this.has(piece);
  }

  /** Whether a block of `piece` has been requested from a seed since the piece was begun. */
  isFromSeed(piece: PieceIndex): boolean {
    return this.#valueOf(piece, FROM_SEED) === 1;
  }

  /** A block of `piece`, which is partial, has been requested from a seed. */
  markFromSeed(piece: PieceIndex): void {
    const { cells, cellWords } = this.#table;
    cells.ints[cellWords * this.#cellOf(piece) + FROM_SEED] = 1;
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
      this.#table.foundCount = Math.min(most, blocks);
      return (piece * this.blocksPerPiece) as BlockIndex;
    }
    const { bytes } = this.#table.cells;
    const states = this.#statesOf(cell);
    let first = 0;
    while (first < blocks && bytes[states + first] !== 0) first++;
    assert(first < blocks, 'a block is free');
    const end = Math.min(first + most, blocks);
    let next = first + 1;
    while (next < end && bytes[states + next] === 0) next++;
    this.#table.foundCount = next - first;
    return (piece * this.blocksPerPiece + first) as BlockIndex;
  }

  /** Requests each of `count` blocks of one piece once more. */
  request(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cellOf(piece) || this.#begin(piece);
    const { bytes } = this.#table.cells;
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
    const { bytes } = this.#table.cells;
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
    const cell = this.#cellOf(piece) || this.#begin(piece);
    const { bytes } = this.#table.cells;
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
    this.#table.endedRequests = endedRequests;
    this.#change(piece, cell, free, received, -endedRequests);
    return received;
  }

  /** Makes those of `count` blocks of one piece free that have been received. */
  discard(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return;
    const { bytes } = this.#table.cells;
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
    const state = this.#table.cells.bytes[at]!;
    return state === RECEIVED ? 0 : state;
  }

  /** Adds to `blocks` those of `piece` that are requested on 1 to `requestsMax` connections. */
  addRequested(piece: PieceIndex, requestsMax: number, blocks: BlockIndex[]): void {
    const cell = this.#cellOf(piece);
    if (cell === NO_CELL) return;
    const { bytes } = this.#table.cells;
    const states = this.#statesOf(cell);
    for (let index = 0; index < this.blocksPerPiece; index++) {
      const state = bytes[states + index]!;
      if (state === 0 || state > requestsMax) continue;
      blocks.push((piece * this.blocksPerPiece + index) as BlockIndex);
    }
  }

  /** Forgets a piece, because it is stored or all its blocks are to be requested again. */
  remove(piece: PieceIndex): void {
    const { lists, cells } = this.#table;
    const index = lists.indexOf(this.#row, piece, ENTRY);
    if (index < 0) return;
    cells.release(lists.ints[lists.start[this.#row]! + index + 1]!);
    lists.removeAt(this.#row, index, ENTRY);
    this.#setWithFree(piece, false);
  }

  /** Forgets all pieces: their cells are free for other peers. */
  removeAll(): void {
    this.#table.clearRow(this.#row);
  }

  #cellOf(piece: PieceIndex): number {
    const { lists } = this.#table;
    const index = lists.indexOf(this.#row, piece, ENTRY);
    return index < 0 ? NO_CELL : lists.ints[lists.start[this.#row]! + index + 1]!;
  }

  #isWithFree(piece: PieceIndex): boolean {
    const word = this.#table.withFree[this.withFreeStart + (piece >>> 5)]!;
    return (word & (1 << (piece & 31))) !== 0;
  }

  #setWithFree(piece: PieceIndex, isWithFree: boolean): void {
    if (this.#isWithFree(piece) === isWithFree) return;
    const { withFree, withFreeCount } = this.#table;
    withFree[this.withFreeStart + (piece >>> 5)]! ^= 1 << (piece & 31);
    withFreeCount[this.#row]! += isWithFree ? 1 : -1;
  }

  /** The byte in which the states of the blocks of a cell begin. */
  #statesOf(cell: number): number {
    return 4 * (this.#table.cellWords * cell + HEADER);
  }

  /** A word of the cell of `piece`; 0 if the piece is not partial. */
  #valueOf(piece: PieceIndex, word: number): number {
    const { cells, cellWords } = this.#table;
    const cell = this.#cellOf(piece);
    return cell === NO_CELL ? 0 : cells.ints[cellWords * cell + word]!;
  }

  /** Makes all blocks of `piece` free. What does not exist must not be found free. */
  #begin(piece: PieceIndex): number {
    const { cells, cellWords, lists } = this.#table;
    const cell = cells.take();
    const blocks = this.blocksOf(piece);
    const first = cellWords * cell;
    cells.ints.fill(0, first, first + cellWords);
    cells.ints[first + FREE] = blocks;
    const states = this.#statesOf(cell);
    if (blocks < this.blocksPerPiece) {
      cells.bytes.fill(RECEIVED, states + blocks, states + this.blocksPerPiece);
    }
    lists.push(this.#row, piece);
    lists.push(this.#row, cell);
    return cell;
  }

  /** Adds to the counts of a piece; one with only free blocks is not partial any more. */
  #change(piece: PieceIndex, cell: number, free: number, received: number, requests: number): void {
    const { cells, cellWords } = this.#table;
    const { ints } = cells;
    const first = cellWords * cell;
    ints[first + FREE]! += free;
    ints[first + RECEIVED_COUNT]! += received;
    ints[first + REQUESTS]! += requests;
    if (ints[first + REQUESTS] === 0 && ints[first + RECEIVED_COUNT] === 0) this.remove(piece);
    else this.#setWithFree(piece, ints[first + FREE]! > 0);
  }
}
