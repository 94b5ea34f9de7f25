/**
 * What the workers tell one another between windows: shared counters, written by one, read by
 * all. There are two sets; one is written while the other is read, so one barrier to a window is
 * enough.
 *
 *     nextAtMs    for each actor, when its next event happens
 *     arrivalMs   for each worker and actor, when what the one sent to the other can first arrive
 *     tallies     for each worker, a line of numbers: a whole number of cache lines
 */

import type { ActorId } from '../behaviour.ts';
import type { GlobalState } from './steps.ts';

const TALLY = 16;
const WANTS_MEETING = 0;
const NEEDS_ROUND = 1;
const PENDING = 2;
const LAST_ACTIVE = 3;
const NOW = 4;
const FAILED = 5;

/** The memory of a board, for all threads. */
export interface SharedStateMemory {
  readonly actorCount: number;
  readonly workers: number;
  readonly sides: readonly [SharedArrayBuffer, SharedArrayBuffer];
}

export function sharedStateMemory(actorCount: number, workers: number): SharedStateMemory {
  const bytes = 8 * (actorCount + workers * actorCount + workers * TALLY);
  return {
    actorCount,
    workers,
    sides: [new SharedArrayBuffer(bytes), new SharedArrayBuffer(bytes)],
  };
}

/** What a worker says of all its actors. */
export interface WorkerState {
  readonly wantsMeeting: boolean;
  readonly needsRound: boolean;
  readonly pendingCount: number;
  readonly lastActiveMs: number;
  readonly nowMs: number;
  readonly hasFailed: boolean;
}

export class SharedState {
  readonly #actorCount: number;
  readonly #workers: number;
  readonly #nextAtMs: readonly [Float64Array, Float64Array];
  readonly #arrivalMs: readonly [Float64Array, Float64Array];
  readonly #tallies: readonly [Float64Array, Float64Array];

  constructor({ actorCount, workers, sides }: SharedStateMemory) {
    this.#actorCount = actorCount;
    this.#workers = workers;
    const arrivalsAt = 8 * actorCount;
    const talliesAt = arrivalsAt + 8 * workers * actorCount;
    const view = (at: number, length: number): [Float64Array, Float64Array] => [
      new Float64Array(sides[0], at, length),
      new Float64Array(sides[1], at, length),
    ];
    this.#nextAtMs = view(0, actorCount);
    this.#arrivalMs = view(arrivalsAt, workers * actorCount);
    this.#tallies = view(talliesAt, workers * TALLY);
  }

  /** Says when the next event of `actor` happens. */
  setNextAtMs(side: number, actor: ActorId, atMs: number): void {
    this.#nextAtMs[side]![actor] = atMs;
  }

  /** For each actor, when what `worker` sends it can first arrive: for the worker to write to. */
  arrivalsFrom(side: number, worker: number): Float64Array {
    const first = worker * this.#actorCount;
    return this.#arrivalMs[side]!.subarray(first, first + this.#actorCount);
  }

  setTally(side: number, worker: number, tally: WorkerState): void {
    const tallies = this.#tallies[side]!;
    const at = worker * TALLY;
    tallies[at + WANTS_MEETING] = Number(tally.wantsMeeting);
    tallies[at + NEEDS_ROUND] = Number(tally.needsRound);
    tallies[at + PENDING] = tally.pendingCount;
    tallies[at + LAST_ACTIVE] = tally.lastActiveMs;
    tallies[at + NOW] = tally.nowMs;
    tallies[at + FAILED] = Number(tally.hasFailed);
  }

  /** Writes to `nextMs`, for each actor, the earliest time at which anything can happen there. */
  readNextMs(side: number, nextMs: Float64Array): void {
    const arrivalMs = this.#arrivalMs[side]!;
    const actorCount = this.#actorCount;
    nextMs.set(this.#nextAtMs[side]!);
    for (let first = 0; first < arrivalMs.length; first += actorCount) {
      for (let actor = 0; actor < actorCount; actor++) {
        const atMs = arrivalMs[first + actor]!;
        if (atMs < nextMs[actor]!) nextMs[actor] = atMs;
      }
    }
  }

  /** All tallies taken together; `nextMs` is the least of what `readNextMs` wrote. */
  standing(side: number, nextMs: number): GlobalState {
    return {
      nextMs,
      wantsMeeting: this.#sum(side, WANTS_MEETING) > 0,
      needsRound: this.#sum(side, NEEDS_ROUND) > 0,
      pendingCount: this.#sum(side, PENDING),
      lastActiveMs: this.#max(side, LAST_ACTIVE),
      nowMs: this.#max(side, NOW),
    };
  }

  hasFailed(side: number): boolean {
    return this.#sum(side, FAILED) > 0;
  }

  #sum(side: number, field: number): number {
    let sum = 0;
    for (let worker = 0; worker < this.#workers; worker++) sum += this.#tally(side, worker, field);
    return sum;
  }

  #max(side: number, field: number): number {
    let max = -Infinity;
    for (let worker = 0; worker < this.#workers; worker++) {
      max = Math.max(max, this.#tally(side, worker, field));
    }
    return max;
  }

  #tally(side: number, worker: number, field: number): number {
    return this.#tallies[side]![worker * TALLY + field]!;
  }
}
