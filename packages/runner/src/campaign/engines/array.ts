/**
 * The engine for batch systems: hands all runs over as one array job, and then waits for them to
 * appear in the store, which the tasks of the job fill.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import type { Store } from '../store/store.ts';
import type { Engine, EngineStatus, Outcome, RunSource } from './engine.ts';
import { batchStatus, type SlurmOptions, submitBatch, writeBatch } from './slurm.ts';

const LOOK_EVERY_MS = 2_000;

export class ArrayEngine implements Engine {
  readonly name = 'array';
  readonly workersClaim = true;
  readonly #store: Store;
  readonly #options: SlurmOptions;
  #job: string | undefined;

  constructor(store: Store, options: SlurmOptions) {
    this.#store = store;
    this.#options = options;
  }

  async submit(
    source: RunSource,
    report: (outcome: Outcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let runs = taken(source); runs.length > 0; runs = taken(source)) {
      await this.#store.forgetFailures(runs.map(({ key }) => key));
      this.#job = await submitBatch(await writeBatch(runs, this.#options));
      await this.#await(new Set(runs.map(({ key }) => key)), report, signal);
    }
  }

  async status(): Promise<EngineStatus> {
    return this.#job === undefined ? { waiting: 0, active: 0 } : batchStatus(this.#job);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Until all of `keys` have been reported. */
  async #await(
    keys: Set<RunKey>,
    report: (outcome: Outcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const { waiting, active } = await this.status();
      await this.#collect(keys, report);
      if (keys.size === 0) return;
      if (waiting + active === 0) break;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    for (const key of keys) {
      const error = `batch job ${this.#job} ended without it; its logs are in the store's batches/`;
      await report({ key, isDone: false, error });
    }
  }

  async #collect(keys: Set<RunKey>, report: (outcome: Outcome) => Promise<void>): Promise<void> {
    const failed = new Map((await this.#store.failures()).map((of) => [of.key, of.error]));
    for (const key of keys) {
      const error = failed.get(key);
      if (this.#store.has(key)) await report({ key, isDone: true, text: undefined });
      else if (error !== undefined) await report({ key, isDone: false, error });
      else continue;
      keys.delete(key);
    }
  }
}

function taken(source: RunSource): PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (let run = source.take(); run !== undefined; run = source.take()) runs.push(run);
  return runs;
}
