/**
 * The events of one day of the calendar, in order: by time, then by `order`.
 *
 *     stack   e e e e e     the earliest last, so that it is taken off the end
 *     heap    {e e e}       what would have to move more than a few of the stack
 *
 * A list that comes newest first has events of one instant in the very order in which they are
 * stacked. A day in any other order, or one that gets more while it passes, falls back on the heap.
 * So nothing is worse than a heap, however many events share an instant.
 */

import { SlotHeap } from './slot-heap.ts';

/** An event that would move more than so many others goes to the heap. */
const SHIFT_MAX = 16;

export class Today {
  #times: Float64Array;
  #stack = new Int32Array(64);
  #stackSize = 0;
  readonly #heap: SlotHeap;

  constructor(times: Float64Array) {
    this.#times = times;
    this.#heap = new SlotHeap(times);
  }

  /** The queue's own: the time of a slot is at 4 · slot, its order beside it. */
  set times(times: Float64Array) {
    this.#times = times;
    this.#heap.times = times;
  }

  get isEmpty(): boolean {
    return this.#stackSize === 0 && this.#heap.size === 0;
  }

  /** A time among the arguments would be allocated wherever the call is not inlined. */
  push(slot: number): void {
    const times = this.#times;
    const atMs = times[slot * 4]!;
    const stack = this.#stack;
    const order = times[slot * 4 + 1]!;
    const size = this.#stackSize;
    const last = size > SHIFT_MAX ? size - SHIFT_MAX : 0;
    let place = size;
    while (place > last) {
      const other = stack[place - 1]! * 4;
      const otherMs = times[other]!;
      if (atMs < otherMs || (atMs === otherMs && order < times[other + 1]!)) break;
      place--;
    }
    if (place === last && last > 0) return this.#heap.push(slot);

    if (size === stack.length) this.#grow();
    const roomy = this.#stack;
    for (let i = size; i > place; i--) roomy[i] = roomy[i - 1]!;
    roomy[place] = slot;
    this.#stackSize = size + 1;
  }

  /** Takes the first slot, if it is before `endMs`; else returns 0. Not to be asked when empty. */
  takeBefore(endMs: number): number {
    const size = this.#stackSize;
    const slot = size > 0 ? this.#stack[size - 1]! : 0;
    if (this.#heap.size > 0 && (size === 0 || this.#heap.isBefore(this.#heap.first, slot))) {
      const first = this.#heap.first;
      if (this.#times[first * 4]! >= endMs) return 0;
      this.#heap.pop();
      return first;
    }
    if (this.#times[slot * 4]! >= endMs) return 0;
    this.#stackSize = size - 1;
    return slot;
  }

  /** When the first event happens; Infinity where there is none. */
  nextAtMs(): number {
    const size = this.#stackSize;
    const stackMs = size > 0 ? this.#times[this.#stack[size - 1]! * 4]! : Infinity;
    return this.#heap.size > 0 ? Math.min(stackMs, this.#times[this.#heap.first * 4]!) : stackMs;
  }

  /** Takes all slots out, into the list of `next` before `live`. Returns the first of it. */
  drainInto(next: Int32Array, live: number): number {
    let first = live;
    for (let place = 0; place < this.#stackSize; place++) {
      next[this.#stack[place]!] = first;
      first = this.#stack[place]!;
    }
    this.#stackSize = 0;
    while (this.#heap.size > 0) {
      const slot = this.#heap.takeLast();
      next[slot] = first;
      first = slot;
    }
    return first;
  }

  #grow(): void {
    const longer = new Int32Array(this.#stack.length * 2);
    longer.set(this.#stack);
    this.#stack = longer;
  }
}
