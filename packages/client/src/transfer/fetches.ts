/**
 * The pieces that a peer is asked for, as the blocks that clients ask each other for. The picker
 * decides about whole pieces; here they are cut up, and as many blocks kept asked for as the
 * other side lets wait.
 */

import type { MessageWriter } from '@cachetorrent/protocol/wire';

import { BLOCK_BYTES, type PartialPiece } from './partial-piece.ts';

interface Fetch<Source> {
  readonly partial: PartialPiece<Source>;
  /** Blocks before this one have been asked for, or were there. */
  next: number;
}

export class Fetches<Source> {
  /** In the order in which they are to come. */
  readonly #fetches = new Map<number, Fetch<Source>>();

  has(piece: number): boolean {
    return this.#fetches.has(piece);
  }

  get isEmpty(): boolean {
    return this.#fetches.size === 0;
  }

  get pieces(): readonly number[] {
    return [...this.#fetches.keys()];
  }

  add(partial: PartialPiece<Source>): void {
    this.#fetches.set(partial.piece, { partial, next: 0 });
  }

  remove(piece: number): void {
    this.#fetches.delete(piece);
  }

  clear(): void {
    this.#fetches.clear();
  }

  /** Asks for as many blocks as may be asked for now. */
  ask(say: MessageWriter): void {
    let room = say.freeRequestSlots;
    for (const [piece, fetch] of this.#fetches) {
      const { partial } = fetch;
      for (; room > 0 && fetch.next < partial.blockCount; fetch.next++) {
        if (partial.has(fetch.next)) continue;
        if (!say.mayRequest(piece)) return;
        say.request(piece, fetch.next * BLOCK_BYTES, partial.lengthOf(fetch.next));
        room--;
      }
      if (room === 0) return;
    }
  }

  /** Takes back the blocks of `piece` that have been asked for and have not come. */
  cancel(piece: number, say: MessageWriter): void {
    const fetch = this.#fetches.get(piece);
    if (fetch === undefined) return;
    this.#fetches.delete(piece);
    const { partial } = fetch;
    for (let block = 0; block < fetch.next; block++) {
      if (!partial.has(block)) say.cancel(piece, block * BLOCK_BYTES, partial.lengthOf(block));
    }
  }
}
