/** A piece that is coming, block by block, perhaps from several peers. */

import { bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

/** What clients ask for at once (BEP 3). */
export const BLOCK_BYTES: number = 2 ** 14;

export class PartialPiece<Source> {
  readonly piece: number;
  readonly bytes: Uint8Array;
  /** Whoever gave some of it. */
  readonly sources: Set<Source> = new Set();
  readonly #has: Uint8Array;
  #missing: number;

  /** `room` has room for any piece. */
  constructor(shape: PieceLayout, piece: number, room: Uint8Array) {
    this.piece = piece;
    this.bytes = room.subarray(0, bytesOfPiece(shape, piece));
    this.#missing = Math.ceil(this.bytes.length / BLOCK_BYTES);
    this.#has = new Uint8Array(this.#missing);
  }

  get blockCount(): number {
    return this.#has.length;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  has(block: number): boolean {
    return this.#has[block] === 1;
  }

  /** Bytes of a block: the last one has what is left. */
  lengthOf(block: number): number {
    return Math.min(BLOCK_BYTES, this.bytes.length - block * BLOCK_BYTES);
  }

  /** Returns whether the block was lacking. */
  add(block: number, bytes: Uint8Array, source: Source): boolean {
    if (this.has(block)) return false;
    this.bytes.set(bytes, block * BLOCK_BYTES);
    this.#has[block] = 1;
    this.#missing--;
    this.sources.add(source);
    return true;
  }
}
