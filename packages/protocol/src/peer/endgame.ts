/**
 * Endgame (BEP 3): when nothing is left to request, blocks that are requested from one peer are
 * requested from others, too, so that the download does not wait for the slowest.
 *
 * In the strict form (libtorrent's `strict_end_game_mode`), a connection on which nothing else is
 * requested helps with one block at a time, and only when every missing piece is under way. A block
 * is requested from at most one more peer, unless one is silent: libtorrent has no such limit, but
 * without one, much that crosses the borders of an AS at the end of a file crosses them twice. The
 * other forms request all missing blocks from all peers that hold them (mainline), or from two
 * (Transmission).
 */

import type { BlockLayout } from '../blocks.ts';
import type { BlockIndex, Connection } from '../ids.ts';
import type { BlockQueues } from '../tables/block-queues.ts';
import type { ConnectionTable } from '../tables/connections.ts';
import { type PartialPieces, REQUESTS_MAX } from '../tables/partial-pieces.ts';
import type { PeerComponents } from './components.ts';
import type { Random } from '@cachetorrent/std';

/** Adjacent blocks of one piece. */
export interface Span {
  readonly block: BlockIndex;
  readonly count: number;
}

/** Whether every missing piece is under way. */
export function isEndgame({ settings, picker, partial }: PeerComponents): boolean {
  if (partial === undefined) return false;
  return partial.size >= settings.layout.pieceCount - picker.storedCount;
}

/** Exists only from when a peer needs it until it is complete. */
export class Endgame {
  readonly #partial: PartialPieces;
  readonly #components: PeerComponents;
  readonly #connections: ConnectionTable;
  readonly #requests: BlockQueues;
  readonly #row: number;
  readonly #layout: BlockLayout;
  readonly #isStrict: boolean;
  /** On how many connections a block may be requested already. */
  readonly #requestsMax: number;
  readonly #random: Random;
  /** What `findBlocks` has found. */
  found: readonly Span[] = [];

  constructor(components: PeerComponents) {
    const { tables, row, connections, partial, settings } = components;
    this.#partial = partial!;
    this.#components = components;
    this.#connections = connections;
    this.#requests = tables.requests;
    this.#row = row;
    this.#layout = settings.layout;
    this.#isStrict = settings.client.endgame === 'strict';
    this.#requestsMax = settings.client.endgame === 'two' ? 1 : Infinity;
    this.#random = components.random;
  }

  /**
   * Finds the blocks to request on a connection in addition; returns whether there are any.
   *
   * @param isWithheld Whether one of whom a block is requested is silent or snubs us.
   */
  findBlocks(connection: Connection, isWithheld: (block: BlockIndex) => boolean): boolean {
    if (!isEndgame(this.#components)) return false;
    this.found = this.#isStrict
      ? this.#oneOf(connection, isWithheld)
      : this.#allOf(connection, isWithheld);
    return this.found.length > 0;
  }

  /** A block that is requested from one other peer, or withheld by one of several, at random. */
  #oneOf(connection: Connection, isWithheld: (block: BlockIndex) => boolean): Span[] {
    let blocks = this.#busyBlocks(connection, 1);
    if (blocks.length === 0) blocks = this.#busyBlocks(connection).filter(isWithheld);
    if (blocks.length === 0) return [];
    return [{ block: blocks[this.#random.below(blocks.length)]!, count: 1 }];
  }

  /** All blocks that are requested from other peers only, and from few or withheld, in spans. */
  #allOf(connection: Connection, isWithheld: (block: BlockIndex) => boolean): Span[] {
    const spans: { block: BlockIndex; count: number }[] = [];
    for (const block of this.#busyBlocks(connection)) {
      const isFull = this.#partial.requestsOf(block) > this.#requestsMax;
      if (isFull && !isWithheld(block)) continue;
      const last = spans.at(-1);
      const continues =
        last?.block !== undefined &&
        last.block + last.count === block &&
        block % this.#layout.blocksPerPiece !== 0;
      if (continues) last.count++;
      else spans.push({ block, count: 1 });
    }
    return spans;
  }

  /**
   * The blocks of pieces of the other side that are requested on others, at most `requestsMax` of
   * them, but not on this connection.
   */
  #busyBlocks(connection: Connection, requestsMax: number = REQUESTS_MAX - 1): BlockIndex[] {
    const busy: BlockIndex[] = [];
    for (const piece of this.#partial.pieces) {
      if (!this.#connections.hasPiece(connection, piece)) continue;
      this.#partial.addRequested(piece, requestsMax, busy);
    }
    if (this.#requests.lengthOf(this.#row, connection) === 0) return busy;
    return busy.filter((block) => !this.#requests.hasAny(this.#row, connection, block, 1));
  }
}
