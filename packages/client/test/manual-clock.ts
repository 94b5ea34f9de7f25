/** A clock that a test advances: time passes only in `advance`, and timers fire there. */

import type { CancelTimer, Clock } from '../src/clock.ts';

interface Timer {
  dueMs: number;
  readonly intervalMs: number | undefined;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    return this.#add({ dueMs: this.#nowMs + delayMs, intervalMs: undefined, callback });
  }

  every(intervalMs: number, callback: () => void): CancelTimer {
    return this.#add({ dueMs: this.#nowMs + intervalMs, intervalMs, callback });
  }

  /** The times from now until each timer fires, in ascending order. */
  get delaysMs(): readonly number[] {
    return [...this.#timers].map(({ dueMs }) => dueMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Lets time pass, and fires the timers that become due, in the order of their times. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#nowMs = timer.dueMs;
      if (timer.intervalMs === undefined) this.#timers.delete(timer);
      else timer.dueMs += timer.intervalMs;
      timer.callback();
    }
    this.#nowMs = endMs;
  }

  #add(timer: Timer): CancelTimer {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #next(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
