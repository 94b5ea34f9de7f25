/** `cachetorrent submit slurm`: hands the missing runs of an experiment to a batch system. */

import { submitBatch, writeBatch } from '../campaign/engines/slurm.ts';
import { planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { listingOf, writeListing } from '../campaign/listing.ts';
import { Store } from '../campaign/store/store.ts';
import { takeInventory } from '../campaign/sweep.ts';
import type { Surroundings } from '../surroundings.ts';

export interface SubmitFlags {
  readonly store: string;
  readonly jobs?: number;
  readonly sbatch?: readonly string[];
  readonly print?: true;
}

/** @throws UserMistake where the experiment makes no sense, or Slurm does not take it */
export async function submitCommand(
  file: string,
  { store: folder, jobs, sbatch, print }: SubmitFlags,
  { stdout }: Surroundings,
): Promise<void> {
  const plan = await planCampaign(await readExperiment(file));
  const { name } = plan.experiment;
  const store = await Store.open(folder);
  try {
    const { missing, stored, damaged } = takeInventory(plan, store);
    if (missing.length === 0) {
      stdout.write(`${name}: all ${stored.length} runs are in ${folder} already\n`);
      return;
    }
    await writeListing(store, listingOf(plan));
    for (const { key } of damaged) await store.remove(key);
    const batch = await writeBatch(missing, {
      file,
      name,
      store: folder,
      ...(jobs === undefined ? {} : { cpus: jobs }),
      ...(sbatch === undefined ? {} : { sbatch }),
    });
    if (print) return void stdout.write(batch.script);
    const job = await submitBatch(batch);
    stdout.write(
      `${name}: job ${job} has ${batch.taskCount} tasks for ${missing.length} runs` +
        ` (${stored.length} were in ${folder} already)\n` +
        `to see it: squeue --jobs ${job}; once it is over, the same command submits what is left\n`,
    );
  } finally {
    store.close();
  }
}
