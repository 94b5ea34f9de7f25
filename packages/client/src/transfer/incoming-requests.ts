/**
 * The ranges of bytes that a remote peer requests from us. Our peer decides which block is sent
 * next on a connection, if any; this class holds what is requested of it. Others may request any
 * range: it belongs to the block in which it begins.
 */

import { NO_PIECE } from '@cachetorrent/protocol';

import type { ByteRange } from './read-cache.ts';

/** A requested range of a piece. */
export interface RequestedRange {
  readonly begin: number;
  readonly length: number;
}

/** The ranges that a remote peer requests from us. */
export class IncomingRequests {
  /** By piece, in the order in which they were requested. */
  readonly #byPiece = new Map<number, RequestedRange[]>();

  /** Returns what is requested of `piece`. */
  of(piece: number): readonly RequestedRange[] {
    return this.#byPiece.get(piece) ?? [];
  }

  /** Whether nothing is requested. */
  get isEmpty(): boolean {
    return this.firstOther(NO_PIECE) === undefined;
  }

  /** Returns the first other piece of which something is requested; undefined if none. */
  firstOther(piece: number): number | undefined {
    for (const other of this.#byPiece.keys()) if (other !== piece) return other;
    return undefined;
  }

  add(piece: number, range: RequestedRange): void {
    const requested = this.#byPiece.get(piece);
    if (requested === undefined) this.#byPiece.set(piece, [range]);
    else requested.push(range);
  }

  /** Removes a range: it is cancelled, or sent. */
  remove(piece: number, { begin, length }: RequestedRange): void {
    const ranges = this.#byPiece.get(piece) ?? [];
    const index = ranges.findIndex((range) => range.begin === begin && range.length === length);
    if (index >= 0) ranges.splice(index, 1);
    if (ranges.length === 0) this.#byPiece.delete(piece);
  }

  /** Returns the first range that begins in a block; undefined if there is none. */
  first({ piece, begin, length }: ByteRange): RequestedRange | undefined {
    return this.of(piece).find((range) => range.begin >= begin && range.begin < begin + length);
  }

  /**
   * Returns the first range of `piece` that begins at `from` or later, with those that follow on
   * it, as they are requested, up to `bytesMax`; undefined if there is none.
   */
  run(piece: number, bytesMax: number, from = 0): ByteRange | undefined {
    let run: { piece: number; begin: number; length: number } | undefined;
    for (const { begin, length } of this.of(piece)) {
      if (run === undefined) {
        if (begin >= from) run = { piece, begin, length };
      } else if (begin !== run.begin + run.length || run.length + length > bytesMax) {
        break;
      } else {
        run.length += length;
      }
    }
    return run;
  }

  /** Removes and returns what is requested of `piece`. */
  takeAll(piece: number): readonly RequestedRange[] {
    const ranges = this.of(piece);
    this.#byPiece.delete(piece);
    return ranges;
  }

  /** Removes what is requested of all pieces but those that `isKept`. */
  keep(isKept: (piece: number) => boolean): void {
    for (const piece of this.#byPiece.keys()) if (!isKept(piece)) this.#byPiece.delete(piece);
  }

  clear(): void {
    this.#byPiece.clear();
  }
}
