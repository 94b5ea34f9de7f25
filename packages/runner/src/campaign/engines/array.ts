/**
 * The engine for batch systems: submits all runs as one array job, whose tasks put the results into
 * the store, and waits for the results. Runs of an earlier job that has not ended are not submitted
 * again.
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
  /** The ids of the jobs that execute the runs. */
  #jobs: readonly string[] = [];

  constructor(store: Store, options: BatchOptions) {
    this.#store = store;
    this.#options = options;
  }

  async submit(
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let runs = takeAll(source); runs.length > 0; runs = takeAll(source)) {
      this.#jobs = await this.#jobsFor(runs);
      await this.#waitFor(new Set(runs.map(({ key }) => key)), onOutcome, signal);
    }
  }

  async status(): Promise<EngineStatus> {
    const statuses = await Promise.all(this.#jobs.map(jobStatus));
    return {
      waiting: statuses.reduce((sum, { waiting }) => sum + waiting, 0),
      active: statuses.reduce((sum, { active }) => sum + active, 0),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Returns the jobs that execute `runs`: active ones, and a new one for the remaining runs. */
  async #jobsFor(runs: readonly PlannedRun[]): Promise<readonly string[]> {
    const batches = await activeBatches(this.#store);
    const submitted = new Set(batches.flatMap(({ keys }) => keys));
    const jobs = batches.map(({ job }) => job);
    const remaining = runs.filter(({ key }) => !submitted.has(key));
    if (remaining.length === 0) return jobs;
    const { job } = await submitRuns(this.#store, remaining, this.#options);
    return [...jobs, job];
  }

  /** Resolves when the outcomes of all `keys` have been reported. */
  async #waitFor(
    keys: Set<RunKey>,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      // In this order: when a job has ended, all of its results are in the store.
      const { waiting, active } = await this.status();
      await this.#collect(keys, onOutcome);
      if (keys.size === 0) return;
      if (waiting + active === 0) break;
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
    for (const key of keys) {
      const jobs = this.#jobs.join(' and ');
      const error = `job ${jobs} ended without its result; see the logs in batches/ of the store`;
      await onOutcome({ key, isDone: false, error });
    }
  }

  async #collect(
    keys: Set<RunKey>,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
  ): Promise<void> {
    const failures = new Map(
      (await this.#store.failures()).map((failure) => [failure.key, failure]),
    );
    const stored = new Set(this.#store.keys());
    for (const key of keys) {
      const failure = failures.get(key);
      if (stored.has(key)) await onOutcome({ key, isDone: true, text: undefined });
      else if (failure === undefined) continue;
      else await onOutcome({ ...failure, isDone: false });
      keys.delete(key);
    }
  }
}

function takeAll(source: RunSource): PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (let run = source.take(); run !== undefined; run = source.take()) runs.push(run);
  return runs;
}
