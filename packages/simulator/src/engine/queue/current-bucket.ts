/**
 * The events of the current day of the calendar queue, sorted by time, then by `order`.
 *
 *     stack      e e e e e     the earliest last, so that popping removes the end
 *     deferred   e e e         events whose insertion would move more than a few of the stack
 *     heap       {e e e}       deferred events, if they are few
 *
 * A bucket lists its newest events first, so events of the same time come in just the order of the
 * stack. A burst of others, for example all messages that arrive when a window begins, is sorted
 * separately and merged into the stack once, before the next pop. A few single events go to the
 * heap. So no case costs more than a heap would, however many events have the same time.
 */

import { grown } from '@cachetorrent/std';

import { SlotHeap } from './slot-heap.ts';

/** An event whose insertion would move more than this number of others is deferred. */
const SHIFT_MAX = 16;
/** Deferred events are merged if the stack is at most this number of times as large. */
const MERGE_MAX = 8;

export class CurrentBucket {
  #times: Float64Array;
  #stack = new Int32Array(64);
  #stackSize = 0;
  readonly #deferred: number[] = [];
  readonly #heap: SlotHeap;

  constructor(times: Float64Array) {
    this.#times = times;
    this.#heap = new SlotHeap(times);
  }

  /** The array of the queue: the time of a slot is at 4 · slot, and its order after it. */
  set times(times: Float64Array) {
    this.#times = times;
    this.#heap.times = times;
  }

  get isEmpty(): boolean {
    return this.#stackSize === 0 && this.#heap.size === 0 && this.#deferred.length === 0;
  }

  /** Has no time argument: a float would be allocated wherever the call is not inlined. */
  push(slot: number): void {
    const stack = this.#stack;
    const size = this.#stackSize;
    const heap = this.#heap;
    if (size > SHIFT_MAX && heap.isBefore(stack[size - SHIFT_MAX]!, slot)) {
      this.#deferred.push(slot);
      return;
    }
    let index = size;
    while (index > 0 && heap.isBefore(stack[index - 1]!, slot)) index--;

    if (size === stack.length) this.#growTo(size + 1);
    const grown = this.#stack;
    for (let i = size; i > index; i--) grown[i] = grown[i - 1]!;
    grown[index] = slot;
    this.#stackSize = size + 1;
  }

  /** Removes and returns the first slot; 0 if it is not before `endMs`. Must not be empty. */
  popBefore(endMs: number): number {
    if (this.#deferred.length > 0) this.#insertDeferred();
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

  /** Returns the time of the first event; Infinity if there is none. */
  nextAtMs(): number {
    if (this.#deferred.length > 0) this.#insertDeferred();
    const size = this.#stackSize;
    const stackMs = size > 0 ? this.#times[this.#stack[size - 1]! * 4]! : Infinity;
    return this.#heap.size > 0 ? Math.min(stackMs, this.#times[this.#heap.first * 4]!) : stackMs;
  }

  /**
   * Removes all slots, and puts them before `list`, linked by `next`. Returns the new first one.
   */
  drainInto(next: Int32Array, list: number): number {
    this.#insertDeferred();
    let first = list;
    for (let i = 0; i < this.#stackSize; i++) {
      next[this.#stack[i]!] = first;
      first = this.#stack[i]!;
    }
    this.#stackSize = 0;
    while (this.#heap.size > 0) {
      const slot = this.#heap.takeLast();
      next[slot] = first;
      first = slot;
    }
    return first;
  }

  /** Moves the deferred events to the stack or to the heap. */
  #insertDeferred(): void {
    const deferred = this.#deferred;
    if (this.#stackSize > MERGE_MAX * deferred.length) {
      for (let i = 0; i < deferred.length; i++) this.#heap.push(deferred[i]!);
    } else {
      // Messages arrive as a few sorted runs, and `sort` merges runs in almost linear time.
      deferred.sort(this.#compare);
      this.#merge(deferred);
    }
    deferred.length = 0;
  }

  /** Merges sorted slots into the stack, from its end. */
  #merge(slots: readonly number[]): void {
    const size = this.#stackSize + slots.length;
    if (size > this.#stack.length) this.#growTo(size);
    const stack = this.#stack;
    let old = this.#stackSize - 1;
    let index = size - 1;
    for (let i = 0; i < slots.length; index--) {
      const slot = slots[i]!;
      if (old >= 0 && this.#heap.isBefore(stack[old]!, slot)) {
        stack[index] = stack[old--]!;
      } else {
        stack[index] = slot;
        i++;
      }
    }
    this.#stackSize = size;
  }

  readonly #compare = (slot: number, other: number): number =>
    this.#heap.isBefore(slot, other) ? -1 : 1;

  #growTo(size: number): void {
    this.#stack = grown(this.#stack, Math.max(size, this.#stack.length * 2));
  }
}
