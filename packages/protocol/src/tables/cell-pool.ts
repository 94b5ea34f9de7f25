/**
 * A pool of cells of equal size in one array, allocated and released by number. The linked lists
 * of all peers of a host are made of such cells. Memory is allocated only when the pool grows.
 *
 * One word of each cell holds the number of the next cell of its list. The unused cells form a
 * list as well. Cell 0 is never used and marks the end of a list.
 */

import { grown } from './connection-columns.ts';

/** No cell: the end of a list. */
export const NO_CELL = 0;

const INITIAL_CELLS = 8;
/** The factor by which a pool grows. */
const GROWTH = 1.125;

export class CellPool {
  /** The cells, `words` each. `take` replaces the array when the pool grows. */
  ints: Int32Array;
  /** The same memory as doubles, one for every two words. */
  floats: Float64Array;
  /** The same memory as bytes. */
  bytes: Uint8Array;
  readonly #words: number;
  readonly #linkWord: number;
  #unused = NO_CELL;

  /** Creates a pool of cells of `words` words, an even number; word `linkWord` links the cells. */
  constructor(words: number, linkWord: number) {
    this.#words = words;
    this.#linkWord = linkWord;
    this.floats = new Float64Array((words / 2) * INITIAL_CELLS);
    this.ints = new Int32Array(this.floats.buffer);
    this.bytes = new Uint8Array(this.floats.buffer);
    this.#addUnused(1, INITIAL_CELLS);
  }

  /** Allocates a cell. It still contains what its previous user has written. */
  take(): number {
    if (this.#unused === NO_CELL) this.#grow();
    const cell = this.#unused;
    this.#unused = this.ints[this.#words * cell + this.#linkWord]!;
    return cell;
  }

  /** Returns `cell` to the pool. */
  release(cell: number): void {
    this.ints[this.#words * cell + this.#linkWord] = this.#unused;
    this.#unused = cell;
  }

  #grow(): void {
    const count = this.ints.length / this.#words;
    const larger = Math.ceil(GROWTH * count);
    this.floats = grown(this.floats, new Float64Array((this.#words / 2) * larger));
    this.ints = new Int32Array(this.floats.buffer);
    this.bytes = new Uint8Array(this.floats.buffer);
    this.#addUnused(count, larger);
  }

  /** Adds the cells from `first` to `end - 1` to the list of unused cells. */
  #addUnused(first: number, end: number): void {
    for (let cell = end - 1; cell >= first; cell--) this.release(cell);
  }
}
