/**
 * A binary heap of the slots of an event queue: no slot is before its parent, and the parent of
 * index n is ⌊(n - 1) / 2⌋. The time and order of a slot are at 4 · slot and 4 · slot + 1 of
 * `times`.
 */

import { grown } from '@cachetorrent/std';

export class SlotHeap {
  /** The array of the queue, which reindexs it when it grows. */
  times: Float64Array;
  size = 0;
  #slots = new Int32Array(16);

  constructor(times: Float64Array) {
    this.times = times;
  }

  /** The earliest slot. The heap must not be empty. */
  get first(): number {
    return this.#slots[0]!;
  }

  push(slot: number): void {
    if (this.size === this.#slots.length) {
      this.#slots = grown(this.#slots, this.size * 2);
    }
    const slots = this.#slots;
    let index = this.size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.isBefore(slot, slots[parent]!)) break;
      slots[index] = slots[parent]!;
      index = parent;
    }
    slots[index] = slot;
  }

  /** Removes the earliest slot. */
  pop(): void {
    const slots = this.#slots;
    const size = --this.size;
    const slot = slots[size]!;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && this.isBefore(slots[child + 1]!, slots[child]!)) child++;
      if (!this.isBefore(slots[child]!, slot)) break;
      slots[index] = slots[child]!;
      index = child;
    }
    slots[index] = slot;
  }

  /** Removes and returns some slot; the rest remains a heap. */
  takeLast(): number {
    return this.#slots[--this.size]!;
  }

  isBefore(slot: number, other: number): boolean {
    const times = this.times;
    const atMs = times[slot * 4]!;
    const otherMs = times[other * 4]!;
    return atMs < otherMs || (atMs === otherMs && times[slot * 4 + 1]! < times[other * 4 + 1]!);
  }
}
