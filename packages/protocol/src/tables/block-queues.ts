/**
 * A queue of blocks for each connection: the outstanding requests, or the blocks to send.
 *
 * The blocks are queued in spans: consecutive blocks of one piece. A queue is a ring of cells of
 * one pool, which all peers of a host share, so that memory is needed for queued spans only, and
 * not for every block that could be queued:
 *
 *     last     the last cell                     1 number per connection     5
 *     cells    block, count, next, length        4 numbers per cell          2: 32, 16, 7, ·
 *                                                                        ┌──▶ 7: 80, 4, 5, ·
 *                                                                        │    5: 96, 1, 2, 21
 *
 * The cell after the last is the first. The last one also has the number of blocks of the queue.
 * A queue whose last cell is 0 is empty (`cell-pool.ts`).
 */

import { grown } from '@cachetorrent/std';

import { CellPool, NO_CELL } from './cell-pool.ts';
import { type ConnectionColumn, type ConnectionLayout, moveValues } from './connection-columns.ts';
import { type BlockIndex, type Connection, NO_BLOCK } from '../ids.ts';

const CELL = 4;
const COUNT = 1;
const NEXT = 2;
const LENGTH = 3;

export class BlockQueues implements ConnectionColumn {
  readonly #layout: ConnectionLayout;
  #last = new Int32Array(0);
  readonly #pool = new CellPool(CELL, NEXT);
  /** The number of blocks of the span that `shift` has removed last. */
  shiftedCount = 0;

  constructor(layout: ConnectionLayout) {
    this.#layout = layout;
    layout.addColumn(this);
  }

  grow(connections: number): void {
    this.#last = grown(this.#last, connections);
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.#last, from, to, count);
  }

  clear(from: number, count: number): void {
    for (let at = from; at < from + count; at++) {
      while (this.#last[at] !== NO_CELL) this.#removeAfter(at, this.#last[at]!);
    }
  }

  /** The number of blocks in a queue. */
  lengthOf(row: number, connection: Connection): number {
    const last = this.#lastOf(row, connection);
    return last === NO_CELL ? 0 : this.#pool.ints[CELL * last + LENGTH]!;
  }

  /** The first block of a queue; NO_BLOCK if it is empty. */
  first(row: number, connection: Connection): BlockIndex {
    const last = this.#lastOf(row, connection);
    if (last === NO_CELL) return NO_BLOCK;
    const cells = this.#pool.ints;
    return cells[CELL * cells[CELL * last + NEXT]!]! as BlockIndex;
  }

  /** The number of blocks of the first span; 0 if the queue is empty. */
  firstCount(row: number, connection: Connection): number {
    const last = this.#lastOf(row, connection);
    if (last === NO_CELL) return 0;
    const cells = this.#pool.ints;
    return cells[CELL * cells[CELL * last + NEXT]! + COUNT]!;
  }

  /** How many of `count` blocks from `block` on are queued. */
  countOf(row: number, connection: Connection, block: BlockIndex, count: number): number {
    const last = this.#lastOf(row, connection);
    if (last === NO_CELL) return 0;
    const cells = this.#pool.ints;
    let queued = 0;
    let cell = last;
    do {
      cell = cells[CELL * cell + NEXT]!;
      queued += overlap(cells, cell, block, count);
    } while (cell !== last);
    return queued;
  }

  /** Whether any of `count` blocks from `block` on is queued. */
  hasAny(row: number, connection: Connection, block: BlockIndex, count: number): boolean {
    const last = this.#lastOf(row, connection);
    if (last === NO_CELL) return false;
    const cells = this.#pool.ints;
    let cell = last;
    do {
      cell = cells[CELL * cell + NEXT]!;
      if (overlap(cells, cell, block, count) > 0) return true;
    } while (cell !== last);
    return false;
  }

  /** Whether `predicate` holds for the first block of any span that is queued. */
  some(row: number, connection: Connection, predicate: (block: BlockIndex) => boolean): boolean {
    const last = this.#lastOf(row, connection);
    if (last === NO_CELL) return false;
    const cells = this.#pool.ints;
    let cell = last;
    do {
      cell = cells[CELL * cell + NEXT]!;
      if (predicate(cells[CELL * cell]! as BlockIndex)) return true;
    } while (cell !== last);
    return false;
  }

  /** Appends `count` blocks of one piece from `block` on. */
  push(row: number, connection: Connection, block: BlockIndex, count: number): void {
    const at = this.#layout.firstConnection[row]! + connection;
    const last = this.#last[at]!;
    const cell = this.#newCell(last, block, count);
    const length = last === NO_CELL ? 0 : this.#pool.ints[CELL * last + LENGTH]!;
    this.#pool.ints[CELL * cell + LENGTH] = length + count;
    this.#last[at] = cell;
  }

  /**
   * Removes the first span of a queue and returns its first block, or NO_BLOCK if the queue is
   * empty. `shiftedCount` has the number of its blocks.
   */
  shift(row: number, connection: Connection): BlockIndex {
    const at = this.#layout.firstConnection[row]! + connection;
    const last = this.#last[at]!;
    if (last === NO_CELL) return NO_BLOCK;
    const cells = this.#pool.ints;
    const cell = cells[CELL * last + NEXT]!;
    this.shiftedCount = cells[CELL * cell + COUNT]!;
    cells[CELL * last + LENGTH]! -= this.shiftedCount;
    this.#removeAfter(at, last);
    return cells[CELL * cell]! as BlockIndex;
  }

  /** Removes the first `count` blocks of a queue, which are in its first span. */
  removeFirst(row: number, connection: Connection, count: number): void {
    const at = this.#layout.firstConnection[row]! + connection;
    const last = this.#last[at]!;
    const cells = this.#pool.ints;
    const cell = cells[CELL * last + NEXT]!;
    cells[CELL * last + LENGTH]! -= count;
    if (cells[CELL * cell + COUNT] === count) return this.#removeAfter(at, last);
    cells[CELL * cell]! += count;
    cells[CELL * cell + COUNT]! -= count;
  }

  /**
   * Removes all spans of a queue but those for whose first block `isKept` returns true. Of the
   * first span, `count` blocks are kept in any case.
   */
  keep(
    row: number,
    connection: Connection,
    count: number,
    isKept: (block: BlockIndex) => boolean,
  ): void {
    const at = this.#layout.firstConnection[row]! + connection;
    const last = this.#last[at]!;
    if (last === NO_CELL) return;
    const cells = this.#pool.ints;
    let before = last;
    let always = count;
    for (let isLast = false; !isLast; ) {
      const cell = cells[CELL * before + NEXT]!;
      isLast = cell === last;
      const length = cells[CELL * cell + COUNT]!;
      const kept = isKept(cells[CELL * cell]! as BlockIndex) ? length : always;
      cells[CELL * last + LENGTH]! -= length - kept;
      cells[CELL * cell + COUNT] = kept;
      if (kept === 0) this.#removeAfter(at, before);
      else before = cell;
      always = 0;
    }
  }

  /** Removes all blocks of a queue. */
  clearQueue(row: number, connection: Connection): void {
    while (this.shift(row, connection) !== NO_BLOCK);
  }

  /**
   * Removes each of `count` blocks from `block` on where it is queued first; returns how many
   * were queued.
   */
  remove(row: number, connection: Connection, block: BlockIndex, count: number): number {
    const at = this.#layout.firstConnection[row]! + connection;
    const last = this.#last[at]!;
    if (last === NO_CELL) return 0;
    let removed = 0;
    let before = last;
    for (let isLast = false; !isLast && removed < count; ) {
      // A part of a span that is split off needs a cell, for which the pool may grow.
      const cell = this.#pool.ints[CELL * before + NEXT]!;
      isLast = cell === last;
      const common = overlap(this.#pool.ints, cell, block, count);
      removed += common;
      this.#pool.ints[CELL * last + LENGTH]! -= common;
      if (common === this.#pool.ints[CELL * cell + COUNT]!) this.#removeAfter(at, before);
      else before = common === 0 ? cell : this.#removePart(at, cell, block, count);
    }
    return removed;
  }

  /** Removes a part of a span. Returns the last cell of what is left. */
  #removePart(at: number, cell: number, block: BlockIndex, count: number): number {
    const first = this.#pool.ints[CELL * cell]!;
    const end = first + this.#pool.ints[CELL * cell + COUNT]!;
    const removedEnd = block + count;
    if (block <= first) {
      this.#pool.ints[CELL * cell] = removedEnd;
      this.#pool.ints[CELL * cell + COUNT] = end - removedEnd;
      return cell;
    }
    this.#pool.ints[CELL * cell + COUNT] = block - first;
    if (removedEnd >= end) return cell;
    const rest = this.#newCell(cell, removedEnd, end - removedEnd);
    if (this.#last[at] === cell) this.#becomeLast(at, rest);
    return rest;
  }

  #lastOf(row: number, connection: Connection): number {
    return this.#last[this.#layout.firstConnection[row]! + connection]!;
  }

  /** Adds a cell to the ring of `before`, after that; to a new ring if that is NO_CELL. */
  #newCell(before: number, block: number, count: number): number {
    const cell = this.#pool.take();
    const cells = this.#pool.ints;
    cells[CELL * cell] = block;
    cells[CELL * cell + COUNT] = count;
    cells[CELL * cell + NEXT] = before === NO_CELL ? cell : cells[CELL * before + NEXT]!;
    if (before !== NO_CELL) cells[CELL * before + NEXT] = cell;
    return cell;
  }

  /** Removes the cell after `before` from a ring, in which it may be the only one. */
  #removeAfter(at: number, before: number): void {
    const cells = this.#pool.ints;
    const cell = cells[CELL * before + NEXT]!;
    cells[CELL * before + NEXT] = cells[CELL * cell + NEXT]!;
    if (cell === before) this.#last[at] = NO_CELL;
    else if (this.#last[at] === cell) this.#becomeLast(at, before);
    this.#pool.release(cell);
  }

  #becomeLast(at: number, cell: number): void {
    const cells = this.#pool.ints;
    cells[CELL * cell + LENGTH] = cells[CELL * this.#last[at]! + LENGTH]!;
    this.#last[at] = cell;
  }
}

/** How many of `count` blocks from `block` on are in the span of a cell. */
function overlap(cells: Int32Array, cell: number, block: number, count: number): number {
  const first = cells[CELL * cell]!;
  const end = first + cells[CELL * cell + COUNT]!;
  return Math.max(0, Math.min(end, block + count) - Math.max(first, block));
}
