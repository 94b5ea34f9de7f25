/**
 * All partial pieces. Their blocks are kept until the piece is complete, whoever sends the others.
 *
 * The memory of pieces is reused: leaving it to the garbage collector would cost more than all
 * other work on a block together.
 */

import type { PieceLayout } from '@cachetorrent/protocol/wire';

import { PartialPiece } from './partial-piece.ts';

/** The limit of the memory in free buffers. */
const FREE_BYTES_MAX = 2 ** 24;

/** All partial pieces, and the buffers for more. */
export class PartialPieces<Source> implements Iterable<PartialPiece<Source>> {
  readonly #layout: PieceLayout;
  readonly #byPiece = new Map<number, PartialPiece<Source>>();
  readonly #freeBuffers: ArrayBuffer[] = [];

  constructor(layout: PieceLayout) {
    this.#layout = layout;
  }

  [Symbol.iterator](): Iterator<PartialPiece<Source>> {
    return this.#byPiece.values();
  }

  /** Returns a piece; begins it if it is not partial. */
  get(piece: number): PartialPiece<Source> {
    let partial = this.#byPiece.get(piece);
    if (partial === undefined) {
      partial = new PartialPiece<Source>(this.#layout, piece, this.#buffer());
      this.#byPiece.set(piece, partial);
    }
    return partial;
  }

  /** Removes a piece. `freeBuffer` frees its memory. */
  remove(piece: number): void {
    this.#byPiece.delete(piece);
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
