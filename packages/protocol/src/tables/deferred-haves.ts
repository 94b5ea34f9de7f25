/**
 * Every `have` that a host knows of before it arrives, as a simulator does.
 *
 * Nine of ten messages are a `have`. Most of them change nothing but what we know of a neighbour,
 * or not even that if we hold the piece already; and while a connection is choked and we are
 * interested in it, a `have` on it needs no answer. Its exact time of arrival then makes no
 * difference, as long as it is recorded before the peer reads what its neighbours hold. So a host
 * may pass it on early:
 *
 *     defer ──▶ IRRELEVANT   it has no effect
 *           ──▶ DEFERRED     it is kept here, and recorded when the peer next reads (`applyDue`)
 *           ──▶ DELIVER      it may have an effect at once: the host delivers it when it arrives
 *
 * When this ceases to hold for a connection, the host gets back each `have` that is still on its
 * way (`returnPending`). A peer therefore does the same as if each had been delivered at its time,
 * at a third of the cost.
 *
 * The deferred haves of a row are in no order, because the order in which they are recorded makes
 * no difference either. They are in chunks of 256 bytes, which form a list; only the first may be
 * partly filled (`cell-pool.ts`).
 *
 *     floats  ·, ·            │ atMs, order, ·    │ …    a header and ten entries per chunk
 *     ints    next, ·, ·, ·   │ ·, ·, ·, ·, connection, piece   │ …    in the same bytes
 */

import { grown } from '@cachetorrent/std';

import { CellPool, NO_CELL } from './cell-pool.ts';
import { type RowColumn } from './connection-columns.ts';
import { PEER_CHOKING, MAY_DOWNLOAD, AM_INTERESTED } from './connection-flags.ts';
import type { Connection, PieceIndex } from '../ids.ts';
import type { PeerTables } from './peer-tables.ts';

/** The `have` has no effect and need not be delivered. */
export const IRRELEVANT = 0;
/** The host has to deliver the `have` when it arrives. */
export const DELIVER = 1;
/** The `have` is kept until the peer reads what its neighbours hold. */
export const DEFERRED = 2;
/** What becomes of a `have` that a host knows of before it arrives. */
export type Deferral = typeof IRRELEVANT | typeof DELIVER | typeof DEFERRED;

/** The state in which a `have` on a connection may be deferred. */
const DEFERRABLE = AM_INTERESTED | PEER_CHOKING;

/** The size of a chunk, of its header and of an entry, in doubles; the entries per chunk. */
const CHUNK = 32;
const HEADER = 2;
const ENTRY = 3;
const ENTRIES = 10;

/** The entries of a row that are kept while its list is rebuilt; used within one call only. */
let kept = new Float64Array(ENTRY * ENTRIES);
let keptInts = new Int32Array(kept.buffer);

/** The clock of the host, and the receiver of returned haves. */
export interface DeferredHavesHost {
  /** The time of the current event, in ms. */
  readonly nowMs: number;
  /** The position of the current event among those of the same time. */
  readonly nowOrder: number;
  /** Has to deliver a deferred `have` when it arrives. */
  deliver(
    row: number,
    connection: Connection,
    piece: PieceIndex,
    atMs: number,
    order: number,
  ): void;
}

/** Keeps each `have` of some peers from when it is sent until the peer has a reason to read it. */
export class DeferredHaves implements RowColumn {
  /**
   * The arrival time of the next `have` that is passed to `defer`, in ms. It is a field because a
   * fractional number that is passed as an argument is allocated at every call.
   */
  atMs: number = Infinity;
  /** The position of that `have` among the events of the same time. */
  order: number = Infinity;
  readonly #tables: PeerTables;
  readonly #host: DeferredHavesHost;
  readonly #countDuplicates: boolean;
  /** For each row, its first chunk. */
  #first = new Int32Array(0);
  /** For each row, the number of entries in its first chunk. */
  #fill = new Uint8Array(0);
  /** For each row, the earliest arrival time of a deferred `have`. */
  #dueMs = new Float64Array(0);
  readonly #chunks = new CellPool(2 * CHUNK, 0);
  /** A checksum of what `#prefetch` has read, so that the compiler does not remove the reads. */
  prefetched = 0;

  /** For the rows of `tables`; `countDuplicates` is the quirk `countDuplicateHaves`. */
  constructor(tables: PeerTables, host: DeferredHavesHost, countDuplicates: boolean) {
    this.#tables = tables;
    this.#host = host;
    this.#countDuplicates = countDuplicates;
    tables.addRowColumn(this);
  }

  growRows(rows: number): void {
    const before = this.#dueMs.length;
    this.#first = grown(this.#first, rows);
    this.#fill = grown(this.#fill, rows);
    this.#dueMs = grown(this.#dueMs, rows).fill(Infinity, before);
  }

  /** Drops all deferred haves of a row. */
  clearRow(row: number): void {
    let chunk = this.#first[row]!;
    while (chunk !== NO_CELL) chunk = this.#release(row, chunk);
    this.#dueMs[row] = Infinity;
  }

  /**
   * Accepts a `have` that will arrive at `atMs` and `order`, which the caller has set. Returns
   * IRRELEVANT, DELIVER or DEFERRED. A piece that the peer stores is deferred like others if
   * `defersStored`, and is irrelevant otherwise.
   */
  defer(row: number, connection: Connection, piece: PieceIndex, defersStored: boolean): Deferral {
    const tables = this.#tables;
    if (!defersStored && tables.isStored(row, piece)) return IRRELEVANT;
    const flags = tables.flags[tables.firstConnection[row]! + connection]!;
    if ((flags & MAY_DOWNLOAD) === 0) return IRRELEVANT;
    if ((flags & DEFERRABLE) !== DEFERRABLE) return DELIVER;

    const at = this.#add(row);
    this.#chunks.floats[at] = this.atMs;
    this.#chunks.floats[at + 1] = this.order;
    this.#chunks.ints[2 * at + 4] = connection;
    this.#chunks.ints[2 * at + 5] = piece;
    if (this.atMs < this.#dueMs[row]!) this.#dueMs[row] = this.atMs;
    return DEFERRED;
  }

  /** Records each `have` that has arrived at a row by now. */
  applyDue(row: number): void {
    if (this.#dueMs[row]! > this.#host.nowMs) return;
    let count = 0;
    for (let chunk = this.#first[row]!; chunk !== NO_CELL; chunk = this.#release(row, chunk)) {
      const end = this.#endOf(row, chunk);
      this.#prefetch(row, chunk, end);
      for (let at = CHUNK * chunk + HEADER; at < end; at += ENTRY) {
        if (this.#hasArrived(at)) this.#record(row, at);
        else this.#keep(count++, at);
      }
    }
    this.#dueMs[row] = Infinity;
    if (count > 0) this.#addKept(row, count);
  }

  /** Returns to the host each `have` that is still on its way on a connection. */
  returnPending(row: number, connection: Connection): void {
    const tables = this.#tables;
    const flags = tables.flags[tables.firstConnection[row]! + connection]!;
    // In any other state nothing is deferred.
    if ((flags & DEFERRABLE) === DEFERRABLE) this.#remove(row, connection, true);
  }

  /** Drops each `have` that is still on its way on a connection which is closed. */
  forget(row: number, connection: Connection): void {
    this.#remove(row, connection, false);
  }

  /** Records what has arrived on the connection; returns the rest to the host, or drops it. */
  #remove(row: number, connection: Connection, isReturned: boolean): void {
    if (!this.#hasAny(row, connection)) return;
    let count = 0;
    for (let chunk = this.#first[row]!; chunk !== NO_CELL; chunk = this.#release(row, chunk)) {
      const end = this.#endOf(row, chunk);
      for (let at = CHUNK * chunk + HEADER; at < end; at += ENTRY) {
        if (this.#chunks.ints[2 * at + 4] !== connection) this.#keep(count++, at);
        else if (this.#hasArrived(at)) this.#record(row, at);
        else if (isReturned) this.#return(row, at);
      }
    }
    this.#dueMs[row] = Infinity;
    if (count > 0) this.#addKept(row, count);
  }

  #hasAny(row: number, connection: Connection): boolean {
    for (
      let chunk = this.#first[row]!;
      chunk !== NO_CELL;
      chunk = this.#chunks.ints[2 * CHUNK * chunk]!
    ) {
      const end = this.#endOf(row, chunk);
      for (let at = CHUNK * chunk + HEADER; at < end; at += ENTRY) {
        if (this.#chunks.ints[2 * at + 4] === connection) return true;
      }
    }
    return false;
  }

  /**
   * Reads all memory that the entries of a chunk will change, one address right after another, so
   * that the cache misses overlap.
   */
  #prefetch(row: number, chunk: number, end: number): void {
    const { announced, pieceWords, availability, counterBits, firstConnection } = this.#tables;
    const start = this.#tables.availabilityStart(row);
    const ints = this.#chunks.ints;
    let checksum = 0;
    for (let at = CHUNK * chunk + HEADER; at < end; at += ENTRY) {
      const word = ints[2 * at + 5]! >>> 5;
      checksum ^= announced[(firstConnection[row]! + ints[2 * at + 4]!) * pieceWords + word]!;
      checksum ^= availability[start + counterBits * word]!;
    }
    this.prefetched = checksum;
  }

  #hasArrived(at: number): boolean {
    const { nowMs, nowOrder } = this.#host;
    const atMs = this.#chunks.floats[at]!;
    return atMs < nowMs || (atMs === nowMs && this.#chunks.floats[at + 1]! < nowOrder);
  }

  #return(row: number, at: number): void {
    const connection = this.#chunks.ints[2 * at + 4]! as Connection;
    const piece = this.#chunks.ints[2 * at + 5]! as PieceIndex;
    const { floats } = this.#chunks;
    this.#host.deliver(row, connection, piece, floats[at]!, floats[at + 1]!);
  }

  #record(row: number, at: number): void {
    const connection = this.#chunks.ints[2 * at + 4]! as Connection;
    const piece = this.#chunks.ints[2 * at + 5]! as PieceIndex;
    if (!this.#tables.markAnnounced(row, connection, piece) && this.#countDuplicates) {
      this.#tables.addHolder(row, piece);
    }
  }

  /** Adds an entry to a row, and returns its position. */
  #add(row: number): number {
    if (this.#first[row] === NO_CELL || this.#fill[row] === ENTRIES) this.#addChunk(row);
    const index = this.#fill[row]!++;
    return CHUNK * this.#first[row]! + HEADER + ENTRY * index;
  }

  /** Copies an entry to `kept`. */
  #keep(index: number, at: number): void {
    if (ENTRY * (index + 1) > kept.length) {
      kept = grown(kept, 2 * kept.length);
      keptInts = new Int32Array(kept.buffer);
    }
    kept[ENTRY * index] = this.#chunks.floats[at]!;
    kept[ENTRY * index + 1] = this.#chunks.floats[at + 1]!;
    keptInts[2 * ENTRY * index + 4] = this.#chunks.ints[2 * at + 4]!;
    keptInts[2 * ENTRY * index + 5] = this.#chunks.ints[2 * at + 5]!;
  }

  /** Adds the first `count` entries of `kept` to a row. */
  #addKept(row: number, count: number): void {
    let dueMs = Infinity;
    for (let index = 0; index < count; index++) {
      const at = this.#add(row);
      const atMs = kept[ENTRY * index]!;
      if (atMs < dueMs) dueMs = atMs;
      this.#chunks.floats[at] = atMs;
      this.#chunks.floats[at + 1] = kept[ENTRY * index + 1]!;
      this.#chunks.ints[2 * at + 4] = keptInts[2 * ENTRY * index + 4]!;
      this.#chunks.ints[2 * at + 5] = keptInts[2 * ENTRY * index + 5]!;
    }
    this.#dueMs[row] = dueMs;
  }

  /** The end of the entries of a row's chunk. */
  #endOf(row: number, chunk: number): number {
    const entries = chunk === this.#first[row] ? this.#fill[row]! : ENTRIES;
    return CHUNK * chunk + HEADER + ENTRY * entries;
  }

  #addChunk(row: number): void {
    const chunk = this.#chunks.take();
    this.#chunks.ints[2 * CHUNK * chunk] = this.#first[row]!;
    this.#first[row] = chunk;
    this.#fill[row] = 0;
  }

  /** Removes a row's first chunk; returns the next, which is full. */
  #release(row: number, chunk: number): number {
    const next = this.#chunks.ints[2 * CHUNK * chunk]!;
    this.#chunks.release(chunk);
    this.#first[row] = next;
    this.#fill[row] = ENTRIES;
    return next;
  }
}
