/**
 * The watchdog: watches the workers of a run from the main thread, detects one whose heartbeat has
 * stopped, and reports progress.
 *
 * It counts its own ticks and not the time of day, so it stops with the process when that is
 * suspended.
 */

import type { EngineProgress, Heartbeats } from './heartbeat.ts';
import { WorkerFailed } from './worker-handle.ts';

const TICK_MS = 250;
/** The time within which another thread must start after one has started; many take long. */
const START_TIMEOUT_MS = 60_000;

export interface WatchdogOptions {
  readonly heartbeats: Heartbeats;
  readonly workers: number;
  /** An active worker without a heartbeat for this time is considered hung. */
  readonly timeoutMs: number;
  readonly onProgress?: ((progress: EngineProgress) => void) | undefined;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #beatCounts: number[];
  /** For each worker, the number of ticks since its last heartbeat. */
  readonly #silentTicks: number[];
  /** The workers whose threads have not started yet. */
  readonly #starting: Set<number>;
  #reject!: (reason: unknown) => void;

  /** Rejects when a worker is hung, or `onProgress` throws; never resolves. */
  readonly failure: Promise<never>;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    const workers = [...new Array(options.workers).keys()];
    this.#beatCounts = workers.map(() => 0);
    this.#silentTicks = workers.map(() => 0);
    this.#starting = new Set(workers);
    this.failure = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.failure.catch(() => {});
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The thread of `worker` has started, and its actors exist. */
  markStarted(worker: number): void {
    this.#starting.delete(worker);
    // Threads start one after another, so the others get their full time from now on.
    for (const other of this.#starting) this.#silentTicks[other] = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { workers, heartbeats, onProgress } = this.#options;
    try {
      for (let worker = 0; worker < workers; worker++) this.#check(worker);
      onProgress?.(heartbeats.progress());
    } catch (error) {
      this.#reject(error);
    }
  }

  #check(worker: number): void {
    const { heartbeats } = this.#options;
    const beatCount = heartbeats.beatCount(worker);
    const isActive = heartbeats.isActive(worker);
    const mustBeat = isActive || this.#starting.has(worker);
    const isSilent = mustBeat && beatCount === this.#beatCounts[worker];
    this.#beatCounts[worker] = beatCount;
    this.#silentTicks[worker] = isSilent ? this.#silentTicks[worker]! + 1 : 0;
    const timeoutMs = isActive ? this.#options.timeoutMs : START_TIMEOUT_MS;
    if (this.#silentTicks[worker]! * TICK_MS >= timeoutMs) {
      throw new WorkerFailed(worker, `has not answered for ${timeoutMs / 1000} s`);
    }
  }
}
