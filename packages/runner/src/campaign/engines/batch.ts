/**
 * Batches: runs that are submitted to a batch system as one array job. Each task of the array
 * executes a shard of the runs in its threads, and puts the results into the store, which has to be
 * in a folder that all nodes share.
 *
 *     batches/NAME-ID.json      the keys of the runs
 *     batches/NAME-ID.sh        the script, for sbatch
 *     batches/NAME-ID.job       the id of the job; removed when the job has ended
 *     batches/NAME-ID-3.log     the output of task 3
 */

import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { isSystemError } from '../../system-error.ts';
import { UserError } from '../../user-error.ts';
import { COMMAND_FILE } from '../../version.ts';
import { runMemoryBytes, type RunTimeEstimator } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import { listNames, createFolders, readText } from '../store/files.ts';
import type { Store } from '../store/store.ts';

export interface BatchOptions {
  /** The experiment file. */
  readonly file: string;
  /** The name of the experiment. */
  readonly name: string;
  /** Estimates the duration of the runs. */
  readonly estimator: RunTimeEstimator;
  /** Number of cores of a task (default: 1). */
  readonly cpus?: number;
  /** Maximum number of tasks (default: one for each half minute of work). */
  readonly tasks?: number;
  /** Further options of sbatch, as on its command line. */
  readonly sbatch?: readonly string[];
}

export interface Batch {
  readonly name: string;
  readonly script: string;
  readonly scriptFile: string;
  readonly taskCount: number;
}

/** A batch that has been submitted. */
export interface SubmittedBatch {
  readonly name: string;
  readonly job: string;
  readonly keys: readonly RunKey[];
}

/** The start of a task should be short compared to its work. */
const TASK_MS_MIN = 30_000;
/** Slurm rejects arrays larger than its MaxArraySize, 1001 by default. */
const TASKS_MAX = 1_000;
/** Memory of a process without simulations, rounded up: a task that exceeds its limit is killed. */
const PROCESS_BYTES = 400e6;

const BATCH_FOLDER = 'batches';

/** Writes the files of a batch into the store. `runs` must not be empty. */
export async function writeBatch(
  store: Store,
  runs: readonly PlannedRun[],
  options: BatchOptions,
): Promise<Batch> {
  const keys = runs.map(({ key }) => key).sort();
  const name = `${options.name}-${hash('sha256', keys.join(), 'hex').slice(0, 8)}`;
  const taskCount = taskCountFor(runs, options);
  const script = scriptOf(store, runs, name, taskCount, options);
  await createFolders(join(store.folder, BATCH_FOLDER));
  await store.writeFile(`${BATCH_FOLDER}/${name}.json`, `${JSON.stringify(keys)}\n`);
  await store.writeFile(`${BATCH_FOLDER}/${name}.sh`, script);
  return { name, script, scriptFile: fileOf(store, `${name}.sh`), taskCount };
}

/** Records the id of the job that executes a batch. */
export async function writeJobFile(store: Store, { name }: Batch, job: string): Promise<void> {
  await store.writeFile(`${BATCH_FOLDER}/${name}.job`, `${job}\n`);
}

/** Returns the batches that have been submitted and are not known to have ended. */
export function submittedBatches(store: Store): readonly SubmittedBatch[] {
  return listNames(join(store.folder, BATCH_FOLDER))
    .filter((file) => file.endsWith('.job'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.job'.length);
      const job = readText(fileOf(store, file)).trim();
      return { name, job, keys: keysOf(fileOf(store, `${name}.json`)) };
    });
}

/** @throws UserError if the file does not hold a list of runs */
function keysOf(file: string): readonly RunKey[] {
  try {
    const keys: unknown = JSON.parse(readText(file));
    if (Array.isArray(keys)) return keys as RunKey[];
  } catch (error) {
    if (isSystemError(error) && error.code !== 'ENOENT') throw error;
  }
  const fix = 'wait for the end of its job, and remove the .job file beside it';
  throw new UserError({ at: file, problem: 'is damaged or missing', fix });
}

/** Removes the record of a batch's job, which has ended. */
export async function removeJobFile(store: Store, { name }: SubmittedBatch): Promise<void> {
  await rm(fileOf(store, `${name}.job`), { force: true });
}

function scriptOf(
  store: Store,
  runs: readonly PlannedRun[],
  name: string,
  taskCount: number,
  { file, name: experiment, cpus = 1, sbatch = [] }: BatchOptions,
): string {
  // Slurm replaces % in file names.
  const log = `${fileOf(store, name).replaceAll('%', '%%')}-%a.log`;
  const directives = [
    `--job-name=${experiment}`,
    `--array=0-${taskCount - 1}`,
    `--cpus-per-task=${cpus}`,
    `--mem=${taskMemoryMb(runs, cpus)}M`,
    `--output=${shellQuoted(log)}`,
    '--open-mode=append',
    // If a node fails, its task is requeued; finished runs are kept.
    '--requeue',
    // A minute to stop before the time limit.
    '--signal=B:TERM@60',
    ...sbatch.map(directiveOf),
  ];
  const work = [
    process.execPath,
    COMMAND_FILE,
    'work',
    resolve(file),
    '--store',
    resolve(store.folder),
  ];
  const selection = ['--runs', fileOf(store, `${name}.json`), '--jobs', String(cpus), '--quiet'];
  return [
    '#!/bin/bash',
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${[...work, ...selection].map(shellQuoted).join(' ')} \\`,
    `  --shard "$((SLURM_ARRAY_TASK_ID + 1))/${taskCount}"`,
    '',
  ].join('\n');
}

/** An option of sbatch as it is written after `#SBATCH`, where a value may need quotes. */
function directiveOf(option: string): string {
  const [, name, value] = /^(--?[\w-]+)(?:[= ](.*))?$/s.exec(option) ?? [];
  // oxlint-disable-next-line no-control-regex -- a line break would end the directive
  if (name === undefined || /[\u0000-\u001f]/.test(value ?? '')) {
    const problem = `has ${JSON.stringify(option)}, which is not an option of sbatch`;
    throw new UserError({ at: '--sbatch', problem, fix: 'write --sbatch=--partition=long' });
  }
  return value === undefined ? name : `${name}${option[name.length]}${shellQuoted(value)}`;
}

/** Returns the number of tasks: one for each half minute of work, up to the limit of Slurm. */
function taskCountFor(
  runs: readonly PlannedRun[],
  { estimator, cpus = 1, tasks }: BatchOptions,
): number {
  const totalMs = runs.reduce((sum, { setting }) => sum + estimator.expectedMs(setting.swarm), 0);
  const target = tasks ?? Math.min(TASKS_MAX, Math.floor(totalMs / cpus / TASK_MS_MIN));
  return Math.max(1, Math.min(target, Math.ceil(runs.length / cpus)));
}

function taskMemoryMb(runs: readonly PlannedRun[], cpus: number): number {
  const maxBytes = runs.reduce(
    (max, { setting }) => Math.max(max, runMemoryBytes(setting.swarm)),
    0,
  );
  return Math.ceil((PROCESS_BYTES + cpus * maxBytes) / 1e6);
}

function fileOf(store: Store, name: string): string {
  return join(resolve(store.folder), BATCH_FOLDER, name);
}

/** Quotes a word for a shell, if necessary. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
