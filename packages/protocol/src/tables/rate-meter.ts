/**
 * The number of pieces that each connection has carried in the last 20 seconds.
 *
 * There is a count for each connection, and for each peer a list of the latest pieces, the oldest
 * first. Pieces that are too old leave the list when a rate is read. All peers of a host share the
 * counts and one pool of entries (`cell-pool.ts`):
 *
 *     floats  atMs, ·                  2 numbers per entry
 *     ints    ·, ·, next, connection   4 numbers per entry, in the same bytes
 *
 * The original updates the rate of a connection only when a piece arrives on it (quirk
 * `staleRates`). `expireOn` does that: pieces of other connections that are too old are overdue,
 * and still count.
 */

import { grown } from '@cachetorrent/std';

import { CellPool, NO_CELL } from './cell-pool.ts';
import {
  type ConnectionColumn,
  type ConnectionLayout,
  moveValues,
  type RowColumn,
} from './connection-columns.ts';
import type { Connection } from '../ids.ts';

/** The span over which rates are measured, as in the original and in mainline BitTorrent. */
export const RATE_WINDOW_MS = 20_000;

export class RateMeter implements ConnectionColumn, RowColumn {
  /** The number of pieces that count, for each connection of all peers. */
  counts: Uint16Array = new Uint16Array(0);
  /** How many of these are too old: 0 unless `expireOn` is used. */
  #overdue = new Uint16Array(0);
  readonly #layout: ConnectionLayout;
  /** For each row, the oldest entry. */
  #first = new Int32Array(0);
  /** For each row, the latest entry. */
  #last = new Int32Array(0);
  readonly #pool = new CellPool(4, 2);

  constructor(layout: ConnectionLayout) {
    this.#layout = layout;
    layout.addColumn(this);
    layout.addRowColumn(this);
  }

  grow(connections: number): void {
    this.counts = grown(this.counts, connections);
    this.#overdue = grown(this.#overdue, connections);
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.counts, from, to, count);
    moveValues(this.#overdue, from, to, count);
  }

  clear(from: number, count: number): void {
    this.counts.fill(0, from, from + count);
    this.#overdue.fill(0, from, from + count);
  }

  growRows(rows: number): void {
    this.#first = grown(this.#first, rows);
    this.#last = grown(this.#last, rows);
  }

  clearRow(row: number): void {
    for (let entry = this.#first[row]!; entry !== NO_CELL; ) {
      const next = this.#pool.ints[4 * entry + 2]!;
      this.#pool.release(entry);
      entry = next;
    }
    this.#first[row] = NO_CELL;
    this.#last[row] = NO_CELL;
  }

  /** Records that a connection has carried a piece. */
  add(row: number, connection: Connection, nowMs: number): void {
    const entry = this.#pool.take();
    const { ints, floats } = this.#pool;
    floats[2 * entry] = nowMs;
    ints[4 * entry + 2] = NO_CELL;
    ints[4 * entry + 3] = connection;
    const last = this.#last[row]!;
    if (last === NO_CELL) this.#first[row] = entry;
    else ints[4 * last + 2] = entry;
    this.#last[row] = entry;
    this.counts[this.#layout.firstConnection[row]! + connection]!++;
  }

  /** A connection is closed: another one may get its number, and has carried nothing. */
  forget(row: number, connection: Connection): void {
    const at = this.#layout.firstConnection[row]! + connection;
    if (this.counts[at] === 0) return;
    this.counts[at] = 0;
    this.#overdue[at] = 0;
    const { ints } = this.#pool;
    let kept = NO_CELL;
    for (let entry = this.#first[row]!; entry !== NO_CELL; ) {
      const next = ints[4 * entry + 2]!;
      if (ints[4 * entry + 3] === connection) {
        if (kept === NO_CELL) this.#first[row] = next;
        else ints[4 * kept + 2] = next;
        this.#pool.release(entry);
      } else {
        kept = entry;
      }
      entry = next;
    }
    this.#last[row] = kept;
  }

  /** Updates the rates of all connections of a row. Not to be combined with `expireOn`. */
  expire(row: number, nowMs: number): void {
    for (let old = this.#shift(row, nowMs); old >= 0; old = this.#shift(row, nowMs)) {
      this.counts[old]!--;
    }
  }

  /** Updates the rate of one connection only. Not to be combined with `expire`. */
  expireOn(row: number, connection: Connection, nowMs: number): void {
    for (let old = this.#shift(row, nowMs); old >= 0; old = this.#shift(row, nowMs)) {
      this.#overdue[old]!++;
    }
    const at = this.#layout.firstConnection[row]! + connection;
    this.counts[at]! -= this.#overdue[at]!;
    this.#overdue[at] = 0;
  }

  /** The number of pieces carried on a connection in the window, as of the last update. */
  of(row: number, connection: Connection): number {
    return this.counts[this.#layout.firstConnection[row]! + connection]!;
  }

  /** Removes a row's oldest entry if it is too old; returns its connection's position, or -1. */
  #shift(row: number, nowMs: number): number {
    const entry = this.#first[row]!;
    const { ints, floats } = this.#pool;
    if (entry === NO_CELL || floats[2 * entry]! > nowMs - RATE_WINDOW_MS) return -1;
    const next = ints[4 * entry + 2]!;
    const at = this.#layout.firstConnection[row]! + ints[4 * entry + 3]!;
    this.#first[row] = next;
    if (next === NO_CELL) this.#last[row] = NO_CELL;
    this.#pool.release(entry);
    return at;
  }
}
