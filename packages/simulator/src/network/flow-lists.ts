/**
 * Many short sorted lists of numbers in one pool: for each resource, the other ends of its flows.
 *
 *     entries   3 8 8 .   . . . .   1 . . .   2 4 5 6 7 9 . .
 *     start     list 0: 0   list 1: 8   list 2: 12            (4 .. 7 is free)
 *     length    list 0: 3   list 1: 1   list 2: 6
 *
 * A list is in a segment of 4, 8, 16 … entries. A list that outgrows its segment moves to one of
 * the next size. Its old segment goes to the free list of its size, linked through the first
 * entries, and so does the segment of a list that becomes empty. So nothing is allocated any more
 * once the lists have had their greatest lengths, and memory is needed for the flows that exist. A
 * list may contain a number several times.
 *
 *     used      0 2 1                     the lists that are not empty, in no particular order
 *
 * With `bounds`, each entry has a second number. Entries of a list that are equal have equal ones.
 */

import { assert, grown } from '@cachetorrent/std';

export class FlowLists {
  /** List `i` is `entries[start[i]]` and the `length[i] - 1` numbers after it, ascending. */
  entries: Int32Array;
  start: Int32Array;
  length: Int32Array;
  /** For each entry, its second number; absent if they have none. */
  bounds: Float64Array | undefined;

  /** The lists that are not empty: the first `usedCount` elements. */
  used: Int32Array;
  usedCount = 0;
  /** For each list that is not empty, its place in `used`. */
  #place: Int32Array;
  /** The size class of each list's segment, of `SMALLEST << sizeClass`; or `NO_SEGMENT`. */
  #sizeClass: Uint8Array;
  /** For each size class, the first free segment, or -1. */
  readonly #freeSegment = new Int32Array(SIZE_CLASSES).fill(-1);
  /** The start of the unused rest of the pool. */
  #unused = 0;

  constructor(listCount: number, hasBounds: boolean = false) {
    this.entries = new Int32Array(64);
    if (hasBounds) this.bounds = new Float64Array(64);
    this.start = new Int32Array(listCount);
    this.length = new Int32Array(listCount);
    this.used = new Int32Array(listCount);
    this.#place = new Int32Array(listCount);
    this.#sizeClass = new Uint8Array(listCount).fill(NO_SEGMENT);
  }

  /** Inserts `value` into `list`, again if it is there already. */
  insert(list: number, value: number, bound: number = Infinity): void {
    const length = this.length[list]!;
    const sizeClass = this.#sizeClass[list]!;
    if (length === 0) this.#use(list);
    if (sizeClass === NO_SEGMENT || length === SMALLEST << sizeClass) this.#enlarge(list);

    const start = this.start[list]!;
    let index = start + length;
    for (; index > start && this.entries[index - 1]! > value; index--) {
      this.entries[index] = this.entries[index - 1]!;
    }
    this.entries[index] = value;
    this.length[list] = length + 1;
    if (this.bounds === undefined) return;
    this.bounds.copyWithin(index + 1, index, start + length);
    this.bounds[index] = bound;
  }

  /** Removes one `value` from `list`. */
  remove(list: number, value: number): void {
    const { entries } = this;
    const start = this.start[list]!;
    const last = start + this.length[list]! - 1;
    let index = start;
    while (index <= last && entries[index] !== value) index++;
    assert(index <= last, 'only a flow that was added is removed');

    this.bounds?.copyWithin(index, index + 1, last + 1);
    for (; index < last; index++) entries[index] = entries[index + 1]!;
    this.length[list] = last - start;
    if (last === start) this.#empty(list);
  }

  /** Whether `list` contains `value`. */
  has(list: number, value: number): boolean {
    const start = this.start[list]!;
    const end = start + this.length[list]!;
    let index = start;
    while (index < end && this.entries[index] !== value) index++;
    return index < end;
  }

  /** The second number of `value` in `list`; Infinity if it has none. */
  boundOf(list: number, value: number): number {
    if (this.bounds === undefined) return Infinity;
    const start = this.start[list]!;
    const end = start + this.length[list]!;
    let index = start;
    while (index < end && this.entries[index] !== value) index++;
    assert(index < end, 'only a flow that was added has a bound');
    return this.bounds[index]!;
  }

  /** Removes all values from `list`. */
  clear(list: number): void {
    if (this.length[list] === 0) return;
    this.length[list] = 0;
    this.#empty(list);
  }

  /** Makes room for `listCount` lists in total; the new ones are empty. */
  growLists(listCount: number): void {
    const before = this.start.length;
    this.start = grown(this.start, listCount);
    this.length = grown(this.length, listCount);
    this.used = grown(this.used, listCount);
    this.#place = grown(this.#place, listCount);
    this.#sizeClass = grown(this.#sizeClass, listCount).fill(NO_SEGMENT, before);
  }

  #use(list: number): void {
    this.#place[list] = this.usedCount;
    this.used[this.usedCount++] = list;
  }

  /** A list has become empty: the last in `used` takes its place, and its segment is free. */
  #empty(list: number): void {
    const place = this.#place[list]!;
    const last = this.used[--this.usedCount]!;
    this.used[place] = last;
    this.#place[last] = place;
    this.#freeSegmentOf(list);
    this.#sizeClass[list] = NO_SEGMENT;
  }

  #freeSegmentOf(list: number): void {
    const start = this.start[list]!;
    const sizeClass = this.#sizeClass[list]!;
    this.entries[start] = this.#freeSegment[sizeClass]!;
    this.#freeSegment[sizeClass] = start;
  }

  #enlarge(list: number): void {
    const oldClass = this.#sizeClass[list]!;
    const newClass = oldClass === NO_SEGMENT ? 0 : oldClass + 1;
    const oldStart = this.start[list]!;
    const newStart = this.#takeSegment(newClass);
    if (oldClass !== NO_SEGMENT) {
      const oldEnd = oldStart + (SMALLEST << oldClass);
      this.entries.copyWithin(newStart, oldStart, oldEnd);
      this.bounds?.copyWithin(newStart, oldStart, oldEnd);
      this.#freeSegmentOf(list);
    }
    this.start[list] = newStart;
    this.#sizeClass[list] = newClass;
  }

  #takeSegment(sizeClass: number): number {
    const free = this.#freeSegment[sizeClass]!;
    if (free >= 0) {
      this.#freeSegment[sizeClass] = this.entries[free]!;
      return free;
    }

    const segment = this.#unused;
    this.#unused += SMALLEST << sizeClass;
    if (this.#unused > this.entries.length) {
      const size = Math.max(Math.ceil(GROWTH * this.entries.length), this.#unused);
      this.entries = grown(this.entries, size);
      if (this.bounds !== undefined) this.bounds = grown(this.bounds, size);
    }
    return segment;
  }
}

/** The factor by which the pool grows. */
const GROWTH = 1.25;
const SMALLEST = 4;
const SIZE_CLASSES = 28;
const NO_SEGMENT = 255;
