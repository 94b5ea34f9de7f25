/**
 * The engine for batch systems: hands all runs over as one array job, and then waits for them to
 * appear in the store, which the tasks of the job fill. Runs that an earlier job still has are
 * left to it.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import type { Store } from '../store/store.ts';
import type { BatchOptions } from './batch.ts';
import type { Engine, EngineStatus, RunOutcome, RunSource } from './engine.ts';
import { activeBatches, jobStatus, submitRuns } from './slurm.ts';

const POLL_INTERVAL_MS = 2_000;

export class ArrayEngine implements Engine {
  readonly name = 'array';
  readonly claimsRunsItself = true;
  readonly #store: Store;
  readonly #options: BatchOptions;
  /** The numbers of the jobs that have our runs. */
  #jobs: readonly string[] = [];

  constructor(store: Store, options: BatchOptions) {
    this.#store = store;
    this.#options = options;
  }

  async submit(
    source: RunSource,
    report: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let runs = takeAll(source); runs.length > 0; runs = takeAll(source)) {
      this.#jobs = await this.#jobsFor(runs);
      await this.#waitFor(new Set(runs.map(({ key }) => key)), report, signal);
    }
  }

  async status(): Promise<EngineStatus> {
    const each = await Promise.all(this.#jobs.map(jobStatus));
    return {
      waiting: each.reduce((sum, { waiting }) => sum + waiting, 0),
      active: each.reduce((sum, { active }) => sum + active, 0),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Those that have some of `runs` already, and a new one for the others. */
  async #jobsFor(runs: readonly PlannedRun[]): Promise<readonly string[]> {
    const underway = await activeBatches(this.#store);
    const given = new Set(underway.flatMap(({ keys }) => keys));
    const jobs = underway.map(({ job }) => job);
    const others = runs.filter(({ key }) => !given.has(key));
    if (others.length === 0) return jobs;
    const { job } = await submitRuns(this.#store, others, this.#options);
    return [...jobs, job];
  }

  /** Until all of `keys` have been reported. */
  async #waitFor(
    keys: Set<RunKey>,
    report: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      // In this order: what a job has done is there when it is over.
      const { waiting, active } = await this.status();
      await this.#collect(keys, report);
      if (keys.size === 0) return;
      if (waiting + active === 0) break;
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
    for (const key of keys) {
      const jobs = this.#jobs.join(' and ');
      const error = `batch job ${jobs} ended without it; its logs are in the store's batches/`;
      await report({ key, isDone: false, error });
    }
  }

  async #collect(keys: Set<RunKey>, report: (outcome: RunOutcome) => Promise<void>): Promise<void> {
    const failures = new Map((await this.#store.failures()).map((of) => [of.key, of]));
    const stored = new Set(this.#store.keys());
    for (const key of keys) {
      const failure = failures.get(key);
      if (stored.has(key)) await report({ key, isDone: true, text: undefined });
      else if (failure === undefined) continue;
      else await report({ ...failure, isDone: false });
      keys.delete(key);
    }
  }
}

function takeAll(source: RunSource): PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (let run = source.take(); run !== undefined; run = source.take()) runs.push(run);
  return runs;
}
