/**
 * The heartbeats of the workers: what each worker shows of itself while it is too busy to answer.
 * The main thread reads them to report progress, to detect a hung worker, and to say where a worker
 * was when it failed.
 *
 * They are plain numbers in shared memory, one row for each worker. A reader may see them late.
 */

import type { HeartbeatSink } from '../actor.ts';
import type { ActorId } from '../behaviour.ts';

const FIELDS_PER_WORKER = 16;
const BEATS = 0;
const ACTIVE = 1;
const ACTOR = 2;
const NOW = 3;
const START = 4;
const DONE = 5;
const PENDING = 6;
const MESSAGES = 7;
const WINDOWS = 8;
const WORK = 9;

export function heartbeatMemory(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * FIELDS_PER_WORKER * workers);
}

/** The progress of a run. */
export interface EngineProgress {
  /** All events before this time have been handled. */
  readonly simulatedMs: number;
  readonly doneCount: number;
  readonly workCount: number;
  readonly pendingCount: number;
  readonly messageCount: number;
  readonly windowCount: number;
}

/** The heartbeat of one worker, as the worker writes it. */
export class Heartbeat implements HeartbeatSink {
  readonly #fields: Float64Array;

  constructor(memory: SharedArrayBuffer, worker: number) {
    this.#fields = new Float64Array(memory, 8 * FIELDS_PER_WORKER * worker, FIELDS_PER_WORKER);
  }

  /** The worker is alive, and its actor has reached `nowMs`. */
  beat(nowMs: number): void {
    this.#fields[BEATS]!++;
    this.#fields[NOW] = nowMs;
  }

  /** The worker begins to run `actor`. From now until `setIdle`, heartbeats are expected. */
  setActive(actor: ActorId, nowMs: number): void {
    this.#fields[ACTIVE] = 1;
    this.#fields[ACTOR] = actor;
    this.beat(nowMs);
  }

  /** The worker waits for others. */
  setIdle(): void {
    this.#fields[ACTIVE] = 0;
  }

  setProgress(progress: EngineProgress): void {
    this.#fields[START] = progress.simulatedMs;
    this.#fields[DONE] = progress.doneCount;
    this.#fields[PENDING] = progress.pendingCount;
    this.#fields[MESSAGES] = progress.messageCount;
    this.#fields[WORK] = progress.workCount;
    this.#fields[WINDOWS] = progress.windowCount;
  }
}

/** The heartbeats of all workers, as the main thread reads them. */
export class Heartbeats {
  readonly #fields: Float64Array;
  readonly #workers: number;

  constructor(memory: SharedArrayBuffer) {
    this.#fields = new Float64Array(memory);
    this.#workers = this.#fields.length / FIELDS_PER_WORKER;
  }

  beatCount(worker: number): number {
    return this.#field(worker, BEATS);
  }

  /** Whether the worker is running an actor. */
  isActive(worker: number): boolean {
    return this.#field(worker, ACTIVE) === 1;
  }

  /** The actor that the worker ran last, and the time that it had reached. */
  lastActor(worker: number): { readonly actor: ActorId; readonly nowMs: number } {
    return { actor: this.#field(worker, ACTOR), nowMs: this.#field(worker, NOW) };
  }

  progress(): EngineProgress {
    return {
      simulatedMs: this.#max(START),
      doneCount: this.#sum(DONE),
      workCount: this.#sum(WORK),
      pendingCount: this.#sum(PENDING),
      messageCount: this.#sum(MESSAGES),
      windowCount: this.#max(WINDOWS),
    };
  }

  #sum(field: number): number {
    return this.#ofAllWorkers(field).reduce((a, b) => a + b, 0);
  }

  #max(field: number): number {
    return this.#ofAllWorkers(field).reduce((a, b) => Math.max(a, b), 0);
  }

  #ofAllWorkers(field: number): number[] {
    return Array.from({ length: this.#workers }, (_, worker) => this.#field(worker, field));
  }

  #field(worker: number, field: number): number {
    return this.#fields[worker * FIELDS_PER_WORKER + field]!;
  }
}
