/**
 * A queue of pieces for each connection: what has been asked for, or what waits to be sent.
 *
 * The queues are linked lists in one pool of cells, which all peers of a host share, so that what
 * is paid for is what is queued and not what could be:
 *
 *     ends    head, tail       2 numbers to a connection    7, 2
 *     cells   piece, next      2 numbers to a cell          7: 17, 2 ──▶ 2: 3, 0
 *
 * Cell 0 is none, so a queue of zeros is empty (`cell-pool.ts`).
 */

import { CellPool, NO_CELL } from './cell-pool.ts';
import { type ConnectionLayout, type ConnectionColumn, grown } from './connection-columns.ts';
import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';

export class PieceQueues implements ConnectionColumn {
  readonly #layout: ConnectionLayout;
  #ends = new Int32Array(0);
  #lengths = new Uint16Array(0);
  readonly #pool = new CellPool(2, 1);

  constructor(blocks: ConnectionLayout) {
    this.#layout = blocks;
    blocks.addColumn(this);
  }

  grow(connections: number): void {
    this.#ends = grown(this.#ends, new Int32Array(2 * connections));
    this.#lengths = grown(this.#lengths, new Uint16Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.#ends.copyWithin(2 * to, 2 * from, 2 * (from + count));
    this.#lengths.copyWithin(to, from, from + count);
  }

  lengthOf(row: number, on: Connection): number {
    return this.#lengths[this.#layout.firstConnection[row]! + on]!;
  }

  /** The piece that came first; NO_PIECE where the queue is empty. */
  first(row: number, on: Connection): PieceIndex {
    const cell = this.#ends[2 * (this.#layout.firstConnection[row]! + on)]!;
    return (cell === NO_CELL ? NO_PIECE : this.#pool.ints[2 * cell]!) as PieceIndex;
  }

  has(row: number, on: Connection, piece: PieceIndex): boolean {
    const cells = this.#pool.ints;
    let cell = this.#ends[2 * (this.#layout.firstConnection[row]! + on)]!;
    while (cell !== NO_CELL && cells[2 * cell] !== piece) cell = cells[2 * cell + 1]!;
    return cell !== NO_CELL;
  }

  push(row: number, on: Connection, piece: PieceIndex): void {
    const at = this.#layout.firstConnection[row]! + on;
    const cell = this.#pool.take();
    const cells = this.#pool.ints;
    const ends = this.#ends;
    cells[2 * cell] = piece;
    cells[2 * cell + 1] = NO_CELL;
    if (ends[2 * at] === NO_CELL) ends[2 * at] = cell;
    else cells[2 * ends[2 * at + 1]! + 1] = cell;
    ends[2 * at + 1] = cell;
    this.#lengths[at]!++;
  }

  /** Takes out the piece that came first; NO_PIECE where the queue is empty. */
  shift(row: number, on: Connection): PieceIndex {
    const at = this.#layout.firstConnection[row]! + on;
    const cell = this.#ends[2 * at]!;
    if (cell === NO_CELL) return NO_PIECE;
    const piece = this.#pool.ints[2 * cell]! as PieceIndex;
    this.#unlink(at, NO_CELL, cell);
    return piece;
  }

  /** Takes out the first occurrence of `piece`; returns false where it is not queued. */
  remove(row: number, on: Connection, piece: PieceIndex): boolean {
    const at = this.#layout.firstConnection[row]! + on;
    const cells = this.#pool.ints;
    let before = NO_CELL;
    for (let cell = this.#ends[2 * at]!; cell !== NO_CELL; cell = cells[2 * cell + 1]!) {
      if (cells[2 * cell] === piece) {
        this.#unlink(at, before, cell);
        return true;
      }
      before = cell;
    }
    return false;
  }

  #unlink(at: number, before: number, cell: number): void {
    const cells = this.#pool.ints;
    const after = cells[2 * cell + 1]!;
    if (before === NO_CELL) this.#ends[2 * at] = after;
    else cells[2 * before + 1] = after;
    if (after === NO_CELL) this.#ends[2 * at + 1] = before;
    this.#lengths[at]!--;
    this.#pool.release(cell);
  }
}
