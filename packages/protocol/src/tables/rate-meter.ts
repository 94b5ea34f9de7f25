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
 * dead connection keeps its rank (habit `staleRates`). What is too old is then overdue until that
 * happens, and counts.
 */

import { CellPool, NO_CELL } from './cell-pool.ts';
import { type ConnectionLayout, type ConnectionColumn, grown } from './connection-columns.ts';
import type { Connection } from '../ids.ts';

/** The span over which rates are taken, as in the original and in mainline BitTorrent. */
export const RATE_WINDOW_MS = 20_000;

export class RateMeter implements ConnectionColumn {
  /** Pieces in the window, for each connection of all peers; see `Blocks.blockOf`. */
  counts: Uint16Array = new Uint16Array(0);
  /** Of these, what is too old and still counts: nothing but where rates are stale. */
  #overdue = new Uint16Array(0);
  readonly #layout: ConnectionLayout;
  /** For each row, the oldest and the latest entry. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #pool = new CellPool(4, 2);

  constructor(blocks: ConnectionLayout) {
    this.#layout = blocks;
    this.#first = new Int32Array(blocks.firstConnection.length);
    this.#last = new Int32Array(blocks.firstConnection.length);
    blocks.addColumn(this);
  }

  grow(connections: number): void {
    this.counts = grown(this.counts, new Uint16Array(connections));
    this.#overdue = grown(this.#overdue, new Uint16Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.counts.copyWithin(to, from, from + count);
    this.#overdue.copyWithin(to, from, from + count);
  }

  /** A piece has been carried on a connection. Only now is its rate renewed where it `isStale`. */
  add(row: number, on: Connection, nowMs: number, isStale: boolean): void {
    const at = this.#layout.firstConnection[row]! + on;
    if (isStale) {
      for (let old = this.#shift(row, nowMs); old >= 0; old = this.#shift(row, nowMs)) {
        this.#overdue[old]!++;
      }
      this.counts[at]! -= this.#overdue[at]!;
      this.#overdue[at] = 0;
    }
    const entry = this.#pool.take();
    const { ints, floats } = this.#pool;
    floats[2 * entry] = nowMs;
    ints[4 * entry + 2] = NO_CELL;
    ints[4 * entry + 3] = on;
    const last = this.#last[row]!;
    if (last === NO_CELL) this.#first[row] = entry;
    else ints[4 * last + 2] = entry;
    this.#last[row] = entry;
    this.counts[at]!++;
  }

  /** Lets go of what is too old by now. Not of rates that are stale. */
  advance(row: number, nowMs: number): void {
    for (let old = this.#shift(row, nowMs); old >= 0; old = this.#shift(row, nowMs)) {
      this.counts[old]!--;
    }
  }

  /** Pieces carried on a connection in the window. */
  of(row: number, on: Connection): number {
    return this.counts[this.#layout.firstConnection[row]! + on]!;
  }

  /** Takes out a row's oldest entry, if it is too old: returns whose, or -1. */
  #shift(row: number, nowMs: number): number {
    const entry = this.#first[row]!;
    const { ints, floats } = this.#pool;
    if (entry === NO_CELL || floats[2 * entry]! > nowMs - RATE_WINDOW_MS) return -1;
    const following = ints[4 * entry + 2]!;
    const at = this.#layout.firstConnection[row]! + ints[4 * entry + 3]!;
    this.#first[row] = following;
    if (following === NO_CELL) this.#last[row] = NO_CELL;
    this.#pool.release(entry);
    return at;
  }
}
