/**
 * How long each actor of a worker was busy in each window and each round of a meeting: what the
 * scaling tools compute a speed-up from. The only file of the engine that reads a clock, and only
 * where a run asks for it; nothing that is simulated depends on it.
 */

import type { ActorId } from '../behaviour.ts';

/** Measured on one worker. Workers take the same steps, so their rows belong together. */
export interface BusyTimesReport {
  /** Whose times these are; one for each row. */
  readonly actors: readonly ActorId[];
  /** For each step, whether it was a round of a meeting. */
  readonly isRound: Uint8Array;
  /** Step by step, for each of `actors`, how long it was busy. */
  readonly busyMs: Float32Array;
  /** From the first step to the end of the last. */
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

  /** What follows is the work of one actor, until `stop`. */
  start(): void {
    this.#sinceMs = performance.now();
  }

  stop(place: number): void {
    const at = (this.#steps - 1) * this.#actors.length + place;
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
