/**
 * The connections of one peer: the peer at the other end of each, its state as a sum of flags, and
 * the pieces that the other side has announced.
 *
 * The values are in the peer's row of shared tables. Values that only some code needs are in
 * tables of their own (`BlockQueues`, `RateMeter`, `UploadStatistics`), under the same numbers.
 */

import { assert } from '@cachetorrent/std';

import type { DeferredHaves } from './deferred-haves.ts';
import { PEER_CHOKING, AM_CHOKING } from './connection-flags.ts';
import { type Connection, NO_CONNECTION, type PeerId, type PieceIndex } from '../ids.ts';
import type { PeerTables } from './peer-tables.ts';

/** A peer's row in tables that it may share with other peers. */
export interface PeerMemory {
  /** Tables that the peers of a host share. */
  readonly tables: PeerTables;
  /** The peer's row in them. */
  readonly row: number;
  /** Where the host puts each `have` that it knows of before it arrives, if it does so. */
  readonly deferredHaves?: DeferredHaves;
}

/** The initial state of every connection: choked and not interested on both sides (BEP 3). */
const INITIAL_FLAGS = AM_CHOKING | PEER_CHOKING;

/** The factor by which the range of a peer with many connections grows. */
const GROWTH = 1.125;

export class ConnectionTable {
  readonly #tables: PeerTables;
  readonly #row: number;
  readonly #deferredHaves: DeferredHaves | undefined;
  #count = 0;
  /** Numbers of closed connections, to be used again; undefined if there have been none. */
  #closed: Connection[] | undefined;

  constructor({ tables, row, deferredHaves }: PeerMemory, capacity: number) {
    this.#tables = tables;
    this.#row = row;
    this.#deferredHaves = deferredHaves;
    tables.openRow(row, capacity);
  }

  /** The greatest number in use plus one: the bound of a loop over all connections. */
  get count(): number {
    return this.#count;
  }

  /** The position of our first connection in every column. */
  get first(): number {
    return this.#tables.firstConnection[this.#row]!;
  }

  /** The flags of all connections of all peers; ours begin at `first`. */
  get allFlags(): Uint8Array {
    return this.#tables.flags;
  }

  /** The state of a connection, as a sum of flags; 0 if the number is not in use. */
  flags(connection: Connection): number {
    return this.#tables.flags[this.#tables.firstConnection[this.#row]! + connection]!;
  }

  setFlags(connection: Connection, flags: number): void {
    this.#tables.flags[this.#tables.firstConnection[this.#row]! + connection] = flags;
  }

  /** Records each deferred `have` that has arrived. Call it before reading `announced`. */
  applyDueHaves(): void {
    this.#deferredHaves?.applyDue(this.#row);
  }

  /** Delivers every later `have` on this connection at its arrival time. */
  stopDeferring(connection: Connection): void {
    this.#deferredHaves?.returnPending(this.#row, connection);
  }

  /** Records that the other side lacks `piece`; returns false if it has not announced it. */
  removePiece(connection: Connection, piece: PieceIndex): boolean {
    if (!this.hasPiece(connection, piece)) return false;
    this.#tables.announced[this.announcedStart(connection) + (piece >>> 5)]! &= ~(
      1 <<
      (piece & 31)
    );
    return true;
  }

  /** Forgets what the other side has announced. */
  forgetPieces(connection: Connection): void {
    const start = this.announcedStart(connection);
    this.#tables.announced.fill(0, start, start + this.#tables.pieceWords);
  }

  /** Whether the other side has announced `piece`. */
  hasPiece(connection: Connection, piece: PieceIndex): boolean {
    const word = this.#tables.announced[this.announcedStart(connection) + (piece >>> 5)]!;
    return (word & (1 << (piece & 31))) !== 0;
  }

  /**
   * Whether the other side has announced all of `pieceCount` pieces. What it announces of pieces
   * that we hold is not recorded, so this is a peer that was a seed before we held any.
   */
  hasAllPieces(connection: Connection, pieceCount: number): boolean {
    const start = this.announcedStart(connection);
    const last = (pieceCount - 1) >>> 5;
    for (let word = 0; word < last; word++) {
      if (this.#tables.announced[start + word] !== 0xffff_ffff) return false;
    }
    return this.#tables.announced[start + last] === 0xffff_ffff >>> (32 * (last + 1) - pieceCount);
  }

  /** Rows of bits: the pieces that the other side of each connection of all peers has announced. */
  get announced(): Uint32Array {
    return this.#tables.announced;
  }

  /** The position in `announced` of the first word of a connection. */
  announcedStart(connection: Connection): number {
    return (this.#tables.firstConnection[this.#row]! + connection) * this.#tables.pieceWords;
  }

  remoteOf(connection: Connection): PeerId {
    return this.#tables.remote[this.first + connection]! as PeerId;
  }

  /** The connection to `remote`; NO_CONNECTION if there is none. */
  connectionTo(remote: PeerId): Connection {
    const { first } = this;
    const all = this.#tables.remote;
    for (let connection = 0 as Connection; connection < this.#count; connection++) {
      if (all[first + connection] === remote && this.flags(connection) !== 0) return connection;
    }
    return NO_CONNECTION;
  }

  /** Opens a connection; `permissions` is a sum of MAY_UPLOAD, ANNOUNCES and MAY_DOWNLOAD. */
  open(remote: PeerId, permissions: number): Connection {
    const connection = this.#closed?.pop() ?? (this.#count++ as Connection);
    if (connection === this.#tables.capacityOf(this.#row)) this.#grow();
    this.setFlags(connection, INITIAL_FLAGS | permissions);
    this.#tables.remote[this.first + connection] = remote;
    return connection;
  }

  /** Closes a connection; its number is used again after `releaseNumber`. */
  close(connection: Connection): void {
    this.#deferredHaves?.forget(this.#row, connection);
    this.forgetPieces(connection);
    this.setFlags(connection, 0);
  }

  /** The number of a closed connection may be used again. */
  releaseNumber(connection: Connection): void {
    const closed = (this.#closed ??= []);
    assert(!closed.includes(connection), 'only an open connection is closed');
    closed.push(connection);
  }

  #grow(): void {
    const capacity = this.#tables.capacityOf(this.#row);
    const larger = Math.max(capacity + 4, GROWTH * capacity);
    this.#tables.enlargeRow(this.#row, 4 * Math.ceil(larger / 4));
  }
}
