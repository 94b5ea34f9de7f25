/**
 * The connections of one peer: whom each leads to, how things stand on it, and which pieces the
 * other side has told of.
 *
 * The state of a connection is one byte of flags, so that what a message does on most occasions
 * is one load and one test. What only some connections need stands in tables of its own
 * (`Download`, `Upload`), under the same number.
 */

import { assert } from '@cachetorrent/std';

import type { DeferredHaves } from './deferred-haves.ts';
import { PEER_CHOKING, AM_CHOKING } from './connection-flags.ts';
import { type Connection, NO_CONNECTION, type PeerId, type PieceIndex } from '../ids.ts';
import type { PeerMemory } from './peer-memory.ts';
import type { PeerTables } from './peer-tables.ts';

/** How every connection begins: choked and not interested on both sides (BEP 3). */
const INITIAL = AM_CHOKING | PEER_CHOKING;

export class ConnectionTable {
  readonly #tables: PeerTables;
  readonly #row: number;
  readonly #deferredHaves: DeferredHaves | undefined;
  #capacity: number;
  #count = 0;
  readonly #free: Connection[] = [];

  constructor({ tables, row, deferredHaves }: PeerMemory, capacity: number) {
    this.#tables = tables;
    this.#row = row;
    this.#deferredHaves = deferredHaves;
    tables.openRow(row, capacity);
    this.#capacity = capacity;
  }

  /** One more than the greatest number in use: the length of a loop over all connections. */
  get count(): number {
    return this.#count;
  }

  /** How many connections there is room for before the tables grow. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The place of our first connection in every column; see `PeerTables.blockOf`. */
  get first(): number {
    return this.#tables.firstConnection[this.#row]!;
  }

  /** The flags of all connections of all peers; ours begin at `block`. */
  get allFlags(): Uint8Array {
    return this.#tables.flags;
  }

  /** How things stand on a connection: a sum of flags; 0 where the number is not in use. */
  flags(on: Connection): number {
    return this.#tables.flags[this.#tables.firstConnection[this.#row]! + on]!;
  }

  setFlags(on: Connection, flags: number): void {
    this.#tables.flags[this.#tables.firstConnection[this.#row]! + on] = flags;
  }

  /** Notes what has come by now, where a `have` may wait. Before anybody looks at `rows`. */
  applyDueHaves(): void {
    this.#deferredHaves?.applyDue(this.#row);
  }

  /** From now on every `have` on this connection is to be heard when it arrives. */
  stopDeferring(on: Connection): void {
    this.#deferredHaves?.returnPending(this.#row, on);
  }

  /** Notes that the other side lacks `piece`; returns false where it never told of it. */
  removePiece(on: Connection, piece: PieceIndex): boolean {
    if (!this.hasPiece(on, piece)) return false;
    this.#tables.announced[this.announcedStart(on) + (piece >>> 5)]! &= ~(1 << (piece & 31));
    return true;
  }

  /** Whether the other side has told of `piece`. */
  hasPiece(on: Connection, piece: PieceIndex): boolean {
    return (
      (this.#tables.announced[this.announcedStart(on) + (piece >>> 5)]! & (1 << (piece & 31))) !== 0
    );
  }

  /** What the other side has told of: a row of bits that begins at `rowOf(on)` of these words. */
  get announced(): Uint32Array {
    return this.#tables.announced;
  }

  announcedStart(on: Connection): number {
    return (this.#tables.firstConnection[this.#row]! + on) * this.#tables.pieceWords;
  }

  remoteOf(on: Connection): PeerId {
    return this.#tables.remote[this.first + on]! as PeerId;
  }

  /** The connection to `remote`; NO_CONNECTION where there is none. */
  connectionTo(remote: PeerId): Connection {
    const { first } = this;
    const all = this.#tables.remote;
    for (let on = 0 as Connection; on < this.#count; on++) {
      if (all[first + on] === remote && this.flags(on) !== 0) return on;
    }
    return NO_CONNECTION;
  }

  /** Opens a connection with the given parts (`UPLOADS`, `OFFERS`, `DOWNLOADS`). */
  open(remote: PeerId, parts: number): Connection {
    const on = this.#free.pop() ?? (this.#count++ as Connection);
    if (on === this.#capacity) this.#grow();
    this.setFlags(on, INITIAL | parts);
    this.#tables.remote[this.first + on] = remote;
    return on;
  }

  close(on: Connection): void {
    assert(!this.#free.includes(on), 'only an open connection is closed');
    this.#deferredHaves?.forget(this.#row, on);
    const row = this.announcedStart(on);
    this.#tables.announced.fill(0, row, row + this.#tables.pieceWords);
    this.setFlags(on, 0);
    this.#free.push(on);
  }

  #grow(): void {
    const capacity = Math.max(8, 2 * this.#capacity);
    this.#tables.enlargeRow(this.#row, this.#capacity, capacity);
    this.#capacity = capacity;
  }
}
