/** `cachetorrent submit slurm`: submits the missing runs of an experiment to a batch system. */

import { type BatchOptions, writeBatch } from '../campaign/engines/batch.ts';
import { activeBatches, submitRuns } from '../campaign/engines/slurm.ts';
import { type CampaignPlan, planCampaign, type PlannedRun } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { campaignWarnings } from '../campaign/experiment/warnings.ts';
import { storedCampaignOf, writeStoredCampaign } from '../campaign/stored-campaign.ts';
import { withStoreErrors } from '../campaign/store/files.ts';
import type { Store } from '../campaign/store/store.ts';
import { campaignStatus } from '../campaign/sweep.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { pluralize } from '../format.ts';
import { openStore } from './open-store.ts';

export interface SubmitFlags {
  readonly store: string;
  readonly jobs?: number;
  readonly tasks?: number;
  readonly sbatch?: readonly string[];
  readonly print?: true;
}

/** @throws UserError if the experiment is invalid, or Slurm rejects the job */
export async function submitCommand(
  file: string,
  flags: SubmitFlags,
  environment: CliEnvironment,
): Promise<void> {
  const plan = await planCampaign(await readExperiment(file));
  for (const warning of campaignWarnings(plan)) environment.stderr.write(`warning: ${warning}\n`);
  await withStoreErrors(flags.store, () => submitPlan(plan, file, flags, environment));
}

async function submitPlan(
  plan: CampaignPlan,
  file: string,
  { store: folder, jobs, tasks, sbatch, print }: SubmitFlags,
  environment: CliEnvironment,
): Promise<void> {
  const { stdout, stderr } = environment;
  const { name } = plan.experiment;
  const store = await openStore(folder, environment);
  try {
    const { missing, stored, damaged, estimator } = campaignStatus(plan, store);
    await writeStoredCampaign(store, storedCampaignOf(plan));
    await store.removeDamaged(damaged);
    const options: BatchOptions = {
      file,
      name,
      estimator,
      ...(jobs === undefined ? {} : { cpus: jobs }),
      ...(tasks === undefined ? {} : { tasks }),
      ...(sbatch === undefined ? {} : { sbatch }),
    };
    const total = stored.length + missing.length;
    const progress = `${name}: ${stored.length} of ${total} runs are in ${folder}`;
    if (print && missing.length > 0) {
      const { script, scriptFile } = await writeBatch(store, missing, options);
      stderr.write(`${progress}; submit the others with: sbatch ${scriptFile}\n`);
      stdout.write(script);
      return;
    }
    stdout.write(`${progress}\n${await submitMissing(store, missing, options)}`);
  } finally {
    store.close();
  }
}

/** Submits the runs that are in no unfinished job. Returns a description of all jobs. */
async function submitMissing(
  store: Store,
  missing: readonly PlannedRun[],
  options: BatchOptions,
): Promise<string> {
  let text = '';
  const submitted = new Set<string>();
  const missingKeys = new Set(missing.map(({ key }) => key));
  for (const { job, keys } of missing.length === 0 ? [] : await activeBatches(store)) {
    const count = keys.filter((key) => missingKeys.has(key)).length;
    for (const key of keys) submitted.add(key);
    if (count > 0) text += `job ${job} is still executing ${count} of the others\n`;
  }
  const remaining = missing.filter(({ key }) => !submitted.has(key));
  if (remaining.length === 0) return `${text}nothing to submit\n`;

  const { job, batch } = await submitRuns(store, remaining, options);
  const [tasks, runs] = [pluralize(batch.taskCount, 'task'), pluralize(remaining.length, 'run')];
  return (
    `${text}submitted job ${job}: ${tasks} for ${runs}; show it with: squeue --jobs ${job}\n` +
    'when it has ended, run the same command again to submit the remaining runs\n'
  );
}
