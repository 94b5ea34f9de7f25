/**
 * A queue of pieces for each connection: the outstanding requests, or the pieces to send.
 *
 * The queues are linked lists in one pool of cells, which all peers of a host share, so that
 * memory is needed for queued pieces only, and not for every piece that could be queued:
 *
 *     ends    head, tail       2 numbers per connection    7, 2
 *     cells   piece, next      2 numbers per cell          7: 17, 2 ──▶ 2: 3, 0
 *
 * Cell 0 marks the end of a list, so a queue whose ends are 0 is empty (`cell-pool.ts`).
 */

import { CellPool, NO_CELL } from './cell-pool.ts';
import { type ConnectionLayout, type ConnectionColumn, grown } from './connection-columns.ts';
import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';

export class PieceQueues implements ConnectionColumn {
  readonly #layout: ConnectionLayout;
  #ends = new Int32Array(0);
  #lengths = new Uint16Array(0);
  readonly #pool = new CellPool(2, 1);

  constructor(layout: ConnectionLayout) {
    this.#layout = layout;
    layout.addColumn(this);
  }

  grow(connections: number): void {
    this.#ends = grown(this.#ends, new Int32Array(2 * connections));
    this.#lengths = grown(this.#lengths, new Uint16Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.#ends.copyWithin(2 * to, 2 * from, 2 * (from + count));
    this.#lengths.copyWithin(to, from, from + count);
  }

  lengthOf(row: number, connection: Connection): number {
    return this.#lengths[this.#layout.firstConnection[row]! + connection]!;
  }

  /** The first piece of a queue; NO_PIECE if it is empty. */
  first(row: number, connection: Connection): PieceIndex {
    const cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    return (cell === NO_CELL ? NO_PIECE : this.#pool.ints[2 * cell]!) as PieceIndex;
  }

  has(row: number, connection: Connection, piece: PieceIndex): boolean {
    const cells = this.#pool.ints;
    let cell = this.#ends[2 * (this.#layout.firstConnection[row]! + connection)]!;
    while (cell !== NO_CELL && cells[2 * cell] !== piece) cell = cells[2 * cell + 1]!;
    return cell !== NO_CELL;
  }

  push(row: number, connection: Connection, piece: PieceIndex): void {
    const at = this.#layout.firstConnection[row]! + connection;
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

  /** Removes the first piece of a queue and returns it; NO_PIECE if the queue is empty. */
  shift(row: number, connection: Connection): PieceIndex {
    const at = this.#layout.firstConnection[row]! + connection;
    const cell = this.#ends[2 * at]!;
    if (cell === NO_CELL) return NO_PIECE;
    const piece = this.#pool.ints[2 * cell]! as PieceIndex;
    this.#unlink(at, NO_CELL, cell);
    return piece;
  }

  /** Removes the first occurrence of `piece`; returns false if it is not queued. */
  remove(row: number, connection: Connection, piece: PieceIndex): boolean {
    const at = this.#layout.firstConnection[row]! + connection;
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
