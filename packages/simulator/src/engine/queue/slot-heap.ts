/**
 * A binary heap of the slots of an event queue: no slot comes before its parent, the parent of
 * place n being (n - 1) / 2. A slot's time and order lie at 4 · slot and 4 · slot + 1 of `times`.
 */

export class SlotHeap {
  /** The queue's own; set anew when that grows. */
  times: Float64Array;
  size = 0;
  #slots = new Int32Array(16);

  constructor(times: Float64Array) {
    this.times = times;
  }

  /** The earliest slot. Only of a heap that is not empty. */
  get first(): number {
    return this.#slots[0]!;
  }

  push(slot: number): void {
    if (this.size === this.#slots.length) {
      const longer = new Int32Array(this.size * 2);
      longer.set(this.#slots);
      this.#slots = longer;
    }
    const slots = this.#slots;
    let place = this.size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isBefore(slot, slots[parent]!)) break;
      slots[place] = slots[parent]!;
      place = parent;
    }
    slots[place] = slot;
  }

  /** Takes out the earliest slot. */
  pop(): void {
    const slots = this.#slots;
    const size = --this.size;
    const slot = slots[size]!;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && this.isBefore(slots[child + 1]!, slots[child]!)) child++;
      if (!this.isBefore(slots[child]!, slot)) break;
      slots[place] = slots[child]!;
      place = child;
    }
    slots[place] = slot;
  }

  /** Takes out any slot: what is left is a heap. */
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
