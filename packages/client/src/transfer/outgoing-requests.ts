/**
 * The blocks that our peer requests from a remote peer and that have not been requested on the wire
 * yet: the other side accepts a limited number of outstanding requests.
 */

import type { BlockIndex } from '@cachetorrent/protocol';
import type { MessageWriter, PieceLayout } from '@cachetorrent/protocol/wire';

import { blockAt, blocksPerPiece, rangeOf } from './block-bytes.ts';

/** The requests for blocks that wait to be sent to a remote peer. */
export class OutgoingRequests {
  readonly #layout: PieceLayout;
  /** In the order in which they are requested. */
  readonly #unsent = new Set<BlockIndex>();

  constructor(layout: PieceLayout) {
    this.#layout = layout;
  }

  add(block: BlockIndex, count: number): void {
    for (let each = block; each < block + count; each++) this.#unsent.add(each);
  }

  /** A block has arrived: a request for it that was repeated and has not been sent is of no use. */
  received(block: BlockIndex): void {
    this.#unsent.delete(block);
  }

  /** Sends as many requests as the other side accepts now. */
  send(writer: MessageWriter): void {
    for (const block of this.#unsent) {
      const { piece, begin, length } = rangeOf(this.#layout, block);
      if (!writer.mayRequest(piece)) return;
      this.#unsent.delete(block);
      writer.request(piece, begin, length);
    }
  }

  /** Cancels the requests for `count` blocks, sent or not. */
  cancel(block: BlockIndex, count: number, writer: MessageWriter): void {
    for (let each = block; each < block + count; each++) {
      if (this.#unsent.delete(each)) continue;
      const { piece, begin, length } = rangeOf(this.#layout, each);
      writer.cancel(piece, begin, length);
    }
  }

  /** Cancels the requests for all blocks of `piece`, sent or not. */
  cancelPiece(piece: number, writer: MessageWriter): void {
    const first = blockAt(this.#layout, piece, 0);
    const end = first + blocksPerPiece(this.#layout);
    for (const block of this.#unsent) {
      if (block >= first && block < end) this.#unsent.delete(block);
    }
    writer.cancelAll(piece);
  }

  /** Cancels all requests. */
  cancelAll(writer: MessageWriter): void {
    this.#unsent.clear();
    writer.cancelAll();
  }

  /** Drops the requests that have not been sent, except those that can be sent while choked. */
  choke(writer: MessageWriter): void {
    for (const block of this.#unsent) {
      if (!writer.mayRequestWhileChoked(rangeOf(this.#layout, block).piece)) {
        this.#unsent.delete(block);
      }
    }
  }
}
