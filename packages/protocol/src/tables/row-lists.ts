/**
 * A short list of integers for each peer of a host, all of them in one array. A list is a segment
 * of it; a list that outgrows its segment moves to one of the next size, and the old one is free
 * for others. An empty list has none.
 *
 *     start, length    0, 3    -, 0    4, 5                    for each row
 *     ints             7 2 9 . │ 3 8 1 1 6 . │ …               segments of 4, 6, 8, 12 … numbers
 *
 * For most peers, a list of JavaScript would take four times the memory.
 */

import { grown } from '@cachetorrent/std';

import type { RowColumn } from './connection-columns.ts';

const SIZE_CLASSES = 56;
const NO_SEGMENT = 255;
/** The factor by which the array grows. */
const GROWTH = 1.25;

export class RowLists implements RowColumn {
  /** The numbers of row r are the `length[r]` ones from `start[r]` on. All are replaced to grow. */
  ints: Int32Array = new Int32Array(0);
  start: Int32Array = new Int32Array(0);
  length: Int32Array = new Int32Array(0);
  #sizeClass = new Uint8Array(0);
  /** For each size class, the start of the first free segment, or -1. */
  readonly #free: Int32Array = new Int32Array(SIZE_CLASSES).fill(-1);
  #used = 0;

  growRows(rows: number): void {
    const before = this.start.length;
    this.start = grown(this.start, rows);
    this.length = grown(this.length, rows);
    this.#sizeClass = grown(this.#sizeClass, rows).fill(NO_SEGMENT, before);
  }

  clearRow(row: number): void {
    this.length[row] = 0;
    this.#releaseSegment(row);
  }

  /** Appends `value` to the list of a row. */
  push(row: number, value: number): void {
    const length = this.length[row]!;
    const sizeClass = this.#sizeClass[row]!;
    if (sizeClass === NO_SEGMENT || length === sizeOf(sizeClass)) this.#enlarge(row);
    this.ints[this.start[row]! + length] = value;
    this.length[row] = length + 1;
  }

  /** Inserts `value` into the list of a row, whose numbers are in ascending order. */
  insert(row: number, value: number): void {
    this.push(row, value);
    const { ints } = this;
    const start = this.start[row]!;
    let at = start + this.length[row]! - 1;
    for (; at > start && ints[at - 1]! > value; at--) ints[at] = ints[at - 1]!;
    ints[at] = value;
  }

  /** The place of the first `value` in the list of a row, at a multiple of `step`; -1 if none. */
  indexOf(row: number, value: number, step = 1): number {
    const { ints } = this;
    const start = this.start[row]!;
    const end = start + this.length[row]!;
    for (let at = start; at < end; at += step) if (ints[at] === value) return at - start;
    return -1;
  }

  /** Removes `count` numbers from place `index` on. */
  removeAt(row: number, index: number, count = 1): void {
    const start = this.start[row]!;
    const length = this.length[row]! - count;
    const { ints } = this;
    for (let at = start + index; at < start + length; at++) ints[at] = ints[at + count]!;
    this.length[row] = length;
    if (length === 0) this.#releaseSegment(row);
  }

  #enlarge(row: number): void {
    const sizeClass = this.#sizeClass[row]!;
    const larger = sizeClass === NO_SEGMENT ? 0 : sizeClass + 1;
    const to = this.#takeSegment(larger);
    if (sizeClass !== NO_SEGMENT) {
      const from = this.start[row]!;
      this.ints.copyWithin(to, from, from + sizeOf(sizeClass));
      this.#releaseSegment(row);
    }
    this.start[row] = to;
    this.#sizeClass[row] = larger;
  }

  #takeSegment(sizeClass: number): number {
    const free = this.#free[sizeClass]!;
    if (free >= 0) {
      this.#free[sizeClass] = this.ints[free]!;
      return free;
    }
    const segment = this.#used;
    this.#used += sizeOf(sizeClass);
    if (this.#used > this.ints.length) {
      const size = Math.max(this.#used, Math.ceil(GROWTH * this.ints.length));
      this.ints = grown(this.ints, size);
    }
    return segment;
  }

  #releaseSegment(row: number): void {
    const sizeClass = this.#sizeClass[row]!;
    if (sizeClass === NO_SEGMENT) return;
    const start = this.start[row]!;
    this.ints[start] = this.#free[sizeClass]!;
    this.#free[sizeClass] = start;
    this.#sizeClass[row] = NO_SEGMENT;
  }
}

/** The size of a segment of a class: twice that of two classes before. */
function sizeOf(sizeClass: number): number {
  return (sizeClass & 1) === 0 ? 4 << (sizeClass >> 1) : 6 << (sizeClass >> 1);
}
