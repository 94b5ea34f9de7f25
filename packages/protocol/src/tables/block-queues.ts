/**
 * A queue of blocks for each connection: the outstanding requests, or the blocks to send.
 *
 * The blocks are queued in spans: consecutive blocks of one piece. The queues are linked lists in
 * one pool of cells, which all peers of a host share, so that memory is needed for queued spans
 * only, and not for every block that could be queued:
 *
 *     ends    head, tail              2 numbers per connection    7, 2
 *     cells   block, count, next, ·   4 numbers per cell          7: 32, 16, 2 ──▶ 2: 80, 4, 0
 *
 * Cell 0 marks the end of a list, so a queue whose ends are 0 is empty (`cell-pool.ts`).
 */

import { CellPool, NO_CELL } from './cell-pool.ts';
import {
  type ConnectionColumn,
  type ConnectionLayout,
  grown,
  moveValues,
} from './connection-columns.ts';
import { type BlockIndex, type Connection, NO_BLOCK } from '../ids.ts';

const CELL = 4;
const COUNT = 1;
const NEXT = 2;

export class BlockQueues implements ConnectionColumn {
  readonly #layout: ConnectionLayout;
  #ends = new Int32Array(0);
  #lengths = new Int32Array(0);
  readonly #pool = new CellPool(CELL, NEXT);
  /** The number of blocks of the span that `shift` has removed last. */
  shiftedCount = 0;

  constructor(layout: ConnectionLayout) {
    this.#layout = layout;
    layout.addColumn(this);
  }

  grow(connections: number): void {
    this.#ends = grown(this.#ends, new Int32Array(2 * connections));
    this.#lengths = grown(this.#lengths, new Int32Array(connections));
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.#ends, 2 * from, 2 * to, 2 * count);
    moveValues(this.#lengths, from, to, count);
  }

  clear(from: number, count: number): void {
    for (let at = from; at < from + count; at++) {
      let cell = this.#ends[2 * at]!;
      while (cell !== NO_CELL) {
        const next = this.#pool.ints[CELL * cell + NEXT]!;
        this.#pool.release(cell);
        cell = next;
      }
    }
    this.#ends.fill(NO_CELL, 2 * from, 2 * (from + count));
    this.#lengths.fill(0, from, from + count);
  }

  /** The number of blocks in a queue. */
  lengthOf(row: number, connection: Connection): number {
    return this.#lengths[this.#layout.firstConnection[row]! + connection]!;
  }

  /** The first block of a queue; NO_BLOCK if it is empty. */
  first(row: number, connection: Connection): BlockIndex {
    const cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    return (cell === NO_CELL ? NO_BLOCK : this.#pool.ints[CELL * cell]!) as BlockIndex;
  }

  /** The number of blocks of the first span; 0 if the queue is empty. */
  firstCount(row: number, connection: Connection): number {
    const cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    return cell === NO_CELL ? 0 : this.#pool.ints[CELL * cell + COUNT]!;
  }

  /** How many of `count` blocks from `block` on are queued. */
  countOf(row: number, connection: Connection, block: BlockIndex, count: number): number {
    const cells = this.#pool.ints;
    let queued = 0;
    let cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    for (; cell !== NO_CELL; cell = cells[CELL * cell + NEXT]!) {
      queued += overlap(cells, cell, block, count);
    }
    return queued;
  }

  /** Whether any of `count` blocks from `block` on is queued. */
  hasAny(row: number, connection: Connection, block: BlockIndex, count: number): boolean {
    const cells = this.#pool.ints;
    let cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    while (cell !== NO_CELL && overlap(cells, cell, block, count) === 0) {
      cell = cells[CELL * cell + NEXT]!;
    }
    return cell !== NO_CELL;
  }

  /** Whether `predicate` holds for the first block of any span that is queued. */
  some(row: number, connection: Connection, predicate: (block: BlockIndex) => boolean): boolean {
    const cells = this.#pool.ints;
    let cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    while (cell !== NO_CELL && !predicate(cells[CELL * cell]! as BlockIndex)) {
      cell = cells[CELL * cell + NEXT]!;
    }
    return cell !== NO_CELL;
  }

  /** Appends `count` blocks of one piece from `block` on. */
  push(row: number, connection: Connection, block: BlockIndex, count: number): void {
    const at = this.#layout.firstConnection[row]! + connection;
    const cell = this.#newCell(block, count, NO_CELL);
    const ends = this.#ends;
    if (ends[2 * at] === NO_CELL) ends[2 * at] = cell;
    else this.#pool.ints[CELL * ends[2 * at + 1]! + NEXT] = cell;
    ends[2 * at + 1] = cell;
    this.#lengths[at]! += count;
  }

  /**
   * Removes the first span of a queue and returns its first block, or NO_BLOCK if the queue is
   * empty. `shiftedCount` has the number of its blocks.
   */
  shift(row: number, connection: Connection): BlockIndex {
    const at = this.#layout.firstConnection[row]! + connection;
    const cell = this.#ends[2 * at]!;
    if (cell === NO_CELL) return NO_BLOCK;
    const block = this.#pool.ints[CELL * cell]! as BlockIndex;
    this.shiftedCount = this.#pool.ints[CELL * cell + COUNT]!;
    this.#lengths[at]! -= this.shiftedCount;
    this.#unlink(at, NO_CELL, cell);
    return block;
  }

  /** Removes the first `count` blocks of a queue, which are in its first span. */
  removeFirst(row: number, connection: Connection, count: number): void {
    const at = this.#layout.firstConnection[row]! + connection;
    const cell = this.#ends[2 * at]!;
    const cells = this.#pool.ints;
    this.#lengths[at]! -= count;
    if (cells[CELL * cell + COUNT] === count) return this.#unlink(at, NO_CELL, cell);
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
    let before = NO_CELL;
    let cell = this.#ends[2 * at]!;
    let always = count;
    while (cell !== NO_CELL) {
      const cells = this.#pool.ints;
      const next = cells[CELL * cell + NEXT]!;
      const length = cells[CELL * cell + COUNT]!;
      const kept = isKept(cells[CELL * cell]! as BlockIndex) ? length : always;
      this.#lengths[at]! -= length - kept;
      cells[CELL * cell + COUNT] = kept;
      if (kept === 0) this.#unlink(at, before, cell);
      else before = cell;
      always = 0;
      cell = next;
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
    let removed = 0;
    let before = NO_CELL;
    let cell = this.#ends[2 * at]!;
    while (cell !== NO_CELL && removed < count) {
      const next = this.#pool.ints[CELL * cell + NEXT]!;
      const common = overlap(this.#pool.ints, cell, block, count);
      if (common === this.#pool.ints[CELL * cell + COUNT]!) this.#unlink(at, before, cell);
      else before = common === 0 ? cell : this.#removePart(at, cell, block, count);
      removed += common;
      cell = next;
    }
    this.#lengths[at]! -= removed;
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
    const next = this.#pool.ints[CELL * cell + NEXT]!;
    const rest = this.#newCell(removedEnd, end - removedEnd, next);
    this.#pool.ints[CELL * cell + NEXT] = rest;
    if (next === NO_CELL) this.#ends[2 * at + 1] = rest;
    return rest;
  }

  #newCell(block: number, count: number, next: number): number {
    const cell = this.#pool.take();
    const cells = this.#pool.ints;
    cells[CELL * cell] = block;
    cells[CELL * cell + COUNT] = count;
    cells[CELL * cell + NEXT] = next;
    return cell;
  }

  #unlink(at: number, before: number, cell: number): void {
    const cells = this.#pool.ints;
    const after = cells[CELL * cell + NEXT]!;
    if (before === NO_CELL) this.#ends[2 * at] = after;
    else cells[CELL * before + NEXT] = after;
    if (after === NO_CELL) this.#ends[2 * at + 1] = before;
    this.#pool.release(cell);
  }
}

/** How many of `count` blocks from `block` on are in the span of a cell. */
function overlap(cells: Int32Array, cell: number, block: number, count: number): number {
  const first = cells[CELL * cell]!;
  const end = first + cells[CELL * cell + COUNT]!;
  return Math.max(0, Math.min(end, block + count) - Math.max(first, block));
}
