/**
 * Cells of one size in one array, taken and given back by number: what lists of all peers of a
 * host are made of. Nothing is allocated but to grow.
 *
 * A word of each cell links it to another, by which whoever holds cells makes lists of them; those
 * that nobody holds form a list as well. Cell 0 is none.
 */

import { grown } from './connection-columns.ts';

/** No cell: the end of a list. */
export const NO_CELL = 0;

const CELLS_MIN = 8;

export class CellPool {
  /** The cells, `words` each; replaced by `take` when the pool grows. */
  ints: Int32Array;
  /** The same memory, a fraction for two words. */
  floats: Float64Array;
  readonly #words: number;
  readonly #link: number;
  #unused = NO_CELL;

  /** For cells of so many words, an even number; word `link` links them. */
  constructor(words: number, link: number) {
    this.#words = words;
    this.#link = link;
    this.floats = new Float64Array((words / 2) * CELLS_MIN);
    this.ints = new Int32Array(this.floats.buffer);
    this.#free(1, CELLS_MIN);
  }

  /** A cell that nobody holds; what is in it is what was there before. */
  take(): number {
    if (this.#unused === NO_CELL) this.#grow();
    const cell = this.#unused;
    this.#unused = this.ints[this.#words * cell + this.#link]!;
    return cell;
  }

  /** Nobody holds `cell` any more. */
  release(cell: number): void {
    this.ints[this.#words * cell + this.#link] = this.#unused;
    this.#unused = cell;
  }

  #grow(): void {
    const count = this.ints.length / this.#words;
    this.floats = grown(this.floats, new Float64Array(2 * this.floats.length));
    this.ints = new Int32Array(this.floats.buffer);
    this.#free(count, 2 * count);
  }

  /** Cells from `first` to `end` are held by nobody. */
  #free(first: number, end: number): void {
    for (let cell = end - 1; cell >= first; cell--) this.release(cell);
  }
}
