/**
 * Batches: runs that are handed to a batch system as one array job. A task of the array is a
 * shard: it takes its part of the runs, has its threads carry them out, and puts what they come to
 * into the store, which has to be in a folder that all nodes share.
 *
 *     batches/NAME-ID.json      the keys of the runs
 *     batches/NAME-ID.sh        the script, for sbatch
 *     batches/NAME-ID.job       the number of the job; gone once it is known to be over
 *     batches/NAME-ID-3.log     what its task 3 said
 */

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runMemoryBytes, type RunTimeEstimator } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import { listNames, createFolders, storeError } from '../store/files.ts';
import type { Store } from '../store/store.ts';

export interface BatchOptions {
  /** The experiment's file. */
  readonly file: string;
  /** The experiment's name. */
  readonly name: string;
  /** How long runs are expected to take. */
  readonly estimator: RunTimeEstimator;
  /** Cores of a task; by default 1. */
  readonly cpus?: number;
  /** How many tasks the job has, at most; by default one for each half minute of work. */
  readonly tasks?: number;
  /** Further options of sbatch, as they would stand on its command line. */
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

/** What a task takes to start should be little beside what it does. */
const TASK_MS_MIN = 30_000;
/** Slurm refuses arrays of more than its MaxArraySize, which is 1001 unless somebody raised it. */
const TASKS_MAX = 1_000;
/** Of a process that simulates nothing, with room to spare: who takes more is killed. */
const PROCESS_BYTES = 400e6;

const COMMAND = fileURLToPath(new URL('../../../bin/cachetorrent.js', import.meta.url));
const BATCH_FOLDER = 'batches';

/** Writes the job for `runs`, which are not empty, into the store. */
export async function writeBatch(
  store: Store,
  runs: readonly PlannedRun[],
  options: BatchOptions,
): Promise<Batch> {
  const keys = runs.map(({ key }) => key).sort();
  const name = `${options.name}-${hash('sha256', keys.join(), 'hex').slice(0, 8)}`;
  const taskCount = taskCountFor(runs, options);
  const script = scriptOf(store, runs, name, taskCount, options);
  await changeBatches(store, createFolders);
  await store.writeFile(`${BATCH_FOLDER}/${name}.json`, `${JSON.stringify(keys)}\n`);
  await store.writeFile(`${BATCH_FOLDER}/${name}.sh`, script);
  return { name, script, scriptFile: fileOf(store, `${name}.sh`), taskCount };
}

/** Remembers that a batch is with the batch system now. */
export async function writeJobFile(store: Store, { name }: Batch, job: string): Promise<void> {
  await store.writeFile(`${BATCH_FOLDER}/${name}.job`, `${job}\n`);
}

/** The batches that may not be over yet. */
export function submittedBatches(store: Store): readonly SubmittedBatch[] {
  return listNames(join(store.folder, BATCH_FOLDER))
    .filter((file) => file.endsWith('.job'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.job'.length);
      const job = readFileSync(fileOf(store, file), 'utf8').trim();
      const keys = JSON.parse(readFileSync(fileOf(store, `${name}.json`), 'utf8')) as RunKey[];
      return { name, job, keys };
    });
}

/** Forgets the job of a batch, which is over. */
export async function removeJobFile(store: Store, { name }: SubmittedBatch): Promise<void> {
  await changeBatches(store, (folder) => rm(join(folder, `${name}.job`), { force: true }));
}

function scriptOf(
  store: Store,
  runs: readonly PlannedRun[],
  name: string,
  taskCount: number,
  { file, name: experiment, cpus = 1, sbatch = [] }: BatchOptions,
): string {
  // In the names of files, % stands before what Slurm fills in.
  const log = `${fileOf(store, name).replaceAll('%', '%%')}-%a.log`;
  const directives = [
    `--job-name=${experiment}`,
    `--array=0-${taskCount - 1}`,
    `--cpus-per-task=${cpus}`,
    `--mem=${taskMemoryMb(runs, cpus)}M`,
    `--output=${shellQuoted(log)}`,
    '--open-mode=append',
    // A node that fails gives its task to another; what the task had done stays done.
    '--requeue',
    // Time to stop before the time limit.
    '--signal=B:TERM@60',
    ...sbatch,
  ];
  const work = [process.execPath, COMMAND, 'work', resolve(file), '--store', resolve(store.folder)];
  const runsOf = ['--runs', fileOf(store, `${name}.json`), '--jobs', String(cpus), '--quiet'];
  return [
    '#!/bin/bash',
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${[...work, ...runsOf].map(shellQuoted).join(' ')} \\`,
    `  --shard "$((SLURM_ARRAY_TASK_ID + 1))/${taskCount}"`,
    '',
  ].join('\n');
}

/** As many as there are half minutes of work for, within what Slurm takes. */
function taskCountFor(
  runs: readonly PlannedRun[],
  { estimator, cpus = 1, tasks }: BatchOptions,
): number {
  const totalMs = runs.reduce((sum, { setting }) => sum + estimator.expectedMs(setting.swarm), 0);
  const wanted = tasks ?? Math.min(TASKS_MAX, Math.floor(totalMs / cpus / TASK_MS_MIN));
  return Math.max(1, Math.min(wanted, Math.ceil(runs.length / cpus)));
}

function taskMemoryMb(runs: readonly PlannedRun[], cpus: number): number {
  const most = runs.reduce((max, { setting }) => Math.max(max, runMemoryBytes(setting.swarm)), 0);
  return Math.ceil((PROCESS_BYTES + cpus * most) / 1e6);
}

function fileOf(store: Store, name: string): string {
  return join(resolve(store.folder), BATCH_FOLDER, name);
}

async function changeBatches(
  store: Store,
  change: (folder: string) => Promise<unknown>,
): Promise<void> {
  try {
    await change(join(store.folder, BATCH_FOLDER));
  } catch (error) {
    throw storeError(error, store.folder);
  }
}

/** For a shell. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
