/**
 * The shard of a campaign that this process executes, given on the command line or by the batch
 * system that started the process.
 */

import { UserError } from '../../user-error.ts';
import { RunTimeEstimator } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';

export interface Shard {
  /** Index of the shard, from 0. */
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variables that a batch system sets for the tasks of an array job. */
interface ArrayJobVariables {
  readonly index: string;
  /** The first index, and the step between two: the shard is (index - first) / step. */
  readonly first?: string;
  readonly step?: string;
  readonly count?: string;
}

const ARRAY_JOB_VARIABLES: readonly ArrayJobVariables[] = [
  // Slurm, sbatch --array
  {
    index: 'SLURM_ARRAY_TASK_ID',
    first: 'SLURM_ARRAY_TASK_MIN',
    step: 'SLURM_ARRAY_TASK_STEP',
    count: 'SLURM_ARRAY_TASK_COUNT',
  },
  // Kubernetes, a Job with completionMode: Indexed; the count is not available.
  { index: 'JOB_COMPLETION_INDEX' },
  // AWS Batch, an array job
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
];

/**
 * Determines the shard of this process. `shard` is the option of the command line, such as `2/8`,
 * counted from 1; `shards` is the number of shards, if the environment only has the index.
 *
 * @throws UserError if the shard is unknown or invalid
 */
export function shardOf(
  { shard, shards }: { readonly shard?: string; readonly shards?: number },
  env: Environment,
): Shard {
  if (shard !== undefined) return parseShard(shard);
  const system = ARRAY_JOB_VARIABLES.find(({ index }) => env[index] !== undefined);
  if (system === undefined) {
    const problem = 'is missing, and no batch system sets it';
    throw new UserError({ at: '--shard', problem, fix: 'write --shard 1/4, for instance' });
  }
  const number = (name: string | undefined, otherwise = Number.NaN) => {
    const text = name === undefined ? undefined : env[name];
    // Number('') is 0.
    return text === undefined ? otherwise : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  const index = (number(system.index) - number(system.first, 0)) / number(system.step, 1);
  const count = shards ?? number(system.count);
  if (!Number.isInteger(count)) {
    const problem = `is missing: ${system.index} gives the index, but not the number of shards`;
    throw new UserError({ at: '--shards', problem, fix: 'write --shards 8, for instance' });
  }
  return checkShard({ index, count }, `${system.index}=${env[system.index]}`);
}

/**
 * Returns the runs of a shard, the longest first. The runs, sorted by length, are assigned to the
 * shards in turn, so that all shards take about the same time.
 */
export function runsOfShard(runs: readonly PlannedRun[], { index, count }: Shard): PlannedRun[] {
  const pace = new RunTimeEstimator();
  const distinct = [...new Map(runs.map((run) => [run.key, run])).values()];
  return distinct
    .map((run) => ({ run, ms: pace.expectedMs(run.setting.swarm) }))
    .sort((a, b) => b.ms - a.ms || (a.run.key < b.run.key ? -1 : 1))
    .filter((_, position) => position % count === index)
    .map(({ run }) => run);
}

/**
 * Returns the runs of a plan that have the given keys, which were read from `listFile`.
 *
 * @throws UserError if a run is not in the plan, as the experiment has changed
 */
export function runsInList(
  runs: readonly PlannedRun[],
  keys: readonly RunKey[],
  listFile: string,
): PlannedRun[] {
  const byKey = new Map(runs.map((run) => [run.key, run]));
  return keys.map((key) => {
    const run = byKey.get(key);
    if (run !== undefined) return run;
    const problem = `names run ${key}, which is not in the experiment (any more)`;
    throw new UserError({ at: listFile, problem, fix: 'submit the experiment again' });
  });
}

function parseShard(text: string): Shard {
  const [, number, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (number === undefined || count === undefined) {
    const problem = `is "${text}"`;
    throw new UserError({
      at: '--shard',
      problem,
      fix: 'write index and number of the shards, such as 1/4',
    });
  }
  return checkShard({ index: Number(number) - 1, count: Number(count) }, `--shard ${text}`);
}

function checkShard(shard: Shard, at: string): Shard {
  const { index, count } = shard;
  if (Number.isInteger(index) && index >= 0 && index < count) return shard;
  if (count === 0)
    throw new UserError({ at, problem: 'has no shards', fix: 'write 1 shard or more' });
  const problem = `is not one of the ${count} shards`;
  throw new UserError({ at, problem, fix: `write 1/${count} to ${count}/${count}` });
}
