/**
 * Many lists of records in one array, each a stretch of it: thousands of lists that are read from
 * end to end, and seldom get longer.
 *
 * Who holds a list keeps where it begins and how many records it has. A list has room for a power
 * of two, and one that outgrows it moves to the end; what it leaves behind is less than it takes.
 */

import { grown } from '@cachetorrent/protocol';

const GROWTH = 1.25;

export class ListPool {
  /** The records; replaced when the pool grows: do not keep it over calls of `extend`. */
  ints: Int32Array;
  /** The same memory, for fractions. */
  floats: Float32Array;
  readonly #words: number;
  #used = 0;

  /** For records of so many words. */
  constructor(words: number) {
    this.#words = words;
    this.ints = new Int32Array(16 * words);
    this.floats = new Float32Array(this.ints.buffer);
  }

  /**
   * Makes room behind the `count` records that begin at word `start`, for one more. Returns where
   * the list begins now. Any `start` will do for a list that has none.
   */
  extend(start: number, count: number): number {
    const isFull = (count & (count - 1)) === 0;
    if (!isFull) return start;
    const moved = this.#used;
    this.#used += this.#words * Math.max(1, 2 * count);
    if (this.#used > this.ints.length) this.#grow();
    this.ints.copyWithin(moved, start, start + this.#words * count);
    return moved;
  }

  #grow(): void {
    const capacity = Math.max(this.#used, Math.ceil(GROWTH * this.ints.length));
    this.ints = grown(this.ints, new Int32Array(capacity));
    this.floats = new Float32Array(this.ints.buffer);
  }
}
