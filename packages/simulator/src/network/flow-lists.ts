/**
 * Many short sorted lists of numbers in one pool: for each resource, the other ends of its flows.
 *
 *     entries   3 8 8 .   . . . .   1 . . .   2 4 5 6 7 9 . .
 *     start     list 0: 0   list 1: 8   list 2: 12            (4 .. 7 is free)
 *     length    list 0: 3   list 1: 1   list 2: 6
 *
 * A list lives in a block of 4, 8, 16 … places. One that outgrows its block moves to the next
 * size, and the block that it leaves waits for another list in a chain of free blocks of its
 * size, linked through their first places. So once the lists have had their greatest lengths,
 * nothing is allocated. A number may stand in a list several times.
 */

import { assert } from '@cachetorrent/std';

export class FlowLists {
  /** List `i` is `entries[start[i]]` and the `length[i] - 1` numbers after it, ascending. */
  entries: Int32Array;
  readonly start: Int32Array;
  readonly length: Int32Array;

  /** For each list, the size of its block: `SMALLEST << sizeClass`; `NO_BLOCK` before its first. */
  readonly #sizeClass: Uint8Array;
  /** For each size, the first free block, or -1. */
  readonly #freeBlock = new Int32Array(SIZE_CLASSES).fill(-1);
  /** Where the part of the pool begins that has never been used. */
  #unused = 0;

  constructor(listCount: number) {
    this.entries = new Int32Array(Math.max(64, 8 * listCount));
    this.start = new Int32Array(listCount);
    this.length = new Int32Array(listCount);
    this.#sizeClass = new Uint8Array(listCount).fill(NO_BLOCK);
  }

  /** Puts `value` into `list`, once more if it is there. */
  insert(list: number, value: number): void {
    const length = this.length[list]!;
    const sizeClass = this.#sizeClass[list]!;
    if (sizeClass === NO_BLOCK || length === SMALLEST << sizeClass) this.#enlarge(list);

    const start = this.start[list]!;
    let place = start + length;
    for (; place > start && this.entries[place - 1]! > value; place--) {
      this.entries[place] = this.entries[place - 1]!;
    }
    this.entries[place] = value;
    this.length[list] = length + 1;
  }

  /** Takes `value` out of `list`, once. */
  remove(list: number, value: number): void {
    const { entries } = this;
    const start = this.start[list]!;
    const last = start + this.length[list]! - 1;
    let place = start;
    while (place <= last && entries[place] !== value) place++;
    assert(place <= last, 'only a flow that was opened is closed');

    for (; place < last; place++) entries[place] = entries[place + 1]!;
    this.length[list] = last - start;
  }

  #enlarge(list: number): void {
    const oldClass = this.#sizeClass[list]!;
    const newClass = oldClass === NO_BLOCK ? 0 : oldClass + 1;
    const oldStart = this.start[list]!;
    const newStart = this.#takeBlock(newClass);
    if (oldClass !== NO_BLOCK) {
      this.entries.copyWithin(newStart, oldStart, oldStart + (SMALLEST << oldClass));
      this.entries[oldStart] = this.#freeBlock[oldClass]!;
      this.#freeBlock[oldClass] = oldStart;
    }
    this.start[list] = newStart;
    this.#sizeClass[list] = newClass;
  }

  #takeBlock(sizeClass: number): number {
    const free = this.#freeBlock[sizeClass]!;
    if (free >= 0) {
      this.#freeBlock[sizeClass] = this.entries[free]!;
      return free;
    }

    const block = this.#unused;
    this.#unused += SMALLEST << sizeClass;
    if (this.#unused > this.entries.length) {
      const larger = new Int32Array(Math.max(2 * this.entries.length, this.#unused));
      larger.set(this.entries);
      this.entries = larger;
    }
    return block;
  }
}

const SMALLEST = 4;
const SIZE_CLASSES = 28;
const NO_BLOCK = 255;
