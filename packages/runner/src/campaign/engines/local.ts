/** The engine that executes runs in a pool of threads on this machine. */

import type { Engine, EngineStatus, RunOutcome, RunSource } from './engine.ts';
import { RunPool, type RunPoolOptions } from './pool.ts';

/** Executes runs on the cores of this machine. */
export class LocalEngine implements Engine {
  readonly name = 'local';
  readonly claimsRunsItself = false;
  readonly #pool: RunPool;
  #waiting = 0;

  constructor(options: RunPoolOptions = {}) {
    this.#pool = new RunPool(options);
  }

  async submit(
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    // If a report throws, the other runs are stopped.
    const stop = new AbortController();
    const stopped = AbortSignal.any([signal, stop.signal]);
    const running = new Set<Promise<void>>();
    try {
      for (;;) {
        stopped.throwIfAborted();
        const run = source.take((next) => this.#pool.hasRoomFor(next));
        this.#waiting = source.length;
        if (run === undefined && running.size === 0) return;
        if (run === undefined) {
          await Promise.race(running);
          continue;
        }
        const reported = this.#pool.execute(run, source.length, stopped).then(onOutcome);
        const ended = reported.finally(() => running.delete(ended));
        running.add(ended);
      }
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(running);
      throw error;
    }
  }

  /** The numbers of runs that are waiting and that are being executed. */
  status(): Promise<EngineStatus> {
    return Promise.resolve({ waiting: this.#waiting, active: this.#pool.running });
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}
