/**
 * Measures how long each actor of a worker is busy in each window and each synchronization round.
 * The scaling tools compute speed-ups from it. This is the only file of the engine that reads a
 * clock, and only if a run asks for it; no simulated value depends on it.
 */

import type { ActorId } from '../behaviour.ts';

/** The busy times of one worker. All workers take the same steps, so their rows correspond. */
export interface BusyTimesReport {
  /** The actors of the worker: the columns of `busyMs`. */
  readonly actors: readonly ActorId[];
  /** For each step, whether it was a synchronization round. */
  readonly isRound: Uint8Array;
  /** For each step, the busy time of each of `actors`, in ms; one row per step. */
  readonly busyMs: Float32Array;
  /** The time from the first step to the end of the last, in ms. */
  readonly loopMs: number;
}

export class BusyTimes {
  readonly #actors: readonly ActorId[];
  #steps = 0;
  #isRound = new Uint8Array(1024);
  #busyMs: Float32Array;
  #sinceMs = 0;
  #firstMs = NaN;
  #lastMs = NaN;

  constructor(actors: readonly ActorId[]) {
    this.#actors = actors;
    this.#busyMs = new Float32Array(this.#isRound.length * actors.length);
  }

  beginStep(isRound: boolean): void {
    if (this.#steps === 0) this.#firstMs = performance.now();
    if (this.#steps === this.#isRound.length) this.#grow();
    this.#isRound[this.#steps++] = Number(isRound);
  }

  /** An actor begins to run. */
  start(): void {
    this.#sinceMs = performance.now();
  }

  /** The actor at `index` has finished its step. */
  stop(index: number): void {
    const at = (this.#steps - 1) * this.#actors.length + index;
    this.#lastMs = performance.now();
    this.#busyMs[at] = this.#lastMs - this.#sinceMs;
  }

  report(): BusyTimesReport {
    return {
      actors: this.#actors,
      isRound: this.#isRound.slice(0, this.#steps),
      busyMs: this.#busyMs.slice(0, this.#steps * this.#actors.length),
      loopMs: this.#lastMs - this.#firstMs,
    };
  }

  #grow(): void {
    const isRound = new Uint8Array(this.#steps * 2);
    isRound.set(this.#isRound);
    this.#isRound = isRound;
    const busyMs = new Float32Array(this.#busyMs.length * 2);
    busyMs.set(this.#busyMs);
    this.#busyMs = busyMs;
  }
}
