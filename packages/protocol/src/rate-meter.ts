/**
 * How many pieces each connection has carried in the last 20 seconds.
 *
 * A count for each connection, and for each peer a list of the latest pieces, the oldest first.
 * What is too old leaves the list when a rate is next asked for. All peers of a host share the
 * counts and one pool of entries; entry 0 is none:
 *
 *     times   atMs, ·                  2 numbers to an entry
 *     ints    ·, ·, next, connection   4 numbers to an entry, in the same bytes
 *
 * The original brings a connection's rate up to date only when a piece arrives on it, so that a
 * dead connection keeps its rank (habit `staleRates`).
 */

import { type Column, grown } from './columns.ts';
import type { Connection } from './ids.ts';
import type { PeerTables } from './peer-tables.ts';

/** The span over which rates are taken, as in the original and in mainline BitTorrent. */
export const RATE_WINDOW_MS = 20_000;

const NONE = 0;

export class RateMeter implements Column {
  /** Pieces in the window, for each connection of all peers; see `PeerTables.blockOf`. */
  counts: Uint16Array = new Uint16Array(0);
  readonly #tables: PeerTables;
  /** For each row, the oldest and the latest entry. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  #times = new Float64Array(2 * 16);
  #ints = new Int32Array(this.#times.buffer);
  #unused = NONE;

  constructor(tables: PeerTables) {
    this.#tables = tables;
    this.#first = new Int32Array(tables.blockOf.length);
    this.#last = new Int32Array(tables.blockOf.length);
    this.#free(1, 16);
    tables.add(this);
  }

  grow(connections: number): void {
    this.counts = grown(this.counts, new Uint16Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.counts.copyWithin(to, from, from + count);
  }

  /** A piece has been carried on a connection. Only now is its rate renewed where it `isStale`. */
  add(row: number, on: Connection, nowMs: number, isStale: boolean): void {
    if (isStale) this.#forget(row, on, nowMs - RATE_WINDOW_MS);
    if (this.#unused === NONE) this.#enlargePool();
    const ints = this.#ints;
    const entry = this.#unused;
    this.#unused = ints[4 * entry + 2]!;
    this.#times[2 * entry] = nowMs;
    ints[4 * entry + 2] = NONE;
    ints[4 * entry + 3] = on;
    const last = this.#last[row]!;
    if (last === NONE) this.#first[row] = entry;
    else ints[4 * last + 2] = entry;
    this.#last[row] = entry;
    this.counts[this.#tables.blockOf[row]! + on]!++;
  }

  /** Lets go of what is too old by now. Not of rates that are stale. */
  advance(row: number, nowMs: number): void {
    const untilMs = nowMs - RATE_WINDOW_MS;
    let first = this.#first[row]!;
    while (first !== NONE && this.#times[2 * first]! <= untilMs) {
      first = this.#drop(row, NONE, first);
    }
  }

  /** Pieces carried on a connection in the window. */
  of(row: number, on: Connection): number {
    return this.counts[this.#tables.blockOf[row]! + on]!;
  }

  /** Drops what a connection carried up to `untilMs`. */
  #forget(row: number, on: Connection, untilMs: number): void {
    const ints = this.#ints;
    let before = NONE;
    for (let entry = this.#first[row]!; entry !== NONE; ) {
      if (this.#times[2 * entry]! > untilMs) return;
      if (ints[4 * entry + 3] === on) {
        entry = this.#drop(row, before, entry);
      } else {
        before = entry;
        entry = ints[4 * entry + 2]!;
      }
    }
  }

  /** Takes out the entry after `before`; returns the one that follows. */
  #drop(row: number, before: number, entry: number): number {
    const ints = this.#ints;
    const following = ints[4 * entry + 2]!;
    if (before === NONE) this.#first[row] = following;
    else ints[4 * before + 2] = following;
    if (following === NONE) this.#last[row] = before;
    this.counts[this.#tables.blockOf[row]! + ints[4 * entry + 3]!]!--;
    ints[4 * entry + 2] = this.#unused;
    this.#unused = entry;
    return following;
  }

  #enlargePool(): void {
    const count = this.#times.length / 2;
    this.#times = grown(this.#times, new Float64Array(4 * count));
    this.#ints = new Int32Array(this.#times.buffer);
    this.#free(count, 2 * count);
  }

  /** Entries from `first` to `end` hold nothing. */
  #free(first: number, end: number): void {
    for (let entry = first; entry < end; entry++) this.#ints[4 * entry + 2] = entry + 1;
    this.#ints[4 * (end - 1) + 2] = this.#unused;
    this.#unused = first;
  }
}
