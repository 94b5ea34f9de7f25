/** Hands batches to Slurm, and asks it how they are. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { UserError } from '../../user-error.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import type { Store } from '../store/store.ts';
import {
  type Batch,
  type BatchOptions,
  removeJobFile,
  writeJobFile,
  type SubmittedBatch,
  submittedBatches,
  writeBatch,
} from './batch.ts';
import type { EngineStatus } from './engine.ts';

/**
 * Hands over `runs`, which are not empty.
 *
 * @throws UserError where there is no Slurm, or it does not take the job
 */
export async function submitRuns(
  store: Store,
  runs: readonly PlannedRun[],
  options: BatchOptions,
): Promise<{ readonly job: string; readonly batch: Batch }> {
  // What is said of them from now on is new.
  await store.removeFailures(runs.map(({ key }) => key));
  const batch = await writeBatch(store, runs, options);
  const stdout = await runSlurm('sbatch', ['--parsable', batch.scriptFile], batch.scriptFile);
  // The number of the job; of several clusters, also which one.
  const job = stdout.trim().split(';', 1)[0]!;
  await writeJobFile(store, batch, job);
  return { job, batch };
}

/** The batches of a store that are not over: their runs need not be submitted again. */
export async function activeBatches(store: Store): Promise<readonly SubmittedBatch[]> {
  const underway: SubmittedBatch[] = [];
  for (const submitted of submittedBatches(store)) {
    const { waiting, active } = await jobStatus(submitted.job);
    if (waiting + active > 0) underway.push(submitted);
    else await removeJobFile(store, submitted);
  }
  return underway;
}

/** How many tasks of a job wait, and how many are at work; both 0 of one that is over. */
export async function jobStatus(job: string): Promise<EngineStatus> {
  const args = ['--noheader', '--array', '--jobs', job, '--format', '%T'];
  const states = await runSlurm('squeue', args).then(
    (stdout) => stdout.split('\n').filter((line) => line !== ''),
    (error: unknown) => {
      // Of a job that ended long ago it knows nothing any more.
      if (/Invalid job id/i.test((error as Error).message)) return [];
      throw error;
    },
  );
  const waiting = states.filter((state) => WAITING_STATES.has(state)).length;
  const over = states.filter((state) => ENDED_STATES.has(state)).length;
  return { waiting, active: states.length - waiting - over };
}

const WAITING_STATES: ReadonlySet<string> = new Set([
  'PENDING',
  'CONFIGURING',
  'REQUEUED',
  'SUSPENDED',
]);
/** Still listed for a while. */
const ENDED_STATES: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED', 'FAILED', 'TIMEOUT']);

async function runSlurm(
  program: string,
  args: readonly string[],
  script?: string,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args]);
    return stdout;
  } catch (error) {
    const { code, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
    const otherwise = script === undefined ? '' : `, or submit ${script} in another way`;
    const at = program;
    if (code === 'ENOENT') {
      const fix = `submit from a machine of the cluster${otherwise}`;
      throw new UserError({ at, problem: 'is not installed here', fix });
    }
    const problem = `refused: ${stderr.trim() || message}`;
    throw new UserError({ at, problem, fix: `ask whoever runs the cluster${otherwise}` });
  }
}
