/**
 * Many independent simulations: one for each core at a time, each in a single worker, and none
 * that has been kept from an earlier time.
 */

import { availableParallelism } from 'node:os';

import { type CheckedSwarm, documentOf, type RunDocument } from '@cachetorrent/runner';
import { Piscina } from 'piscina';

import { Advance } from './advance.ts';
import type { RunStore } from './store.ts';
import type { Done, Task } from './task.ts';

export interface Job {
  /** What it goes by in messages. */
  readonly name: string;
  readonly checked: CheckedSwarm;
  readonly seed: number;
}

export interface BatchOptions {
  readonly store: RunStore;
  /** Runs at a time; default: as many as there are cores. */
  readonly threads?: number;
  /** Where to tell of progress, a line for each run that ends. */
  readonly tell: (line: string) => void;
  /** Gives up what is being run; what has ended is kept. */
  readonly signal: AbortSignal;
}

/** The runs that are kept already, by job; those that are not are left out. */
export async function keptRuns(
  jobs: readonly Job[],
  store: RunStore,
): Promise<Map<Job, RunDocument>> {
  const kept = new Map<Job, RunDocument>();
  for (const job of jobs) {
    const document = await store.read(job.checked.swarm, job.seed);
    if (document !== undefined) kept.set(job, document);
  }
  return kept;
}

/**
 * Runs what is missing, in the order of `jobs`; returns all, by job.
 *
 * @throws Error naming the run that failed; or the reason of `signal`
 */
export async function runBatch(
  jobs: readonly Job[],
  { store, threads = availableParallelism(), tell, signal }: BatchOptions,
): Promise<Map<Job, RunDocument>> {
  const runs = await keptRuns(jobs, store);
  const missing = jobs.filter((job) => !runs.has(job));
  const advance = new Advance(missing.length, threads);
  const runsToDo = missing.length === 1 ? '1 run' : `${missing.length} runs`;
  tell(`${runsToDo} to do, ${runs.size} kept from before, ${threads} at a time`);
  if (missing.length === 0) return runs;

  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const pool = new Piscina({
    filename: new URL('./task.ts', import.meta.url).href,
    name: 'simulateTask',
    maxThreads: threads,
    // A thread has to hear from the worker that it has started.
    atomics: 'disabled',
  });
  /** The pool has a queue of its own, but not one that keeps to the order of jobs. */
  const waiting = missing.values();
  const lane = async (): Promise<void> => {
    for (const job of waiting) {
      const document = await runOne(pool, job, either);
      await store.write(job.checked.swarm, job.seed, document);
      runs.set(job, document);
      tell(advance.done(job.name, document.timing.wallMs));
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, lane));
  } catch (error) {
    failed.abort();
    throw signal.aborted ? signal.reason : error;
  } finally {
    await pool.destroy();
  }
  return runs;
}

async function runOne(
  pool: Piscina<Task, Done>,
  { name, checked: { swarm, config }, seed }: Job,
  signal: AbortSignal,
): Promise<RunDocument> {
  try {
    const { simulation, wallMs } = await pool.run({ swarm, seed }, { signal });
    const peakRssBytes = process.resourceUsage().maxRSS * 1024;
    return documentOf({ config, seed, simulation, wallMs, peakRssBytes });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: ${reason}`, { cause: error });
  }
}
