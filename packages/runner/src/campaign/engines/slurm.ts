/** Submits batches to Slurm, and queries the state of their jobs. */

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
 * Submits `runs`, which must not be empty, as one array job.
 *
 * @throws UserError if Slurm is not installed, or rejects the job
 */
export async function submitRuns(
  store: Store,
  runs: readonly PlannedRun[],
  options: BatchOptions,
): Promise<{ readonly job: string; readonly batch: Batch }> {
  // Failures that are recorded from now on are those of the new job.
  await store.removeFailures(runs.map(({ key }) => key));
  const batch = await writeBatch(store, runs, options);
  const stdout = await runSlurm('sbatch', ['--parsable', batch.scriptFile], batch.scriptFile);
  // The output is the id of the job, and the name of the cluster if there are several.
  const job = stdout.trim().split(';', 1)[0]!;
  await writeJobFile(store, batch, job);
  return { job, batch };
}

/** Returns the batches of a store whose jobs have not ended; removes the records of the others. */
export async function activeBatches(store: Store): Promise<readonly SubmittedBatch[]> {
  const active: SubmittedBatch[] = [];
  for (const batch of submittedBatches(store)) {
    const status = await jobStatus(batch.job);
    if (status.waiting + status.active > 0) active.push(batch);
    else await removeJobFile(store, batch);
  }
  return active;
}

/** Returns how many tasks of a job are waiting and active; both are 0 if the job has ended. */
export async function jobStatus(job: string): Promise<EngineStatus> {
  const args = ['--noheader', '--array', '--jobs', job, '--format', '%T'];
  const states = await runSlurm('squeue', args).then(
    (stdout) => stdout.split('\n').filter((line) => line !== ''),
    (error: unknown) => {
      // Slurm forgets a job some time after its end.
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
/** Slurm still lists ended tasks for a while. */
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
    const alternative = script === undefined ? '' : `, or submit ${script} in another way`;
    const at = program;
    if (code === 'ENOENT') {
      const fix = `run the command on a machine of the cluster${alternative}`;
      throw new UserError({ at, problem: 'is not installed on this machine', fix });
    }
    const problem = `failed: ${stderr.trim() || message}`;
    throw new UserError({ at, problem, fix: `ask the administrator of the cluster${alternative}` });
  }
}
