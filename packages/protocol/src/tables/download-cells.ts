/**
 * What a peer knows of the download on a connection while one is possible: what is under way, the
 * adjacent pieces that a fast connection gets next (`piece-choice.ts`), and the oldest request that
 * is unanswered (`unanswered.ts`). Most connections are choked at a time, and nothing is requested
 * on them, so the others have a cell of a pool each, and these none:
 *
 *     floats  early, receiveKbps, lastReceivedMs, lastBlockMs, oldestSinceMs, ·, ·
 *     ints    ·, ·, ·, ·, ·, ·, ·, ·, ·, ·, nextPiece, endPiece, oldestBlock, isOvertaken
 *
 * Cell 0 stands for no cell: all its values are 0, as those of a new one.
 */

import { grown } from '@cachetorrent/std';

import { CellPool, NO_CELL } from './cell-pool.ts';
import { type ConnectionColumn, type ConnectionLayout, moveValues } from './connection-columns.ts';

const FLOATS = 7;
const WORDS = 2 * FLOATS;

/** The doubles of a cell. How many of the received bits belong to blocks that are not complete. */
export const EARLY = 0;
/** The rate at which bits are being received, in kbit/s. */
export const RECEIVE_KBPS = 1;
/** When the last bits were received, or requested of a side of which nothing was requested. */
export const LAST_RECEIVED_MS = 2;
/** The same for the bits of a whole block: who trickles a few bits has sent none. */
export const LAST_BLOCK_MS = 3;
/** Since when the oldest request is known to be the oldest. */
export const OLDEST_SINCE_MS = 4;

/** The integers of a cell. The next of the adjacent pieces. */
export const NEXT_PIECE = 10;
/** The piece after the last of them: the same as the next if none is left. */
export const END_PIECE = 11;
/** The first block of the oldest request and 1; 0 if it is not known. */
export const OLDEST_BLOCK = 12;
/** 1 if a later request has been answered. */
export const IS_OVERTAKEN = 13;

export class DownloadCells implements ConnectionColumn {
  /** For each connection, its cell. */
  #cells = new Int32Array(0);
  readonly #pool = new CellPool(WORDS, NEXT_PIECE);

  constructor(layout: ConnectionLayout) {
    layout.addColumn(this);
  }

  grow(connections: number): void {
    this.#cells = grown(this.#cells, connections);
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.#cells, from, to, count);
  }

  clear(from: number, count: number): void {
    for (let at = from; at < from + count; at++) this.release(at);
  }

  /** Whether the connection at position `at` has a cell. */
  has(at: number): boolean {
    return this.#cells[at] !== NO_CELL;
  }

  /** A double of the connection at position `at`. */
  float(at: number, index: number): number {
    return this.#pool.floats[FLOATS * this.#cells[at]! + index]!;
  }

  /** Sets a double of a connection, which gets a cell if it has none. */
  setFloat(at: number, index: number, value: number): void {
    const cell = this.#cells[at] || this.#take(at);
    this.#pool.floats[FLOATS * cell + index] = value;
  }

  /** An integer of the connection at position `at`. */
  int(at: number, index: number): number {
    return this.#pool.ints[WORDS * this.#cells[at]! + index]!;
  }

  /** Sets an integer of a connection, which gets a cell if it has none. */
  setInt(at: number, index: number, value: number): void {
    const cell = this.#cells[at] || this.#take(at);
    this.#pool.ints[WORDS * cell + index] = value;
  }

  /** All values of a connection are 0 from now on. */
  release(at: number): void {
    const cell = this.#cells[at]!;
    if (cell === NO_CELL) return;
    this.#cells[at] = NO_CELL;
    this.#pool.release(cell);
  }

  #take(at: number): number {
    const cell = this.#pool.take();
    this.#cells[at] = cell;
    this.#pool.ints.fill(0, WORDS * cell, WORDS * (cell + 1));
    return cell;
  }
}
