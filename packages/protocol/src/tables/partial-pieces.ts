/**
 * The pieces of which a peer has requested or received some blocks, but not received all. Blocks
 * that have been received are kept, whoever sent them, until the piece is complete.
 *
 *     block    0        1        2         3        …
 *     state    received received requested free        one byte for each block of a partial piece
 *
 * The state of a block is RECEIVED, or the number of connections on which it is requested.
 */

import { assert } from '@cachetorrent/std';

import { type BlockLayout, blocksOfPiece } from '../blocks.ts';
import { type BlockIndex, type PieceIndex, pieceOf } from '../ids.ts';
import { Bitfield } from './bitfield.ts';

/** The state of a block that has been received. */
const RECEIVED = 255;
/** The most connections on which a block is requested at a time. */
export const REQUESTS_MAX = 254;

class PartialPiece {
  /** The state of each block. */
  readonly states: Uint8Array;
  /** How many blocks are neither requested nor received. */
  freeCount = 0;
  /** How many blocks have been received. */
  receivedCount = 0;
  /** The sum of the numbers of requests of all blocks. */
  requestCount = 0;
  /** Whether a block has been requested from a seed. */
  isFromSeed = false;

  constructor(blocks: number) {
    this.states = new Uint8Array(blocks);
  }

  /** Makes all of `blocks` blocks free. What does not exist must not be found free. */
  begin(blocks: number): void {
    this.states.fill(0, 0, blocks).fill(RECEIVED, blocks);
    this.freeCount = blocks;
    this.receivedCount = 0;
    this.requestCount = 0;
    this.isFromSeed = false;
  }
}

/** The partial pieces of one peer. */
export class PartialPieces {
  readonly #layout: BlockLayout;
  /** The number of blocks of each piece but the last. */
  readonly blocksPerPiece: number;
  readonly #pieces = new Map<PieceIndex, PartialPiece>();
  /** The partial pieces with a free block. */
  readonly withFree: Bitfield;
  /** Those of pieces that are not partial any more, to be used again. */
  readonly #unused: PartialPiece[] = [];
  /** The number of blocks of the span that `firstFree` has found last. */
  foundCount = 0;
  /** How many requests the blocks have ended that `receive` has received last. */
  endedRequests = 0;

  constructor(layout: BlockLayout) {
    this.#layout = layout;
    this.blocksPerPiece = layout.blocksPerPiece;
    this.withFree = new Bitfield(layout.pieceCount);
  }

  /** The number of partial pieces. */
  get size(): number {
    return this.#pieces.size;
  }

  /** The partial pieces, in the order in which they were begun. */
  get pieces(): IterableIterator<PieceIndex> {
    return this.#pieces.keys();
  }

  /** The number of blocks of `piece`. */
  blocksOf(piece: PieceIndex): number {
    return blocksOfPiece(this.#layout, piece);
  }

  /** Whether some blocks of `piece` are requested or received. */
  has(piece: PieceIndex): boolean {
    return this.#pieces.has(piece);
  }

  /** Whether a block of `piece` is neither requested nor received. */
  hasFree(piece: PieceIndex): boolean {
    const partial = this.#pieces.get(piece);
    return partial === undefined || partial.freeCount > 0;
  }

  /** Whether a block of `piece` has been requested from a seed since the piece was begun. */
  isFromSeed(piece: PieceIndex): boolean {
    return this.#pieces.get(piece)?.isFromSeed ?? false;
  }

  /** A block of `piece`, which is partial, has been requested from a seed. */
  markFromSeed(piece: PieceIndex): void {
    this.#pieces.get(piece)!.isFromSeed = true;
  }

  /** The number of requests for blocks of `piece` on all connections. */
  requestCount(piece: PieceIndex): number {
    return this.#pieces.get(piece)?.requestCount ?? 0;
  }

  /** The number of blocks of `piece` that have not been received. */
  missingCount(piece: PieceIndex): number {
    return this.blocksOf(piece) - (this.#pieces.get(piece)?.receivedCount ?? 0);
  }

  /**
   * The first free block of `piece`, which has one. `foundCount` is the number of free blocks that
   * follow each other there, but at most `most`.
   */
  firstFree(piece: PieceIndex, most: number): BlockIndex {
    const partial = this.#pieces.get(piece);
    if (partial === undefined) {
      this.foundCount = Math.min(most, this.blocksOf(piece));
      return (piece * this.blocksPerPiece) as BlockIndex;
    }
    const { states } = partial;
    const first = states.indexOf(0);
    assert(first >= 0, 'a block is free');
    const end = Math.min(first + most, this.blocksOf(piece));
    let next = first + 1;
    while (next < end && states[next] === 0) next++;
    this.foundCount = next - first;
    return (piece * this.blocksPerPiece + first) as BlockIndex;
  }

  /** Requests each of `count` blocks of one piece once more. */
  request(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const partial = this.#pieces.get(piece) ?? this.#begin(piece);
    const first = block - piece * this.blocksPerPiece;
    for (let index = first; index < first + count; index++) {
      const state = partial.states[index]!;
      if (state >= REQUESTS_MAX) continue;
      if (state === 0) partial.freeCount--;
      partial.states[index] = state + 1;
      partial.requestCount++;
    }
    this.#updateFree(piece, partial);
  }

  /** Each of `count` blocks is requested on one connection less. */
  release(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const partial = this.#pieces.get(piece);
    if (partial === undefined) return;
    const first = block - piece * this.blocksPerPiece;
    for (let index = first; index < first + count; index++) {
      const state = partial.states[index]!;
      if (state === RECEIVED || state === 0) continue;
      partial.states[index] = state - 1;
      partial.requestCount--;
      if (state === 1) partial.freeCount++;
    }
    if (partial.requestCount === 0 && partial.receivedCount === 0) this.remove(piece);
    else this.#updateFree(piece, partial);
  }

  /** Receives `count` blocks of one piece; returns how many of them are new. */
  receive(block: BlockIndex, count: number): number {
    const piece = pieceOf(block, this.blocksPerPiece);
    const partial = this.#pieces.get(piece) ?? this.#begin(piece);
    const first = block - piece * this.blocksPerPiece;
    let newCount = 0;
    let endedRequests = 0;
    for (let index = first; index < first + count; index++) {
      const state = partial.states[index]!;
      if (state === RECEIVED) continue;
      if (state === 0) partial.freeCount--;
      endedRequests += state;
      partial.states[index] = RECEIVED;
      newCount++;
    }
    partial.receivedCount += newCount;
    partial.requestCount -= endedRequests;
    this.endedRequests = endedRequests;
    this.#updateFree(piece, partial);
    return newCount;
  }

  /** Makes those of `count` blocks of one piece free that have been received. */
  discard(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.blocksPerPiece);
    const partial = this.#pieces.get(piece);
    if (partial === undefined) return;
    const first = block - piece * this.blocksPerPiece;
    const end = Math.min(first + count, this.blocksOf(piece));
    for (let index = first; index < end; index++) {
      if (partial.states[index] !== RECEIVED) continue;
      partial.states[index] = 0;
      partial.freeCount++;
      partial.receivedCount--;
    }
    if (partial.requestCount === 0 && partial.receivedCount === 0) this.remove(piece);
    else this.#updateFree(piece, partial);
  }

  /** Whether all blocks of `piece` have been received. */
  isComplete(piece: PieceIndex): boolean {
    const partial = this.#pieces.get(piece);
    return partial !== undefined && partial.receivedCount === this.blocksOf(piece);
  }

  /** On how many connections a block is requested; 0 if it has been received. */
  requestsOf(block: BlockIndex): number {
    const piece = pieceOf(block, this.blocksPerPiece);
    const state = this.#pieces.get(piece)?.states[block - piece * this.blocksPerPiece] ?? 0;
    return state === RECEIVED ? 0 : state;
  }

  /** Forgets a piece, because it is stored or all its blocks are to be requested again. */
  remove(piece: PieceIndex): void {
    const partial = this.#pieces.get(piece);
    if (partial === undefined) return;
    this.#pieces.delete(piece);
    this.withFree.remove(piece);
    this.#unused.push(partial);
  }

  #updateFree(piece: PieceIndex, { freeCount }: PartialPiece): void {
    if (freeCount > 0) this.withFree.add(piece);
    else this.withFree.remove(piece);
  }

  #begin(piece: PieceIndex): PartialPiece {
    const partial = this.#unused.pop() ?? new PartialPiece(this.blocksPerPiece);
    partial.begin(this.blocksOf(piece));
    this.#pieces.set(piece, partial);
    return partial;
  }
}
