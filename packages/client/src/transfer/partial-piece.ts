/** A piece of which some blocks have been received, perhaps from several peers. */

import { bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

/** The bytes that clients request at a time (BEP 3). */
export const BLOCK_BYTES: number = 2 ** 14;

/** A piece of which some blocks have been received. */
export class PartialPiece<Source> {
  readonly piece: number;
  readonly bytes: Uint8Array;
  /** Those who have sent at least one block. */
  readonly sources: Set<Source> = new Set();
  readonly #received: Uint8Array;
  #missingCount: number;

  /** `buffer` is large enough for any piece. */
  constructor(layout: PieceLayout, piece: number, buffer: Uint8Array) {
    this.piece = piece;
    this.bytes = buffer.subarray(0, bytesOfPiece(layout, piece));
    this.#missingCount = Math.ceil(this.bytes.length / BLOCK_BYTES);
    this.#received = new Uint8Array(this.#missingCount);
  }

  get blockCount(): number {
    return this.#received.length;
  }

  get isComplete(): boolean {
    return this.#missingCount === 0;
  }

  /** Whether a block has been received. */
  has(block: number): boolean {
    return this.#received[block] === 1;
  }

  /** Returns the bytes of a block: the last one may be shorter. */
  lengthOf(block: number): number {
    return Math.min(BLOCK_BYTES, this.bytes.length - block * BLOCK_BYTES);
  }

  /** Adds a block, and returns whether it was missing. */
  add(block: number, bytes: Uint8Array, source: Source): boolean {
    if (this.has(block)) return false;
    this.bytes.set(bytes, block * BLOCK_BYTES);
    this.#received[block] = 1;
    this.#missingCount--;
    this.sources.add(source);
    return true;
  }
}
