/**
 * The pieces that are coming. What was lost on one connection, because it choked us, is kept for
 * the next one that is asked for the piece, as long as there is room.
 *
 * Memory for pieces is used again and again: to leave it to the garbage collector costs more
 * than everything else that a block costs together.
 */

import type { PieceLayout } from '@cachetorrent/protocol/wire';

import { PartialPiece } from './partial-piece.ts';

/** What may lie about of pieces that nobody is asked for, and of memory that is free. */
const IDLE_BYTES_MAX = 2 ** 26;
const FREE_BYTES_MAX = 2 ** 24;

export class PartialPieces<Source> {
  readonly #shape: PieceLayout;
  readonly #active = new Map<number, PartialPiece<Source>>();
  /** The one that was lost first is first. */
  readonly #idle = new Map<number, PartialPiece<Source>>();
  readonly #free: ArrayBuffer[] = [];

  constructor(shape: PieceLayout) {
    this.#shape = shape;
  }

  get(piece: number): PartialPiece<Source> | undefined {
    return this.#active.get(piece) ?? this.#idle.get(piece);
  }

  /** The piece is asked for: what there is of it, or a new one. */
  begin(piece: number): PartialPiece<Source> {
    const partial = this.get(piece) ?? new PartialPiece<Source>(this.#shape, piece, this.#room());
    this.#idle.delete(piece);
    this.#active.set(piece, partial);
    return partial;
  }

  /** Nobody is asked for it any more. */
  rest(piece: number): void {
    const partial = this.#active.get(piece);
    if (partial === undefined) return;
    this.#active.delete(piece);
    if (partial.sources.size > 0) this.#idle.set(piece, partial);
    else this.reuse(partial.bytes);
    while (this.#idle.size * this.#shape.pieceBytes > IDLE_BYTES_MAX) {
      const [[oldest, { bytes }]] = [...this.#idle] as [[number, PartialPiece<Source>]];
      this.#idle.delete(oldest);
      this.reuse(bytes);
    }
  }

  /** It is complete, or was broken. Its memory is not free before `reuse`. */
  forget(piece: number): void {
    this.#active.delete(piece);
    this.#idle.delete(piece);
  }

  /** Nobody needs the bytes of a piece any more. */
  reuse({ buffer }: Uint8Array): void {
    if (this.#free.length * this.#shape.pieceBytes < FREE_BYTES_MAX) {
      this.#free.push(buffer as ArrayBuffer);
    }
  }

  #room(): Uint8Array {
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(this.#shape.pieceBytes));
  }
}
