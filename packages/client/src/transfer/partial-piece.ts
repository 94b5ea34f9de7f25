/** A piece of which some blocks have been received, perhaps from several peers. */

import { BLOCK_BYTES } from '@cachetorrent/protocol';
import { bytesOfPiece, type PieceLayout } from '@cachetorrent/protocol/wire';

/** A piece of which some blocks have been received. */
export class PartialPiece<Source> {
  readonly piece: number;
  readonly bytes: Uint8Array;
  /** For each block who has sent it; undefined while it is missing. */
  readonly #sources: (Source | undefined)[];
  #receivedCount = 0;

  /** `buffer` is large enough for any piece. */
  constructor(layout: PieceLayout, piece: number, buffer: Uint8Array) {
    this.piece = piece;
    this.bytes = buffer.subarray(0, bytesOfPiece(layout, piece));
    const blocks = Math.ceil(this.bytes.length / BLOCK_BYTES);
    this.#sources = Array.from({ length: blocks }, () => undefined);
  }

  get isEmpty(): boolean {
    return this.#receivedCount === 0;
  }

  /** Those who have sent at least one block. */
  get sources(): ReadonlySet<Source> {
    return new Set(this.#sources.filter((source) => source !== undefined));
  }

  /** The blocks that have been received, by their number in the piece. */
  get blocks(): readonly number[] {
    return [...this.#sources.keys()].filter((block) => this.#sources[block] !== undefined);
  }

  /** Returns who has sent a block; undefined if it is missing. */
  sourceOf(block: number): Source | undefined {
    return this.#sources[block];
  }

  /** Returns the bytes of a block. */
  bytesOf(block: number): Uint8Array {
    return this.bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
  }

  /** Adds a block, and returns whether it was missing. Copies `bytes`. */
  add(block: number, bytes: Uint8Array, source: Source): boolean {
    if (this.#sources[block] !== undefined) return false;
    this.bytes.set(bytes, block * BLOCK_BYTES);
    this.#sources[block] = source;
    this.#receivedCount++;
    return true;
  }

  /** Removes a block that has been received. */
  remove(block: number): void {
    this.#sources[block] = undefined;
    this.#receivedCount--;
  }
}
