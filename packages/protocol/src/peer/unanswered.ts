/**
 * Requests that nobody answers, and what they say about the other side: a peer that has announced a
 * piece and does not send it may lack it. We do not request it there again and again, nor count it
 * as held there:
 *
 *     announced ── silence ──▶ doubted for 1 minute, or until any block arrives ──▶ announced
 *               ── silence for the second time, or others overtake the request ──▶
 *                              doubted for 10 minutes ──▶ announced
 *
 * A `have` and a block of the piece end a doubt, too, and so does the end of all that is left to
 * request there if nobody else is known to hold the piece. So one that was only slow is soon asked
 * again, and one that lies is asked twice while there is anything else to ask for.
 *
 * libtorrent does not request a block again that has timed out and not come (`request_a_block`,
 * "already in queue"); and it had an option to give up a request that others have overtaken
 * (`drop_skipped_requests`), since requests are served in order.
 */

import {
  type BlockIndex,
  type Connection,
  NO_BLOCK,
  NO_PIECE,
  type PieceIndex,
  pieceOf,
} from '../ids.ts';
import type { PeerComponents } from './components.ts';
import {
  type DownloadCells,
  IS_OVERTAKEN,
  OLDEST_BLOCK,
  OLDEST_SINCE_MS,
} from '../tables/download-cells.ts';

/** After this time a piece is requested again of one who was silent. */
const FIRST_DOUBT_MS = 60_000;
/** The same of one who has not sent it a second time, or has sent others instead. */
const DOUBT_MS = 600_000;
/** A request that others overtake is given up after this time (libtorrent: `request_timeout`). */
const OVERTAKEN_MS = 60_000;

/** A piece that the other side of a connection has announced and not sent. */
export interface Doubt {
  readonly connection: Connection;
  readonly piece: PieceIndex;
  readonly untilMs: number;
  /** Whether it ends with the next block of any piece. */
  readonly isFirst: boolean;
}

/** Nothing is doubted, as in most swarms. */
const NO_DOUBTS: readonly Doubt[] = [];

export class Unanswered {
  #doubts: readonly Doubt[] = NO_DOUBTS;
  /** For each connection, the pieces that were doubted before; undefined if there are none. */
  #doubtedBefore: Map<Connection, Set<PieceIndex>> | undefined;

  readonly #peer: PeerComponents;
  /** The oldest request of each connection, as known from the last round. */
  readonly #downloads: DownloadCells;

  constructor(components: PeerComponents) {
    this.#peer = components;
    this.#downloads = components.tables.traffic.downloads;
  }

  /** The requests of a connection were lost: the next are new ones. */
  lost(connection: Connection): void {
    const at = this.#peer.connections.first + connection;
    if (this.#downloads.has(at)) this.#downloads.setInt(at, OLDEST_BLOCK, 0);
  }

  closed(connection: Connection): void {
    this.lost(connection);
    this.#doubtedBefore?.delete(connection);
    if (this.#doubts.length === 0) return;
    this.#doubts = this.#doubts.filter((doubt) => doubt.connection !== connection);
  }

  /** The pieces that are requested on a connection. */
  requestedOn(connection: Connection): readonly PieceIndex[] {
    const pieces = new Set<PieceIndex>();
    this.#peer.tables.requests.some(this.#peer.row, connection, (block) => {
      pieces.add(pieceOf(block, this.#peer.settings.layout.blocksPerPiece));
      return false;
    });
    return [...pieces];
  }

  /**
   * The piece of the oldest request of a connection if later ones have been answered for too long,
   * but not this one; NO_PIECE otherwise. Call it once in a round.
   */
  overtakenOn(connection: Connection): PieceIndex {
    const { nowMs } = this.#peer.host;
    const block = this.#peer.tables.requests.first(this.#peer.row, connection);
    const downloads = this.#downloads;
    const at = this.#peer.connections.first + connection;
    if (downloads.int(at, OLDEST_BLOCK) !== block + 1) {
      downloads.setInt(at, OLDEST_BLOCK, block + 1);
      downloads.setFloat(at, OLDEST_SINCE_MS, nowMs);
      downloads.setInt(at, IS_OVERTAKEN, 0);
      return NO_PIECE;
    }
    const isLate = nowMs >= downloads.float(at, OLDEST_SINCE_MS) + OVERTAKEN_MS;
    if (!isLate || downloads.int(at, IS_OVERTAKEN) === 0) return NO_PIECE;
    return pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
  }

  /**
   * The other side of a connection has not sent `piece`: it does not count as a holder.
   * `isSilent`: nor anything else.
   */
  doubt(connection: Connection, piece: PieceIndex, isSilent: boolean): void {
    if (this.#peer.picker.isStored(piece) || !this.#peer.connections.removePiece(connection, piece))
      return;
    this.#peer.picker.removeHolder(piece);
    const doubtedBefore = (this.#doubtedBefore ??= new Map());
    const before: Set<PieceIndex> = doubtedBefore.get(connection) ?? new Set();
    const isFirst = isSilent && !before.has(piece);
    doubtedBefore.set(connection, before.add(piece));
    const untilMs = this.#peer.host.nowMs + (isFirst ? FIRST_DOUBT_MS : DOUBT_MS);
    this.#doubts = [...this.#doubts, { connection, piece, untilMs, isFirst }];
  }

  isDoubted(connection: Connection, piece: PieceIndex): boolean {
    return this.#doubts.some((doubt) => doubt.connection === connection && doubt.piece === piece);
  }

  /** Whether a piece that we lack is doubted on a connection. */
  isAnyDoubtedOn(connection: Connection): boolean {
    return this.#doubts.some(
      (doubt) => doubt.connection === connection && !this.#peer.picker.isStored(doubt.piece),
    );
  }

  /** Requested blocks have arrived on a connection. */
  answered(connection: Connection, block: BlockIndex, count: number): void {
    const downloads = this.#downloads;
    const at = this.#peer.connections.first + connection;
    const oldest = downloads.int(at, OLDEST_BLOCK) - 1;
    if (oldest === NO_BLOCK || downloads.int(at, IS_OVERTAKEN) === 1) return;
    downloads.setInt(at, IS_OVERTAKEN, Number(oldest < block || oldest >= block + count));
  }

  /** Whether anything is doubted; nothing in most swarms. */
  get hasDoubts(): boolean {
    return this.#doubts.length > 0;
  }

  /** A block of `piece` has arrived on a connection; returns the doubts that this ends. */
  hasSent(connection: Connection, piece: PieceIndex): readonly Doubt[] {
    return this.#end(
      (doubt) => doubt.connection === connection && (doubt.isFirst || doubt.piece === piece),
    );
  }

  /** Ends the doubts that are old enough, and returns them. */
  takeOld(): readonly Doubt[] {
    const { nowMs } = this.#peer.host;
    return this.#end(({ untilMs }) => untilMs <= nowMs);
  }

  /** Ends the doubts about pieces of a connection that nobody else is known to hold. */
  takeOnlyOn(connection: Connection): readonly Doubt[] {
    return this.#end(
      (doubt) => doubt.connection === connection && !this.#isHeldElsewhere(doubt.piece),
    );
  }

  #isHeldElsewhere(piece: PieceIndex): boolean {
    const { count } = this.#peer.connections;
    for (let connection = 0 as Connection; connection < count; connection++) {
      if (this.#peer.connections.hasPiece(connection, piece)) return true;
    }
    return false;
  }

  #end(isOver: (doubt: Doubt) => boolean): readonly Doubt[] {
    const over = this.#doubts.filter(isOver);
    if (over.length > 0) this.#doubts = this.#doubts.filter((doubt) => !isOver(doubt));
    return over;
  }
}
