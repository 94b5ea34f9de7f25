/**
 * What each worker shows of itself while it is too busy to answer: read by the main thread, to
 * show progress, to notice a worker that does not answer, and to say where one was when it died.
 *
 * Plain numbers in shared memory, one line for each worker: a reader may see them a little late.
 */

import type { ActorId } from '../behaviour.ts';

const SIGNS = 16;
const BEATS = 0;
const WORKING = 1;
const ACTOR = 2;
const NOW = 3;
const START = 4;
const DONE = 5;
const PENDING = 6;
const MESSAGES = 7;
const WINDOWS = 8;

export function heartbeatMemory(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * SIGNS * workers);
}

/** How far a run is. */
export interface EngineProgress {
  /** Everything before this time has happened. */
  readonly simulatedMs: number;
  readonly doneCount: number;
  readonly pendingCount: number;
  readonly messageCount: number;
  readonly windows: number;
}

/** One worker's own signs. */
export class Heartbeat {
  readonly #signs: Float64Array;

  constructor(memory: SharedArrayBuffer, worker: number) {
    this.#signs = new Float64Array(memory, 8 * SIGNS * worker, SIGNS);
  }

  /** It is alive, and at this time. */
  beat(nowMs: number): void {
    this.#signs[BEATS]!++;
    this.#signs[NOW] = nowMs;
  }

  /** It turns to `actor`. Until it rests, it must show that it is alive. */
  work(actor: ActorId, nowMs: number): void {
    this.#signs[WORKING] = 1;
    this.#signs[ACTOR] = actor;
    this.beat(nowMs);
  }

  /** It waits for others. */
  rest(): void {
    this.#signs[WORKING] = 0;
  }

  show(progress: EngineProgress): void {
    this.#signs[START] = progress.simulatedMs;
    this.#signs[DONE] = progress.doneCount;
    this.#signs[PENDING] = progress.pendingCount;
    this.#signs[MESSAGES] = progress.messageCount;
    this.#signs[WINDOWS] = progress.windows;
  }
}

/** The signs of all workers, as others see them. */
export class Heartbeats {
  readonly #signs: Float64Array;
  readonly #workers: number;

  constructor(memory: SharedArrayBuffer) {
    this.#signs = new Float64Array(memory);
    this.#workers = this.#signs.length / SIGNS;
  }

  beats(worker: number): number {
    return this.#of(worker, BEATS);
  }

  isWorking(worker: number): boolean {
    return this.#of(worker, WORKING) === 1;
  }

  /** The actor that the worker turned to last, and how far that is. */
  at(worker: number): { readonly actor: ActorId; readonly nowMs: number } {
    return { actor: this.#of(worker, ACTOR), nowMs: this.#of(worker, NOW) };
  }

  progress(): EngineProgress {
    return {
      simulatedMs: this.#all(START).reduce((a, b) => Math.max(a, b), 0),
      doneCount: this.#sum(DONE),
      pendingCount: this.#sum(PENDING),
      messageCount: this.#sum(MESSAGES),
      windows: this.#all(WINDOWS).reduce((a, b) => Math.max(a, b), 0),
    };
  }

  #sum(sign: number): number {
    return this.#all(sign).reduce((a, b) => a + b, 0);
  }

  #all(sign: number): number[] {
    return Array.from({ length: this.#workers }, (_, worker) => this.#of(worker, sign));
  }

  #of(worker: number, sign: number): number {
    return this.#signs[worker * SIGNS + sign]!;
  }
}
