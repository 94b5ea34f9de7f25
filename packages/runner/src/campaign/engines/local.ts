/** The engine that needs nothing but this machine: a pool of threads. */

import { RunPool, type RunPoolOptions } from './pool.ts';
import type { Engine, EngineStatus, RunOutcome, RunSource } from './engine.ts';

/** Carries out runs on the cores of this machine. */
export class LocalEngine implements Engine {
  /** By which the command line knows it. */
  readonly name = 'local';
  readonly claimsRunsItself = false;
  readonly #pool: RunPool;
  #waiting = 0;

  constructor(options: RunPoolOptions = {}) {
    this.#pool = new RunPool(options);
  }

  async submit(
    source: RunSource,
    report: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    // The first that fails for good stops the others.
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
        const done = this.#pool.execute(run, source.length, stopped).then(report);
        const ended = done.finally(() => running.delete(ended));
        running.add(ended);
      }
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(running);
      throw error;
    }
  }

  /** How far it is. */
  status(): Promise<EngineStatus> {
    return Promise.resolve({ waiting: this.#waiting, active: this.#pool.running });
  }

  /** Ends its threads. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}
