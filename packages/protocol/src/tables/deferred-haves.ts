/**
 * Every `have` that a host knows of before it arrives, as a simulator does.
 *
 * Nine in ten messages are a `have`, and most of them change nothing but what is known of a
 * neighbour: of a piece that we hold already not even that, and on a connection that is choked
 * and in which we are interested we have nothing to say to it. Then it makes no difference when
 * exactly it is heard, as long as it is before anybody looks. So a host may hand it over early:
 *
 *     take ──▶ UNHEARD    nothing will ever come of it
 *          ──▶ WAITS      it is kept here, and noted when the peer next looks (`note`)
 *          ──▶ IN_TIME    it may matter at once: the host has to deliver it when it arrives
 *
 * When a connection begins to matter, what still waits for it goes back to the host (`giveBack`).
 * So what a peer does is the same as if each had been heard in its time, at a third of the cost.
 *
 * A row's waiting haves are in no order, for in which order they are noted makes no difference
 * either. They lie in chunks of 256 bytes, which form a list; only the first is not full
 * (`cell-pool.ts`).
 *
 *     floats  ·, ·            │ atMs, order, ·    │ …    a head and ten entries to a chunk
 *     ints    next, ·, ·, ·   │ ·, ·, ·, ·, connection, piece   │ …    in the same bytes
 */

import { CellPool, NO_CELL } from './cell-pool.ts';
import { grown } from './connection-columns.ts';
import { PEER_CHOKING, MAY_DOWNLOAD, AM_INTERESTED } from './connection-flags.ts';
import type { Connection, PieceIndex } from '../ids.ts';
import type { PeerTables } from './peer-tables.ts';

/** Nothing will come of it: it need not be delivered. */
export const IRRELEVANT = 0;
/** It has to be delivered when it arrives. */
export const DELIVER = 1;
/** It is kept here until the peer looks. */
export const DEFERRED = 2;

const CALM = AM_INTERESTED | PEER_CHOKING;

/** Numbers of `floats` in a chunk, in its head, and in an entry; and how many entries there are. */
const CHUNK = 32;
const HEAD = 2;
const ENTRY = 3;
const ENTRIES = 10;

/** What of a row is still to come, while the rest is noted: lasts one call. */
let rest = new Float64Array(ENTRY * ENTRIES);
let restInts = new Int32Array(rest.buffer);

/** The host's clock, and where what was handed over goes back. */
export interface DeferredHavesHost {
  /** The time of what happens now, in ms. */
  readonly nowMs: number;
  /** Its place among all that happens at that time. */
  readonly nowOrder: number;
  /** A `have` is to be delivered when it arrives, after all. */
  deliver(row: number, on: Connection, piece: PieceIndex, atMs: number, order: number): void;
}

/** Keeps every `have` of some peers from when it is said until a peer has reason to look. */
export class DeferredHaves {
  /**
   * When the next `have` that is handed over arrives, in ms. A field, since a fraction among
   * arguments is allocated at every call.
   */
  atMs: number = Infinity;
  /** Its place among all that happens at that time. */
  order: number = Infinity;
  readonly #tables: PeerTables;
  readonly #host: DeferredHavesHost;
  readonly #countRepeats: boolean;
  /** For each row its first chunk, and how many entries that has. */
  readonly #first: Int32Array;
  readonly #fill: Uint8Array;
  /** For each row, the earliest time at which anything that waits is due. */
  readonly #dueMs: Float64Array;
  readonly #chunks = new CellPool(2 * CHUNK, 0);
  /** What `#fetch` has seen. It is of no use, but to keep the looking from being left out. */
  fetched = 0;

  /** For the rows of `tables`; `countRepeats` is the habit `countDuplicateHaves`. */
  constructor(tables: PeerTables, host: DeferredHavesHost, countRepeats: boolean) {
    this.#tables = tables;
    this.#host = host;
    this.#countRepeats = countRepeats;
    this.#first = new Int32Array(tables.firstConnection.length);
    this.#fill = new Uint8Array(tables.firstConnection.length);
    this.#dueMs = new Float64Array(tables.firstConnection.length).fill(Infinity);
  }

  /**
   * A `have` is on its way to a row, and arrives at `atMs` with the `order` that are set: UNHEARD,
   * IN_TIME, or WAITS. One of a piece that the peer holds waits too if it `keepsHeld`.
   */
  defer(row: number, on: Connection, piece: PieceIndex, keepsHeld: boolean): number {
    const tables = this.#tables;
    if (!keepsHeld && tables.isStored(row, piece)) return IRRELEVANT;
    const flags = tables.flags[tables.firstConnection[row]! + on]!;
    if ((flags & MAY_DOWNLOAD) === 0) return IRRELEVANT;
    if ((flags & CALM) !== CALM) return DELIVER;

    const at = this.#add(row);
    this.#chunks.floats[at] = this.atMs;
    this.#chunks.floats[at + 1] = this.order;
    this.#chunks.ints[2 * at + 4] = on;
    this.#chunks.ints[2 * at + 5] = piece;
    if (this.atMs < this.#dueMs[row]!) this.#dueMs[row] = this.atMs;
    return DEFERRED;
  }

  /** Notes what has arrived at a row by now. Call before anybody looks at what neighbours hold. */
  applyDue(row: number): void {
    if (this.#dueMs[row]! > this.#host.nowMs) return;
    let kept = 0;
    for (let chunk = this.#first[row]!; chunk !== NO_CELL; chunk = this.#release(row, chunk)) {
      const end = this.#endOf(row, chunk);
      this.#fetch(row, chunk, end);
      for (let at = CHUNK * chunk + HEAD; at < end; at += ENTRY) {
        if (this.#isPast(at)) this.#hear(row, at);
        else this.#keep(kept++, at);
      }
    }
    this.#dueMs[row] = Infinity;
    if (kept > 0) this.#addKept(row, kept);
  }

  /** The connection begins to matter: whatever is still on its way goes back to the host. */
  returnPending(row: number, on: Connection): void {
    const tables = this.#tables;
    // On any other connection nothing waits.
    if ((tables.flags[tables.firstConnection[row]! + on]! & CALM) === CALM)
      this.#takeOut(row, on, true);
  }

  /** The connection is gone, and what was on its way with it. */
  forget(row: number, on: Connection): void {
    this.#takeOut(row, on, false);
  }

  /** Notes what has come on the connection; the rest of it goes back, or nowhere. */
  #takeOut(row: number, on: Connection, goesBack: boolean): void {
    if (!this.#waitsOn(row, on)) return;
    let kept = 0;
    for (let chunk = this.#first[row]!; chunk !== NO_CELL; chunk = this.#release(row, chunk)) {
      const end = this.#endOf(row, chunk);
      for (let at = CHUNK * chunk + HEAD; at < end; at += ENTRY) {
        if (this.#chunks.ints[2 * at + 4] !== on) this.#keep(kept++, at);
        else if (this.#isPast(at)) this.#hear(row, at);
        else if (goesBack) this.#deliver(row, at);
      }
    }
    this.#dueMs[row] = Infinity;
    if (kept > 0) this.#addKept(row, kept);
  }

  #waitsOn(row: number, on: Connection): boolean {
    for (
      let chunk = this.#first[row]!;
      chunk !== NO_CELL;
      chunk = this.#chunks.ints[2 * CHUNK * chunk]!
    ) {
      const end = this.#endOf(row, chunk);
      for (let at = CHUNK * chunk + HEAD; at < end; at += ENTRY) {
        if (this.#chunks.ints[2 * at + 4] === on) return true;
      }
    }
    return false;
  }

  /**
   * Looks at all that the entries of a chunk will change, one right after another: much of it has
   * to come from far away in memory, and so it comes at the same time.
   */
  #fetch(row: number, chunk: number, end: number): void {
    const { announced, pieceWords, availability, counterBits, firstConnection } = this.#tables;
    const firstLine = this.#tables.availabilityStart(row);
    const ints = this.#chunks.ints;
    let seen = 0;
    for (let at = CHUNK * chunk + HEAD; at < end; at += ENTRY) {
      const word = ints[2 * at + 5]! >>> 5;
      seen ^= announced[(firstConnection[row]! + ints[2 * at + 4]!) * pieceWords + word]!;
      seen ^= availability[firstLine + counterBits * word]!;
    }
    this.fetched = seen;
  }

  #isPast(at: number): boolean {
    const { nowMs, nowOrder } = this.#host;
    const atMs = this.#chunks.floats[at]!;
    return atMs < nowMs || (atMs === nowMs && this.#chunks.floats[at + 1]! < nowOrder);
  }

  #deliver(row: number, at: number): void {
    const on = this.#chunks.ints[2 * at + 4]! as Connection;
    const piece = this.#chunks.ints[2 * at + 5]! as PieceIndex;
    this.#host.deliver(row, on, piece, this.#chunks.floats[at]!, this.#chunks.floats[at + 1]!);
  }

  #hear(row: number, at: number): void {
    const on = this.#chunks.ints[2 * at + 4]! as Connection;
    const piece = this.#chunks.ints[2 * at + 5]! as PieceIndex;
    if (!this.#tables.markAnnounced(row, on, piece) && this.#countRepeats) {
      this.#tables.addHolder(row, piece);
    }
  }

  /** Room for one more entry of a row. */
  #add(row: number): number {
    if (this.#first[row] === NO_CELL || this.#fill[row] === ENTRIES) this.#addChunk(row);
    const place = this.#fill[row]!++;
    return CHUNK * this.#first[row]! + HEAD + ENTRY * place;
  }

  /** Puts an entry aside. */
  #keep(place: number, at: number): void {
    if (ENTRY * (place + 1) > rest.length) {
      rest = grown(rest, new Float64Array(2 * rest.length));
      restInts = new Int32Array(rest.buffer);
    }
    rest[ENTRY * place] = this.#chunks.floats[at]!;
    rest[ENTRY * place + 1] = this.#chunks.floats[at + 1]!;
    restInts[2 * ENTRY * place + 4] = this.#chunks.ints[2 * at + 4]!;
    restInts[2 * ENTRY * place + 5] = this.#chunks.ints[2 * at + 5]!;
  }

  /** Brings the entries back that were put aside. */
  #addKept(row: number, count: number): void {
    let dueMs = Infinity;
    for (let place = 0; place < count; place++) {
      const at = this.#add(row);
      const atMs = rest[ENTRY * place]!;
      if (atMs < dueMs) dueMs = atMs;
      this.#chunks.floats[at] = atMs;
      this.#chunks.floats[at + 1] = rest[ENTRY * place + 1]!;
      this.#chunks.ints[2 * at + 4] = restInts[2 * ENTRY * place + 4]!;
      this.#chunks.ints[2 * at + 5] = restInts[2 * ENTRY * place + 5]!;
    }
    this.#dueMs[row] = dueMs;
  }

  /** The end of the entries of a row's chunk. */
  #endOf(row: number, chunk: number): number {
    const entries = chunk === this.#first[row] ? this.#fill[row]! : ENTRIES;
    return CHUNK * chunk + HEAD + ENTRY * entries;
  }

  #addChunk(row: number): void {
    const chunk = this.#chunks.take();
    this.#chunks.ints[2 * CHUNK * chunk] = this.#first[row]!;
    this.#first[row] = chunk;
    this.#fill[row] = 0;
  }

  /** Takes a row's first chunk from it; returns the next, which is full. */
  #release(row: number, chunk: number): number {
    const next = this.#chunks.ints[2 * CHUNK * chunk]!;
    this.#chunks.release(chunk);
    this.#first[row] = next;
    this.#fill[row] = ENTRIES;
    return next;
  }
}
