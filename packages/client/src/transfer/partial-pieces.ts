/**
 * All partial pieces. When a piece is not requested any more, because a peer has choked us, its
 * blocks are kept for the next peer from whom it is requested, while there is memory for them.
 *
 * The memory of pieces is reused: leaving it to the garbage collector would cost more than all
 * other work on a block together.
 */

import type { PieceLayout } from '@cachetorrent/protocol/wire';

import { PartialPiece } from './partial-piece.ts';

/** The limits of the memory in idle pieces, and in free buffers. */
const IDLE_BYTES_MAX = 2 ** 26;
const FREE_BYTES_MAX = 2 ** 24;

/** All partial pieces, and the buffers for more. */
export class PartialPieces<Source> {
  readonly #layout: PieceLayout;
  /** The pieces that are requested. */
  readonly #active = new Map<number, PartialPiece<Source>>();
  /** The pieces that are not requested any more, the oldest first. */
  readonly #idle = new Map<number, PartialPiece<Source>>();
  readonly #freeBuffers: ArrayBuffer[] = [];

  constructor(layout: PieceLayout) {
    this.#layout = layout;
  }

  get(piece: number): PartialPiece<Source> | undefined {
    return this.#active.get(piece) ?? this.#idle.get(piece);
  }

  /** Marks a piece as requested, and returns it: the idle one, or a new one without blocks. */
  activate(piece: number): PartialPiece<Source> {
    const partial =
      this.get(piece) ?? new PartialPiece<Source>(this.#layout, piece, this.#buffer());
    this.#idle.delete(piece);
    this.#active.set(piece, partial);
    return partial;
  }

  /** Marks a piece as not requested any more. */
  deactivate(piece: number): void {
    const partial = this.#active.get(piece);
    if (partial === undefined) return;
    this.#active.delete(piece);
    if (partial.sources.size > 0) this.#idle.set(piece, partial);
    else this.freeBuffer(partial.bytes);
    while (this.#idle.size * this.#layout.pieceBytes > IDLE_BYTES_MAX) {
      const [[oldest, { bytes }]] = [...this.#idle] as [[number, PartialPiece<Source>]];
      this.#idle.delete(oldest);
      this.freeBuffer(bytes);
    }
  }

  /** Removes a piece that is complete or failed its hash. `freeBuffer` frees its memory. */
  remove(piece: number): void {
    this.#active.delete(piece);
    this.#idle.delete(piece);
  }

  /** Frees the memory of a piece for reuse. */
  freeBuffer({ buffer }: Uint8Array): void {
    if (this.#freeBuffers.length * this.#layout.pieceBytes < FREE_BYTES_MAX) {
      this.#freeBuffers.push(buffer as ArrayBuffer);
    }
  }

  #buffer(): Uint8Array {
    return new Uint8Array(this.#freeBuffers.pop() ?? new ArrayBuffer(this.#layout.pieceBytes));
  }
}
