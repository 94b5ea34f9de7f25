/**
 * Writes and submits array jobs for Slurm. A task of the array is a shard: it takes its part of
 * the runs that were missing, has its threads carry them out, and puts them into the store, which
 * has to be in a folder that all nodes share.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { UserMistake } from '../../user-mistake.ts';
import { memoryBytes, Pace } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';

export interface SlurmOptions {
  /** The experiment's file. */
  readonly file: string;
  readonly name: string;
  /** The store's folder. */
  readonly store: string;
  /** Cores of a task; by default 1. */
  readonly cpus?: number;
  /** Further options of sbatch, as they would stand on its command line. */
  readonly sbatch?: readonly string[];
}

export interface Batch {
  readonly script: string;
  readonly scriptFile: string;
  readonly listFile: string;
  readonly taskCount: number;
}

/** What a task takes to start should be little beside what it does. */
const TASK_MS_MIN = 30_000;
/** Slurm refuses arrays of more than its MaxArraySize, which is 1001 unless somebody raised it. */
const TASKS_MAX = 1_000;
/** Of a process that simulates nothing. */
const PROCESS_BYTES = 400e6;

const COMMAND = fileURLToPath(new URL('../../../bin/cachetorrent.js', import.meta.url));

/** Writes the job for `runs`, which are not empty, into the store's folder. */
export async function writeBatch(
  runs: readonly PlannedRun[],
  options: SlurmOptions,
): Promise<Batch> {
  const { name, store, file, cpus = 1 } = options;
  const keys = runs.map(({ key }) => key).sort();
  const id = createHash('sha256').update(keys.join()).digest('hex').slice(0, 8);
  const folder = resolve(store, 'batches');
  const listFile = join(folder, `${name}-${id}.json`);
  const scriptFile = join(folder, `${name}-${id}.sh`);
  const taskCount = tasksFor(runs, cpus);
  const work = [
    [process.execPath, COMMAND, 'work', resolve(file)],
    ['--store', resolve(store), '--runs', listFile, '--shards', String(taskCount)],
    ['--jobs', String(cpus), '--quiet'],
  ].flat();
  const directives = [
    `--job-name=${name}`,
    `--array=0-${taskCount - 1}`,
    `--cpus-per-task=${cpus}`,
    `--mem=${memoryMb(runs, cpus)}M`,
    `--output=${join(folder, `${name}-${id}-%a.log`)}`,
    '--open-mode=append',
    // A node that fails gives its task to another; what the task had done stays done.
    '--requeue',
    // Time to stop before the time limit.
    '--signal=B:TERM@60',
    ...(options.sbatch ?? []),
  ];
  const script = [
    '#!/bin/bash',
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${work.map(quoted).join(' ')}`,
    '',
  ].join('\n');
  await mkdir(folder, { recursive: true });
  await writeFile(listFile, `${JSON.stringify(keys)}\n`);
  await writeFile(scriptFile, script, { mode: 0o755 });
  return { script, scriptFile, listFile, taskCount };
}

/**
 * Hands a job to Slurm; the answer is its number.
 *
 * @throws UserMistake where there is no Slurm, or it does not take the job
 */
export async function submitBatch({ scriptFile }: Batch): Promise<string> {
  const { stdout } = await slurm('sbatch', ['--parsable', scriptFile]);
  // The number of the job; of several clusters, also which one.
  return stdout.trim().split(';', 1)[0]!;
}

/** How many tasks of a job wait, and how many are at work; both 0 of one that is over. */
export async function batchStatus(job: string): Promise<{ waiting: number; active: number }> {
  const args = ['--noheader', '--array', '--jobs', job, '--format', '%T'];
  const states = await slurm('squeue', args).then(
    ({ stdout }) => stdout.split('\n').filter((line) => line !== ''),
    (error: unknown) => {
      // Of a job that ended long ago it knows nothing any more.
      if (/Invalid job id/i.test((error as Error).message)) return [];
      throw error;
    },
  );
  const waiting = states.filter((state) => WAITING.has(state)).length;
  return { waiting, active: states.length - waiting };
}

const WAITING: ReadonlySet<string> = new Set(['PENDING', 'CONFIGURING', 'REQUEUED', 'SUSPENDED']);

/** Which runs a list names, among those of a plan. */
export function listedRuns(
  runs: readonly PlannedRun[],
  keys: readonly RunKey[],
  listFile: string,
): PlannedRun[] {
  const byKey = new Map(runs.map((run) => [run.key, run]));
  return keys.map((key) => {
    const run = byKey.get(key);
    if (run !== undefined) return run;
    const problem = `names run ${key}, which the experiment does not have (any more)`;
    throw new UserMistake({ at: listFile, problem, fix: 'submit the experiment as it is now' });
  });
}

/** As many as there are half minutes of work for, within what Slurm takes. */
function tasksFor(runs: readonly PlannedRun[], cpus: number): number {
  const pace = new Pace();
  const totalMs = runs.reduce((sum, { cell }) => sum + pace.expectedMs(cell.swarm), 0);
  const wanted = Math.ceil(totalMs / cpus / TASK_MS_MIN);
  return Math.max(1, Math.min(wanted, Math.ceil(runs.length / cpus), TASKS_MAX));
}

function memoryMb(runs: readonly PlannedRun[], cpus: number): number {
  const most = runs.reduce((max, { cell }) => Math.max(max, memoryBytes(cell.swarm)), 0);
  return Math.ceil((PROCESS_BYTES + cpus * most) / 1e6);
}

async function slurm(program: string, args: readonly string[]): Promise<{ stdout: string }> {
  try {
    return await promisify(execFile)(program, [...args]);
  } catch (error) {
    const { code, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
    const fix = 'submit from a machine of the cluster, or run the script in another way';
    const at = program;
    if (code === 'ENOENT') throw new UserMistake({ at, problem: 'is not installed here', fix });
    throw new UserMistake({ at, problem: `refused: ${stderr.trim() || message}`, fix });
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
