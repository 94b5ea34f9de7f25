/**
 * The blocks that a remote peer requests from us, by piece. Our peer decides which piece is sent
 * next on a connection, if any; this class holds its blocks.
 *
 * A piece counts as sent when all its blocks have been sent, or when the other side requests
 * another one: it may request some blocks of a piece from us and the rest from others.
 */

import { NO_PIECE } from '@cachetorrent/protocol';

import type { ByteRange } from './read-cache.ts';

/** A requested range of a piece. */
export interface RequestedBlock {
  readonly begin: number;
  readonly length: number;
}

interface IncomingRequest {
  readonly blocks: RequestedBlock[];
  sentBytes: number;
}

/** The blocks that a remote peer requests from us. */
export class IncomingRequests {
  readonly #byPiece = new Map<number, IncomingRequest>();

  /** Whether a block of `piece` is requested. */
  has(piece: number): boolean {
    return (this.#byPiece.get(piece)?.blocks.length ?? 0) > 0;
  }

  /** Whether no block is requested. */
  get isEmpty(): boolean {
    return this.firstOther(NO_PIECE) === undefined;
  }

  /** Returns the first piece other than `piece` with a requested block; undefined if none. */
  firstOther(piece: number): number | undefined {
    for (const [other, { blocks }] of this.#byPiece) {
      if (other !== piece && blocks.length > 0) return other;
    }
    return undefined;
  }

  add(piece: number, block: RequestedBlock): void {
    const requested = this.#byPiece.get(piece) ?? { blocks: [], sentBytes: 0 };
    this.#byPiece.set(piece, requested);
    requested.blocks.push(block);
  }

  cancel(piece: number, { begin, length }: RequestedBlock): void {
    const blocks = this.#byPiece.get(piece)?.blocks ?? [];
    const index = blocks.findIndex((block) => block.begin === begin && block.length === length);
    if (index >= 0) blocks.splice(index, 1);
  }

  /** Returns the next block of `piece`; undefined if none is requested. */
  first(piece: number): RequestedBlock | undefined {
    return this.#byPiece.get(piece)?.blocks[0];
  }

  /**
   * Returns the range of the first block of `piece` that begins at `from` or later and of those
   * that follow on it, as they are requested, up to `bytesMax`; undefined if there is none.
   */
  run(piece: number, bytesMax: number, from = 0): ByteRange | undefined {
    let range: { piece: number; begin: number; length: number } | undefined;
    for (const { begin, length } of this.#byPiece.get(piece)?.blocks ?? []) {
      if (range === undefined) {
        if (begin >= from) range = { piece, begin, length };
      } else if (begin !== range.begin + range.length || range.length + length > bytesMax) {
        break;
      } else {
        range.length += length;
      }
    }
    return range;
  }

  /** Removes the next block of `piece`, as it is sent now. */
  shift(piece: number): void {
    const requested = this.#byPiece.get(piece);
    requested!.sentBytes += requested!.blocks.shift()!.length;
  }

  /** Returns the bytes of `piece` that have been sent since it was last finished. */
  sentBytes(piece: number): number {
    return this.#byPiece.get(piece)?.sentBytes ?? 0;
  }

  /** Starts to count the sent bytes of `piece` from 0 again. */
  finish(piece: number): void {
    const requested = this.#byPiece.get(piece);
    if (requested === undefined) return;
    requested.sentBytes = 0;
    if (requested.blocks.length === 0) this.#byPiece.delete(piece);
  }

  /** Removes and returns the requested blocks of `piece`. */
  takeAll(piece: number): readonly RequestedBlock[] {
    return this.#byPiece.get(piece)?.blocks.splice(0) ?? [];
  }

  clear(): void {
    this.#byPiece.clear();
  }
}
