/**
 * Watches the workers of a run from the main thread: notices one that has stopped answering, and
 * tells how far they are.
 *
 * It counts its own ticks, not the time of day: when the whole process is suspended, so is it.
 */

import { ThreadDied } from './thread.ts';
import type { EngineProgress, Heartbeats } from './heartbeat.ts';

const TICK_MS = 250;
/** So long after one thread has come up must another: many of them take their time. */
const STARTING_MS = 60_000;

export interface WatchdogOptions {
  readonly signs: Heartbeats;
  readonly workers: number;
  /** A worker that shows no sign of life for this long is given up. */
  readonly silenceMs: number;
  readonly onProgress?: ((progress: EngineProgress) => void) | undefined;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #beats: number[];
  readonly #silentTicks: number[];
  /** Workers whose threads have not come up yet. */
  readonly #starting: Set<number>;
  #reject!: (reason: unknown) => void;

  /** Rejects when a worker is given up, or `onProgress` throws; never resolves. */
  readonly failure: Promise<never>;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    const workers = [...new Array(options.workers).keys()];
    this.#beats = workers.map(() => 0);
    this.#silentTicks = workers.map(() => 0);
    this.#starting = new Set(workers);
    this.failure = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.failure.catch(() => {});
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** The thread of `worker` is there, and its actors are made. */
  started(worker: number): void {
    this.#starting.delete(worker);
    // Threads come up one after another: while one does, the others need not have.
    for (const other of this.#starting) this.#silentTicks[other] = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { workers, signs, onProgress } = this.#options;
    try {
      for (let worker = 0; worker < workers; worker++) this.#look(worker);
      onProgress?.(signs.progress());
    } catch (error) {
      this.#reject(error);
    }
  }

  #look(worker: number): void {
    const { signs } = this.#options;
    const beats = signs.beats(worker);
    const isWorking = signs.isWorking(worker);
    const isSilent = (isWorking || this.#starting.has(worker)) && beats === this.#beats[worker];
    this.#beats[worker] = beats;
    this.#silentTicks[worker] = isSilent ? this.#silentTicks[worker]! + 1 : 0;
    const silenceMs = isWorking ? this.#options.silenceMs : STARTING_MS;
    if (this.#silentTicks[worker]! * TICK_MS >= silenceMs) {
      throw new ThreadDied(worker, `has not answered for ${silenceMs / 1000} s`);
    }
  }
}
