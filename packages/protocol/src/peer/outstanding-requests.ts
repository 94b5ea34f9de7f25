/**
 * The blocks that we have requested and that have not arrived, by connection. Requests are lost by
 * a choke, a timeout, or the end of a connection: then their blocks may be requested elsewhere.
 */

import type { BlockLayout } from '../blocks.ts';
import { type BlockIndex, type Connection, NO_BLOCK, type PieceIndex, pieceOf } from '../ids.ts';
import type { BlockQueues } from '../tables/block-queues.ts';
import type { ConnectionTable } from '../tables/connections.ts';
import type { PartialPieces } from '../tables/partial-pieces.ts';
import type { AllowedFast } from './allowed-fast.ts';
import type { PeerComponents } from './components.ts';
import type { PiecePicker } from './piece-picker.ts';

/**
 * The pieces whose requests were lost last: the first `lostCount` are in use. They are read only
 * until the event is over in which they were lost, so all peers share them.
 */
const lost: PieceIndex[] = [];
let lostCount = 0;

export class OutstandingRequests {
  readonly #queues: BlockQueues;
  /** Our row in the tables that all peers of our host share. */
  readonly #row: number;
  readonly #layout: BlockLayout;
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #partial: PartialPieces | undefined;
  readonly #allowedFast: AllowedFast | undefined;

  constructor(components: PeerComponents) {
    const { memory, layout, connections, picker, partial } = components;
    this.#queues = memory.tables.requests;
    this.#row = memory.row;
    this.#layout = layout;
    this.#connections = connections;
    this.#picker = picker;
    this.#partial = partial;
    this.#allowedFast = components.allowedFast;
  }

  /** The number of blocks requested on a connection that have not arrived. */
  countOn(connection: Connection): number {
    return this.#queues.lengthOf(this.#row, connection);
  }

  /** Whether any of `count` blocks from `block` on is requested on a connection. */
  hasAny(connection: Connection, block: BlockIndex, count: number): boolean {
    return this.#queues.hasAny(this.#row, connection, block, count);
  }

  add(connection: Connection, block: BlockIndex, count: number): void {
    this.#queues.push(this.#row, connection, block, count);
  }

  /** Blocks have arrived, or are cancelled; returns how many of them were requested. */
  remove(connection: Connection, block: BlockIndex, count: number): number {
    return this.#queues.remove(this.#row, connection, block, count);
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
    const allowedFast = this.#allowedFast;
    if (allowedFast === undefined) return this.loseAll(connection);
    lostCount = 0;
    let left = this.countOn(connection);
    while (left > 0) {
      const block = this.#queues.shift(this.#row, connection);
      const count = this.#queues.shiftedCount;
      left -= count;
      const piece = pieceOf(block, this.#layout.blocksPerPiece);
      if (allowedFast.isAllowed(connection, piece)) this.add(connection, block, count);
      else this.#lose(block, count);
    }
  }

  /** All requests of a connection are lost; `act` is called for each span of them. */
  loseAll(connection: Connection, act?: (block: BlockIndex, count: number) => void): void {
    lostCount = 0;
    for (;;) {
      const block = this.#queues.shift(this.#row, connection);
      if (block === NO_BLOCK) return;
      const count = this.#queues.shiftedCount;
      act?.(block, count);
      this.#lose(block, count);
    }
  }

  /** The requests for blocks of `piece` on a connection are lost. */
  losePiece(connection: Connection, piece: PieceIndex): void {
    lostCount = 0;
    const { blocksPerPiece } = this.#layout;
    for (let index = 0; index < blocksPerPiece; index++) {
      const block = (piece * blocksPerPiece + index) as BlockIndex;
      if (this.remove(connection, block, 1) > 0) this.#lose(block, 1);
    }
  }

  /** Blocks that had arrived are of no use: they are to be requested again, as lost ones are. */
  loseReceived(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#layout.blocksPerPiece);
    // Where they are requested still, because nothing was cancelled, they may come at any time.
    for (let other = 0 as Connection; other < this.#connections.count; other++) {
      this.remove(other, block, count);
    }
    this.#partial?.discard(block, count);
    this.#picker.release(piece);
    lost[0] = piece;
    lostCount = 1;
  }

  /** Whether the other side holds a lost piece of which blocks have not been requested again. */
  holdsLostPiece(connection: Connection): boolean {
    for (let i = 0; i < lostCount; i++) {
      const piece = lost[i]!;
      if (this.#picker.isRequestable(piece) && this.#connections.hasPiece(connection, piece)) {
        return true;
      }
    }
    return false;
  }

  #lose(block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#layout.blocksPerPiece);
    lost[lostCount++] = piece;
    this.#partial?.release(block, count);
    if (this.#picker.isStored(piece)) return;
    if (this.#partial === undefined || this.#partial.hasFree(piece)) this.#picker.release(piece);
  }
}
