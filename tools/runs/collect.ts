/** The runs that a page is made from: all of them, or those that there are. */

import type { RunDocument } from '@cachetorrent/runner';

import { type Job, keptRuns, runBatch } from './batch.ts';
import { inRepository } from './configs.ts';
import { fingerprint } from './fingerprint.ts';
import { onInterrupt } from './interrupt.ts';
import { RunStore } from './store.ts';

export interface CollectOptions {
  /** Where runs are kept between one time and the next: a folder of `.cache`. */
  readonly keptIn: string;
  /** Whether to run nothing. */
  readonly table: true | undefined;
  /** Runs at a time; default: as many as there are cores. */
  readonly threads: number | undefined;
  /** Where to tell of progress, a line for each run that ends. */
  readonly tell: (line: string) => void;
}

/**
 * The runs of `jobs`, by job. Undefined where the user stopped it; the exit code then says so.
 *
 * @throws Error naming the run that failed
 */
export async function collectRuns(
  jobs: readonly Job[],
  { keptIn, table, threads, tell }: CollectOptions,
): Promise<Map<Job, RunDocument> | undefined> {
  const store = new RunStore(inRepository(`.cache/${keptIn}`), await fingerprint());
  if (table === true) return keptRuns(jobs, store);
  return onInterrupt((signal) =>
    runBatch(jobs, { store, tell, signal, ...(threads === undefined ? {} : { threads }) }),
  );
}
