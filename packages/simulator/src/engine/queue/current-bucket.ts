/**
 * The events of one day of the calendar, in order: by time, then by `order`.
 *
 *     stack   e e e e e     the earliest last, so that it is taken off the end
 *     late    e e e         what would have to move more than a few of the stack
 *     heap    {e e e}       what came late in small numbers
 *
 * A list that comes newest first has events of one instant in the very order in which they are
 * stacked. A burst of others, say of all mail that arrives at the instant at which a window begins,
 * is sorted by itself and merged into the stack, once, before the next is taken; single ones go to
 * the heap. So nothing is worse than a heap, however many events share an instant.
 */

import { SlotHeap } from './slot-heap.ts';

/** An event that would move more than so many others is late. */
const SHIFT_MAX = 16;
/** Merging is worth it where the stack is at most so many times as large as what came late. */
const MERGE_MAX = 8;

export class CurrentBucket {
  #times: Float64Array;
  #stack = new Int32Array(64);
  #stackSize = 0;
  readonly #late: number[] = [];
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
    return this.#stackSize === 0 && this.#heap.size === 0 && this.#late.length === 0;
  }

  /** A time among the arguments would be allocated wherever the call is not inlined. */
  push(slot: number): void {
    const stack = this.#stack;
    const size = this.#stackSize;
    const heap = this.#heap;
    if (size > SHIFT_MAX && heap.isBefore(stack[size - SHIFT_MAX]!, slot)) {
      this.#late.push(slot);
      return;
    }
    let place = size;
    while (place > 0 && heap.isBefore(stack[place - 1]!, slot)) place--;

    if (size === stack.length) this.#growTo(size + 1);
    const roomy = this.#stack;
    for (let i = size; i > place; i--) roomy[i] = roomy[i - 1]!;
    roomy[place] = slot;
    this.#stackSize = size + 1;
  }

  /** Takes the first slot, if it is before `endMs`; else returns 0. Not to be asked when empty. */
  takeBefore(endMs: number): number {
    if (this.#late.length > 0) this.#settle();
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
    if (this.#late.length > 0) this.#settle();
    const size = this.#stackSize;
    const stackMs = size > 0 ? this.#times[this.#stack[size - 1]! * 4]! : Infinity;
    return this.#heap.size > 0 ? Math.min(stackMs, this.#times[this.#heap.first * 4]!) : stackMs;
  }

  /** Takes all slots out, into the list of `next` before `live`. Returns the first of it. */
  drainInto(next: Int32Array, live: number): number {
    this.#settle();
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

  /** Puts what came late where it belongs. */
  #settle(): void {
    const late = this.#late;
    if (this.#stackSize > MERGE_MAX * late.length) {
      for (let i = 0; i < late.length; i++) this.#heap.push(late[i]!);
    } else {
      // Made of few runs that are in order, as mail is, it is sorted in little more than a look.
      late.sort(this.#inOrder);
      this.#merge(late);
    }
    late.length = 0;
  }

  /** Merges slots that are in order into the stack, from its end. */
  #merge(slots: readonly number[]): void {
    const size = this.#stackSize + slots.length;
    if (size > this.#stack.length) this.#growTo(size);
    const stack = this.#stack;
    let old = this.#stackSize - 1;
    let place = size - 1;
    for (let i = 0; i < slots.length; place--) {
      const slot = slots[i]!;
      if (old >= 0 && this.#heap.isBefore(stack[old]!, slot)) {
        stack[place] = stack[old--]!;
      } else {
        stack[place] = slot;
        i++;
      }
    }
    this.#stackSize = size;
  }

  readonly #inOrder = (slot: number, other: number): number =>
    this.#heap.isBefore(slot, other) ? -1 : 1;

  #growTo(size: number): void {
    const longer = new Int32Array(Math.max(size, this.#stack.length * 2));
    longer.set(this.#stack);
    this.#stack = longer;
  }
}
