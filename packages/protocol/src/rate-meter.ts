/**
 * How many pieces each connection has carried in the last 20 seconds.
 *
 * A count for each connection, and for each peer a list of the latest pieces, the oldest first.
 * What is too old leaves the list when a rate is next asked for. All peers of a host share the
 * counts and one pool of entries (`cell-pool.ts`):
 *
 *     times   atMs, ·                  2 numbers to an entry
 *     ints    ·, ·, next, connection   4 numbers to an entry, in the same bytes
 *
 * The original brings a connection's rate up to date only when a piece arrives on it, so that a
 * dead connection keeps its rank (habit `staleRates`).
 */

import { CellPool, NONE } from './cell-pool.ts';
import { type Column, grown } from './columns.ts';
import type { Connection } from './ids.ts';
import type { PeerTables } from './peer-tables.ts';

/** The span over which rates are taken, as in the original and in mainline BitTorrent. */
export const RATE_WINDOW_MS = 20_000;

export class RateMeter implements Column {
  /** Pieces in the window, for each connection of all peers; see `PeerTables.blockOf`. */
  counts: Uint16Array = new Uint16Array(0);
  readonly #tables: PeerTables;
  /** For each row, the oldest and the latest entry. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #pool = new CellPool(4, 2);

  constructor(tables: PeerTables) {
    this.#tables = tables;
    this.#first = new Int32Array(tables.blockOf.length);
    this.#last = new Int32Array(tables.blockOf.length);
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
    const entry = this.#pool.take();
    const { ints, floats } = this.#pool;
    floats[2 * entry] = nowMs;
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
    const times = this.#pool.floats;
    let first = this.#first[row]!;
    while (first !== NONE && times[2 * first]! <= untilMs) {
      first = this.#drop(row, NONE, first);
    }
  }

  /** Pieces carried on a connection in the window. */
  of(row: number, on: Connection): number {
    return this.counts[this.#tables.blockOf[row]! + on]!;
  }

  /** Drops what a connection carried up to `untilMs`. */
  #forget(row: number, on: Connection, untilMs: number): void {
    const { ints, floats } = this.#pool;
    let before = NONE;
    for (let entry = this.#first[row]!; entry !== NONE; ) {
      if (floats[2 * entry]! > untilMs) return;
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
    const { ints } = this.#pool;
    const following = ints[4 * entry + 2]!;
    if (before === NONE) this.#first[row] = following;
    else ints[4 * before + 2] = following;
    if (following === NONE) this.#last[row] = before;
    this.counts[this.#tables.blockOf[row]! + ints[4 * entry + 3]!]!--;
    this.#pool.release(entry);
    return following;
  }
}
