/**
 * A pool of cells of equal size in one array, allocated and released by number. The linked lists
 * of all peers of a host are made of such cells. Memory is allocated only when the pool grows.
 *
 * One word of each cell holds the number of the next cell of its list. The unused cells form a
 * list as well. Cell 0 is never used and marks the end of a list.
 */

import { grown } from '@cachetorrent/std';

/** No cell: the end of a list. */
export const NO_CELL = 0;

const INITIAL_CELLS = 8;
/** The factor by which a pool grows. */
const GROWTH = 1.25;

export class CellPool {
  /** The cells, `words` each. `take` replaces the array when the pool grows. */
  ints: Int32Array;
  /** The same memory as doubles, one for every two words. */
  floats: Float64Array;
  /** The same memory as bytes. */
  bytes: Uint8Array;
  readonly #words: number;
  readonly #linkWord: number;
  /** The first of the cells that have been released. */
  #unused = NO_CELL;
  /** The first cell that has never been used: memory from there on has not been touched. */
  #fresh = 1;

  /** Creates a pool of cells of `words` words, an even number; word `linkWord` links the cells. */
  constructor(words: number, linkWord: number) {
    this.#words = words;
    this.#linkWord = linkWord;
    this.floats = new Float64Array((words / 2) * INITIAL_CELLS);
    this.ints = new Int32Array(this.floats.buffer);
    this.bytes = new Uint8Array(this.floats.buffer);
  }

  /** Allocates a cell. It still contains what its previous user has written. */
  take(): number {
    const cell = this.#unused;
    if (cell === NO_CELL) return this.#takeFresh();
    this.#unused = this.ints[this.#words * cell + this.#linkWord]!;
    return cell;
  }

  /** Returns `cell` to the pool. */
  release(cell: number): void {
    this.ints[this.#words * cell + this.#linkWord] = this.#unused;
    this.#unused = cell;
  }

  #takeFresh(): number {
    if (this.#words * this.#fresh === this.ints.length) this.#grow();
    return this.#fresh++;
  }

  #grow(): void {
    const cells = Math.ceil(GROWTH * this.#fresh);
    this.floats = grown(this.floats, (this.#words / 2) * cells);
    this.ints = new Int32Array(this.floats.buffer);
    this.bytes = new Uint8Array(this.floats.buffer);
  }
}
