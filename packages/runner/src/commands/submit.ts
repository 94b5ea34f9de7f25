/** `cachetorrent submit slurm`: hands the missing runs of an experiment to a batch system. */

import { type BatchOptions, writeBatch } from '../campaign/engines/batch.ts';
import { activeBatches, submitRuns } from '../campaign/engines/slurm.ts';
import { planCampaign, type PlannedRun } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { storedCampaignOf, writeStoredCampaign } from '../campaign/stored-campaign.ts';
import { Store } from '../campaign/store/store.ts';
import { campaignStatus } from '../campaign/sweep.ts';
import { pluralize } from '../format.ts';
import type { CliEnvironment } from '../cli-environment.ts';

export interface SubmitFlags {
  readonly store: string;
  readonly jobs?: number;
  readonly tasks?: number;
  readonly sbatch?: readonly string[];
  readonly print?: true;
}

/** @throws UserMistake where the experiment makes no sense, or Slurm does not take it */
export async function submitCommand(
  file: string,
  { store: folder, jobs, tasks, sbatch, print }: SubmitFlags,
  { stdout, stderr }: CliEnvironment,
): Promise<void> {
  const plan = await planCampaign(await readExperiment(file));
  const { name } = plan.experiment;
  const store = await Store.open(folder);
  try {
    const { missing, stored, damaged, estimator } = campaignStatus(plan, store);
    await writeStoredCampaign(store, storedCampaignOf(plan));
    for (const { key } of damaged) await store.remove(key);
    const options: BatchOptions = {
      file,
      name,
      estimator,
      ...(jobs === undefined ? {} : { cpus: jobs }),
      ...(tasks === undefined ? {} : { tasks }),
      ...(sbatch === undefined ? {} : { sbatch }),
    };
    const total = stored.length + missing.length;
    const counted = `${name}: ${stored.length} of ${total} runs are in ${folder}`;
    if (print && missing.length > 0) {
      const { script, scriptFile } = await writeBatch(store, missing, options);
      stderr.write(`${counted}; to submit the others: sbatch ${scriptFile}\n`);
      stdout.write(script);
      return;
    }
    stdout.write(`${counted}\n${await submitMissing(store, missing, options)}`);
  } finally {
    store.close();
  }
}

/** Submits what no job has yet; the answer tells what is where. */
async function submitMissing(
  store: Store,
  missing: readonly PlannedRun[],
  options: BatchOptions,
): Promise<string> {
  let told = '';
  const given = new Set<string>();
  const wanted = new Set(missing.map(({ key }) => key));
  for (const { job, keys } of missing.length === 0 ? [] : await activeBatches(store)) {
    const count = keys.filter((key) => wanted.has(key)).length;
    for (const key of keys) given.add(key);
    if (count > 0) told += `job ${job} is still at work on ${count} of the others\n`;
  }
  const left = missing.filter(({ key }) => !given.has(key));
  if (left.length === 0) return `${told}there is nothing to submit\n`;

  const { job, batch } = await submitRuns(store, left, options);
  const [tasks, runs] = [pluralize(batch.taskCount, 'task'), pluralize(left.length, 'run')];
  return (
    `${told}job ${job} has ${tasks} for ${runs}; to see it: squeue --jobs ${job}\n` +
    'once it is over, the same command submits what is left\n'
  );
}
