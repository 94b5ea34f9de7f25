/**
 * The pieces that our peer requests from a remote peer, as requests for blocks. The piece picker
 * chooses whole pieces; this class splits them into blocks, and keeps as many requests outstanding
 * as the other side accepts.
 */

import type { MessageWriter } from '@cachetorrent/protocol/wire';

import { BLOCK_BYTES, type PartialPiece } from './partial-piece.ts';

interface OutgoingRequest<Source> {
  readonly partial: PartialPiece<Source>;
  /** All blocks before this one have been requested or received. */
  nextBlock: number;
}

/** The pieces that our peer requests from a remote peer. */
export class OutgoingRequests<Source> {
  /** By piece, in the order in which they are requested. */
  readonly #byPiece = new Map<number, OutgoingRequest<Source>>();

  has(piece: number): boolean {
    return this.#byPiece.has(piece);
  }

  get isEmpty(): boolean {
    return this.#byPiece.size === 0;
  }

  get pieces(): readonly number[] {
    return [...this.#byPiece.keys()];
  }

  add(partial: PartialPiece<Source>): void {
    this.#byPiece.set(partial.piece, { partial, nextBlock: 0 });
  }

  remove(piece: number): void {
    this.#byPiece.delete(piece);
  }

  clear(): void {
    this.#byPiece.clear();
  }

  /** Requests as many further blocks as the other side accepts now. */
  send(writer: MessageWriter): void {
    let room = writer.freeRequestSlots;
    for (const [piece, requested] of this.#byPiece) {
      const { partial } = requested;
      for (; room > 0 && requested.nextBlock < partial.blockCount; requested.nextBlock++) {
        const block = requested.nextBlock;
        if (partial.has(block)) continue;
        if (!writer.mayRequest(piece)) return;
        writer.request(piece, block * BLOCK_BYTES, partial.lengthOf(block));
        room--;
      }
      if (room === 0) return;
    }
  }

  /** Removes `piece`, and cancels its outstanding requests. */
  cancel(piece: number, writer: MessageWriter): void {
    const requested = this.#byPiece.get(piece);
    if (requested === undefined) return;
    this.#byPiece.delete(piece);
    const { partial, nextBlock } = requested;
    for (let block = 0; block < nextBlock; block++) {
      if (!partial.has(block)) writer.cancel(piece, block * BLOCK_BYTES, partial.lengthOf(block));
    }
  }
}
