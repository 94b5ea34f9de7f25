/**
 * The blocks that we have requested and that have not arrived, by connection. Requests are lost by
 * a choke, a timeout, or the end of a connection: then their blocks may be requested elsewhere.
 */

import { type BlockIndex, type Connection, NO_BLOCK, type PieceIndex, pieceOf } from '../ids.ts';
import type { PeerComponents } from './components.ts';

/**
 * The pieces whose requests were lost last: the first `lostCount` are in use. They are read only
 * until the event is over in which they were lost, so all peers share them.
 */
const lost: PieceIndex[] = [];
let lostCount = 0;

export class OutstandingRequests {
  readonly #peer: PeerComponents;

  constructor(components: PeerComponents) {
    this.#peer = components;
  }

  /** The number of blocks requested on a connection that have not arrived. */
  countOn(connection: Connection): number {
    return this.#peer.tables.requests.lengthOf(this.#peer.row, connection);
  }

  /** Whether any of `count` blocks from `block` on is requested on a connection. */
  hasAny(connection: Connection, block: BlockIndex, count: number): boolean {
    return this.#peer.tables.requests.hasAny(this.#peer.row, connection, block, count);
  }

  add(connection: Connection, block: BlockIndex, count: number): void {
    this.#peer.tables.requests.push(this.#peer.row, connection, block, count);
  }

  /** Blocks have arrived, or are cancelled; returns how many of them were requested. */
  remove(connection: Connection, block: BlockIndex, count: number): number {
    return this.#peer.tables.requests.remove(this.#peer.row, connection, block, count);
  }

  /** Calls `act` for the spans, of `count` blocks from `block` on, that are requested. */
  each(
    connection: Connection,
    block: BlockIndex,
    count: number,
    act: (block: BlockIndex, count: number) => void,
  ): void {
    const end = block + count;
    for (let first = block as number; first < end; first++) {
      let next = first;
      while (next < end && this.hasAny(connection, next as BlockIndex, 1)) next++;
      if (next > first) act(first as BlockIndex, next - first);
      first = next;
    }
  }

  /** Whether the last call that lost requests has lost any. */
  get hasLost(): boolean {
    return lostCount > 0;
  }

  /** Nothing has been lost. */
  loseNone(): void {
    lostCount = 0;
  }

  /** A choke loses the requests of a connection, except those for pieces that are allowed fast. */
  loseByChoke(connection: Connection): void {
    const allowedFast = this.#peer.allowedFast;
    if (allowedFast === undefined) return this.loseAll(connection);
    lostCount = 0;
    let left = this.countOn(connection);
    while (left > 0) {
      const block = this.#peer.tables.requests.shift(this.#peer.row, connection);
      const count = this.#peer.tables.requests.shiftedCount;
      left -= count;
      const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
      if (allowedFast.isAllowed(connection, piece)) this.add(connection, block, count);
      else this.#lose(block, count);
    }
  }

  /** All requests of a connection are lost; `act` is called for each span of them. */
  loseAll(connection: Connection, act?: (block: BlockIndex, count: number) => void): void {
    lostCount = 0;
    for (;;) {
      const block = this.#peer.tables.requests.shift(this.#peer.row, connection);
      if (block === NO_BLOCK) return;
      const count = this.#peer.tables.requests.shiftedCount;
      act?.(block, count);
      this.#lose(block, count);
    }
  }

  /** The requests for blocks of `piece` on a connection are lost. */
  losePiece(connection: Connection, piece: PieceIndex): void {
    lostCount = 0;
    const { blocksPerPiece } = this.#peer.settings.layout;
    for (let index = 0; index < blocksPerPiece; index++) {
      const block = (piece * blocksPerPiece + index) as BlockIndex;
      if (this.remove(connection, block, 1) > 0) this.#lose(block, 1);
    }
  }

  /** Blocks that had arrived are of no use: they are to be requested again, as lost ones are. */
  loseReceived(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    // Where they are requested still, because nothing was cancelled, they may come at any time.
    for (let other = 0 as Connection; other < this.#peer.connections.count; other++) {
      this.remove(other, block, count);
    }
    this.#peer.partial?.discard(block, count);
    this.#peer.picker.release(piece);
    lost[0] = piece;
    lostCount = 1;
  }

  /** Whether the other side holds a lost piece of which blocks have not been requested again. */
  holdsLostPiece(connection: Connection): boolean {
    for (let i = 0; i < lostCount; i++) {
      const piece = lost[i]!;
      if (
        this.#peer.picker.isRequestable(piece) &&
        this.#peer.connections.hasPiece(connection, piece)
      ) {
        return true;
      }
    }
    return false;
  }

  #lose(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    lost[lostCount++] = piece;
    this.#peer.partial?.release(block, count);
    if (this.#peer.picker.isStored(piece)) return;
    if (this.#peer.partial === undefined || this.#peer.partial.hasFree(piece))
      this.#peer.picker.release(piece);
  }
}
