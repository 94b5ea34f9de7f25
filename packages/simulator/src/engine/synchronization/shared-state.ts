/**
 * The state that workers share between windows: numbers that one worker writes and all read. They
 * are double-buffered, one buffer being written while the other is read, so that one barrier per
 * window is enough.
 *
 *     nextAtMs       for each actor, the time of its next event
 *     arrivalMs      for each worker and actor, the earliest arrival of a message from the worker
 *     workerStates   for each worker, the fields below: a whole number of cache lines
 */

import type { ActorId } from '../behaviour.ts';
import type { GlobalState } from './steps.ts';

const FIELDS_PER_WORKER = 16;
const NEEDS_SYNC = 0;
const NEEDS_ROUND = 1;
const PENDING = 2;
const LAST_ACTIVE = 3;
const NOW = 4;
const FAILED = 5;
const MAY_PROGRESS = 6;
const IS_OVER = 7;

/** The memory of the shared state, for all threads. */
export interface SharedStateMemory {
  readonly actorCount: number;
  readonly workers: number;
  readonly buffers: readonly [SharedArrayBuffer, SharedArrayBuffer];
}

export function sharedStateMemory(actorCount: number, workers: number): SharedStateMemory {
  const bytes = 8 * (actorCount + workers * actorCount + workers * FIELDS_PER_WORKER);
  return {
    actorCount,
    workers,
    buffers: [new SharedArrayBuffer(bytes), new SharedArrayBuffer(bytes)],
  };
}

/** The state of the actors of one worker, taken together (see `GlobalState`). */
export interface WorkerState {
  readonly needsSync: boolean;
  readonly needsRound: boolean;
  readonly mayProgress: boolean;
  readonly pendingCount: number;
  readonly isOver: boolean;
  readonly lastActiveMs: number;
  readonly nowMs: number;
  readonly hasFailed: boolean;
}

export class SharedState {
  readonly #actorCount: number;
  readonly #workers: number;
  readonly #nextAtMs: readonly [Float64Array, Float64Array];
  readonly #arrivalMs: readonly [Float64Array, Float64Array];
  readonly #workerStates: readonly [Float64Array, Float64Array];

  constructor({ actorCount, workers, buffers }: SharedStateMemory) {
    this.#actorCount = actorCount;
    this.#workers = workers;
    const arrivalsAt = 8 * actorCount;
    const statesAt = arrivalsAt + 8 * workers * actorCount;
    const view = (at: number, length: number): [Float64Array, Float64Array] => [
      new Float64Array(buffers[0], at, length),
      new Float64Array(buffers[1], at, length),
    ];
    this.#nextAtMs = view(0, actorCount);
    this.#arrivalMs = view(arrivalsAt, workers * actorCount);
    this.#workerStates = view(statesAt, workers * FIELDS_PER_WORKER);
  }

  /** Sets the time of the next event of `actor`. `buffer` is 0 or 1, here and below. */
  setNextAtMs(buffer: number, actor: ActorId, atMs: number): void {
    this.#nextAtMs[buffer]![actor] = atMs;
  }

  /** For each actor, the earliest arrival of a message from `worker`, which writes to the array. */
  arrivalsFrom(buffer: number, worker: number): Float64Array {
    const first = worker * this.#actorCount;
    return this.#arrivalMs[buffer]!.subarray(first, first + this.#actorCount);
  }

  setWorkerState(buffer: number, worker: number, state: WorkerState): void {
    const states = this.#workerStates[buffer]!;
    const at = worker * FIELDS_PER_WORKER;
    states[at + NEEDS_SYNC] = Number(state.needsSync);
    states[at + NEEDS_ROUND] = Number(state.needsRound);
    states[at + PENDING] = state.pendingCount;
    states[at + LAST_ACTIVE] = state.lastActiveMs;
    states[at + NOW] = state.nowMs;
    states[at + MAY_PROGRESS] = Number(state.mayProgress);
    states[at + IS_OVER] = Number(state.isOver);
    states[at + FAILED] = Number(state.hasFailed);
  }

  /** Sets `nextMs`, for each actor, to the earliest time at which anything can happen there. */
  readNextMs(buffer: number, nextMs: Float64Array): void {
    const arrivalMs = this.#arrivalMs[buffer]!;
    const actorCount = this.#actorCount;
    nextMs.set(this.#nextAtMs[buffer]!);
    for (let first = 0; first < arrivalMs.length; first += actorCount) {
      for (let actor = 0; actor < actorCount; actor++) {
        const atMs = arrivalMs[first + actor]!;
        if (atMs < nextMs[actor]!) nextMs[actor] = atMs;
      }
    }
  }

  /** Combines the states of all workers; `nextMs` is the minimum of what `readNextMs` wrote. */
  globalState(buffer: number, nextMs: number): GlobalState {
    return {
      nextMs,
      needsSync: this.#sum(buffer, NEEDS_SYNC) > 0,
      needsRound: this.#sum(buffer, NEEDS_ROUND) > 0,
      mayProgress: this.#sum(buffer, MAY_PROGRESS) > 0,
      pendingCount: this.#sum(buffer, PENDING),
      isOver: this.#sum(buffer, IS_OVER) > 0,
      lastActiveMs: this.#max(buffer, LAST_ACTIVE),
      nowMs: this.#max(buffer, NOW),
    };
  }

  hasFailed(buffer: number): boolean {
    return this.#sum(buffer, FAILED) > 0;
  }

  #sum(buffer: number, field: number): number {
    let sum = 0;
    for (let worker = 0; worker < this.#workers; worker++)
      sum += this.#field(buffer, worker, field);
    return sum;
  }

  #max(buffer: number, field: number): number {
    let max = -Infinity;
    for (let worker = 0; worker < this.#workers; worker++) {
      max = Math.max(max, this.#field(buffer, worker, field));
    }
    return max;
  }

  #field(buffer: number, worker: number, field: number): number {
    return this.#workerStates[buffer]![worker * FIELDS_PER_WORKER + field]!;
  }
}
