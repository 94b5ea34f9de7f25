/**
 * Chris Doty-Humphrey's small fast chaotic generator with 32-bit words (PractRand, 2010): three
 * words that are mixed, and a counter that makes every cycle at least 2^32 numbers long.
 *
 * The words are signed integers, which V8 stores in the object itself. The fields are initialized
 * with integers because a field that is undefined at first makes the generator three times slower.
 */

import { assert } from './assert.ts';
import type { Random } from './random.ts';

/** The numbers that are discarded at first, until every bit depends on every word of the seed. */
const WARM_UP = 12;

const TWO_16 = 0x1_0000;
const TWO_32 = 0x1_0000_0000;

/** A small fast generator of 32-bit words. `seededRandom` creates one from a key. */
export class Sfc32 implements Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 0;

  /** The arguments are the words of the seed, of which the lowest 32 bits are used. */
  constructor(a: number, b: number, c: number, counter: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#counter = counter | 0;
    for (let i = 0; i < WARM_UP; i++) this.#next();
  }

  /**
   * A uniform integer in [0, `bound`). `bound` is an integer from 1 to 2^32.
   *
   * This is Lemire's method (2019): the result is the product of a 32-bit number and `bound`,
   * without the lowest 32 bits. If these bits are so small that some results would be more probable
   * than others, another number is drawn.
   *
   * @throws {Error} `bound` is not such an integer.
   */
  below(bound: number): number {
    assert(Number.isInteger(bound) && bound >= 1 && bound <= TWO_32, 'a bound is from 1 to 2^32');
    for (;;) {
      const word = this.#next();
      // In two halves, because the whole product does not fit into a double.
      const low = (word & 0xffff) * bound;
      const high = (word >>> 16) * bound + Math.floor(low / TWO_16);
      const result = Math.floor(high / TWO_16);
      const rest = (high - result * TWO_16) * TWO_16 + (low % TWO_16);
      if (rest >= bound || rest >= TWO_32 % bound) return result;
    }
  }

  unit(): number {
    return (this.#next() >>> 0) / TWO_32;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }
}
