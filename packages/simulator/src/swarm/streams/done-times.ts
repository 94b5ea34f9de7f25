/** Until when each AS has sent all: what is before the least of these times can be merged. */

import { assert } from '@cachetorrent/std';

export class DoneTimes {
  readonly #doneUntilMs: Float64Array;
  /** The AS that is furthest behind. */
  #last = 0;

  constructor(asCount: number) {
    this.#doneUntilMs = new Float64Array(asCount);
  }

  /** The time until which all AS have sent everything; Infinity if they have ended. */
  get leastMs(): number {
    return this.#doneUntilMs[this.#last]!;
  }

  /** An AS has sent everything until `doneUntilMs`. Returns the time until which it had before. */
  advance(asId: number, doneUntilMs: number): number {
    const beforeMs = this.#doneUntilMs[asId]!;
    assert(doneUntilMs >= beforeMs, 'time does not run backwards');
    this.#doneUntilMs[asId] = doneUntilMs;
    if (asId === this.#last) this.#findLast(beforeMs);
    return beforeMs;
  }

  /** The last AS has advanced from `beforeMs`: finds the one that is the last now. */
  #findLast(beforeMs: number): void {
    const times = this.#doneUntilMs;
    const start = this.#last;
    for (let i = 1; i < times.length; i++) {
      const asId = (start + i) % times.length;
      if (times[asId]! < times[this.#last]!) this.#last = asId;
      if (times[asId] === beforeMs) return;
    }
  }
}
