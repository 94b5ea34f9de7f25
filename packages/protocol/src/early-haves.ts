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
 * A row's waiting haves form a list, in no order, for in which order they are noted makes no
 * difference either. Slot 0 is none; a slot is 32 bytes:
 *
 *     times   atMs, order, ·, ·                     4 numbers to a slot
 *     ints    ·, ·, ·, ·, next, connection, piece   8 numbers to a slot, in the same bytes
 */

import { assert } from '@cachetorrent/std';

import { CHOKED, DOWNLOADS, INTERESTED } from './flags.ts';
import type { Connection, PieceIndex } from './ids.ts';
import { OPPORTUNITY, type PeerTables, REPEATED } from './peer-tables.ts';

/** Nothing will come of it: it need not be delivered. */
export const UNHEARD = 0;
/** It has to be delivered when it arrives. */
export const IN_TIME = 1;
/** It is kept here until the peer looks. */
export const WAITS = 2;

const CALM = INTERESTED | CHOKED;
const SLOTS_MIN = 64;

/** The host's clock, and where what was handed over goes back. */
export interface EarlyHavesHost {
  /** The time of what happens now, in ms. */
  readonly nowMs: number;
  /** Its place among all that happens at that time. */
  readonly nowOrder: number;
  /** A `have` is to be delivered when it arrives, after all. */
  deliverInTime(row: number, on: Connection, piece: PieceIndex, atMs: number, order: number): void;
}

/** Keeps every `have` of some peers from when it is said until a peer has reason to look. */
export class EarlyHaves {
  /**
   * When the next `have` that is handed over arrives, in ms. A field, since a fraction among
   * arguments is allocated at every call.
   */
  atMs: number = Infinity;
  /** Its place among all that happens at that time. */
  order: number = Infinity;
  readonly #tables: PeerTables;
  readonly #host: EarlyHavesHost;
  readonly #countRepeats: boolean;
  /** For each row, the first of its list, and the earliest time at which anything of it is due. */
  readonly #first: Int32Array;
  readonly #dueMs: Float64Array;
  #times = new Float64Array(4 * SLOTS_MIN);
  #ints = new Int32Array(this.#times.buffer);
  #freeSlot = 0;

  /** For the rows of `tables`; `countRepeats` is the habit `countRepeatedHaves`. */
  constructor(tables: PeerTables, host: EarlyHavesHost, countRepeats: boolean) {
    this.#tables = tables;
    this.#host = host;
    this.#countRepeats = countRepeats;
    this.#first = new Int32Array(tables.blockOf.length);
    this.#dueMs = new Float64Array(tables.blockOf.length).fill(Infinity);
    this.#free(1, SLOTS_MIN);
  }

  /**
   * A `have` is on its way to a row, and arrives at `atMs` with the `order` that are set: UNHEARD,
   * IN_TIME, or WAITS. One of a piece that the peer holds waits too if it `keepsHeld`.
   */
  take(row: number, on: Connection, piece: PieceIndex, keepsHeld: boolean): number {
    const tables = this.#tables;
    const flags = tables.flags[tables.blockOf[row]! + on]!;
    if ((flags & DOWNLOADS) === 0) return UNHEARD;
    if (!keepsHeld && tables.isStored(row, piece)) return UNHEARD;
    if ((flags & CALM) !== CALM) return IN_TIME;

    if (this.#freeSlot === 0) this.#grow();
    const slot = this.#freeSlot;
    const ints = this.#ints;
    this.#freeSlot = ints[slot * 8 + 4]!;
    ints[slot * 8 + 4] = this.#first[row]!;
    ints[slot * 8 + 5] = on;
    ints[slot * 8 + 6] = piece;
    this.#first[row] = slot;
    this.#times[slot * 4] = this.atMs;
    this.#times[slot * 4 + 1] = this.order;
    if (this.atMs < this.#dueMs[row]!) this.#dueMs[row] = this.atMs;
    return WAITS;
  }

  /** Notes what has arrived at a row by now. Call before anybody looks at what neighbours hold. */
  note(row: number): void {
    if (this.#dueMs[row]! > this.#host.nowMs) return;
    const ints = this.#ints;
    let kept = 0;
    let dueMs = Infinity;
    for (let slot = this.#first[row]!; slot !== 0; ) {
      const following = ints[slot * 8 + 4]!;
      if (this.#isPast(slot)) {
        this.#hear(row, slot);
      } else {
        ints[slot * 8 + 4] = kept;
        kept = slot;
        dueMs = Math.min(dueMs, this.#times[slot * 4]!);
      }
      slot = following;
    }
    this.#first[row] = kept;
    this.#dueMs[row] = dueMs;
  }

  /** The connection begins to matter: whatever is still on its way goes back to the host. */
  giveBack(row: number, on: Connection): void {
    const tables = this.#tables;
    // On any other connection nothing waits.
    if ((tables.flags[tables.blockOf[row]! + on]! & CALM) === CALM) this.#takeOut(row, on, true);
  }

  /** The connection is gone, and what was on its way with it. */
  forget(row: number, on: Connection): void {
    this.#takeOut(row, on, false);
  }

  /** Notes what has come on the connection; the rest of it goes back, or nowhere. */
  #takeOut(row: number, on: Connection, goesBack: boolean): void {
    let kept = 0;
    for (let slot = this.#first[row]!; slot !== 0; ) {
      const following = this.#ints[slot * 8 + 4]!;
      if (this.#ints[slot * 8 + 5] !== on) {
        this.#ints[slot * 8 + 4] = kept;
        kept = slot;
      } else if (this.#isPast(slot)) {
        this.#hear(row, slot);
      } else {
        if (goesBack) this.#deliver(row, slot);
        this.#release(slot);
      }
      slot = following;
    }
    this.#first[row] = kept;
  }

  #isPast(slot: number): boolean {
    const { nowMs, nowOrder } = this.#host;
    const atMs = this.#times[slot * 4]!;
    return atMs < nowMs || (atMs === nowMs && this.#times[slot * 4 + 1]! < nowOrder);
  }

  #deliver(row: number, slot: number): void {
    const on = this.#ints[slot * 8 + 5]! as Connection;
    const piece = this.#ints[slot * 8 + 6]! as PieceIndex;
    const atMs = this.#times[slot * 4]!;
    this.#host.deliverInTime(row, on, piece, atMs, this.#times[slot * 4 + 1]!);
  }

  #hear(row: number, slot: number): void {
    const on = this.#ints[slot * 8 + 5]! as Connection;
    const piece = this.#ints[slot * 8 + 6]! as PieceIndex;
    const outcome = this.#tables.have(row, on, piece);
    assert(outcome !== OPPORTUNITY, 'a `have` that waited had nothing to bring about');
    if (outcome === REPEATED && this.#countRepeats) this.#tables.addHolder(row, piece);
    this.#release(slot);
  }

  #release(slot: number): void {
    this.#ints[slot * 8 + 4] = this.#freeSlot;
    this.#freeSlot = slot;
  }

  #grow(): void {
    const before = this.#times.length / 4;
    const times = new Float64Array(2 * this.#times.length);
    times.set(this.#times);
    this.#times = times;
    this.#ints = new Int32Array(times.buffer);
    this.#free(before, 2 * before);
  }

  /** Slots from `first` to `end` hold nothing. */
  #free(first: number, end: number): void {
    for (let slot = first; slot < end; slot++) this.#ints[slot * 8 + 4] = slot + 1;
    this.#ints[(end - 1) * 8 + 4] = this.#freeSlot;
    this.#freeSlot = first;
  }
}
