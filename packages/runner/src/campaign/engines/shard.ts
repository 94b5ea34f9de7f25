/**
 * Which part of a campaign this process is to carry out: its shard, said on the command line, or
 * known from the batch system that started it.
 */

import { UserError } from '../../user-error.ts';
import { RunTimeEstimator } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface ArrayJobVariables {
  readonly index: string;
  /** Taken off the index, and what is left divided by the step. */
  readonly first?: string;
  readonly step?: string;
  readonly count?: string;
}

/** What batch systems say to the tasks of an array job. */
const ARRAY_JOB_VARIABLES: readonly ArrayJobVariables[] = [
  // Slurm, sbatch --array
  {
    index: 'SLURM_ARRAY_TASK_ID',
    first: 'SLURM_ARRAY_TASK_MIN',
    step: 'SLURM_ARRAY_TASK_STEP',
    count: 'SLURM_ARRAY_TASK_COUNT',
  },
  // Kubernetes, a Job with completionMode: Indexed; it does not say how many there are.
  { index: 'JOB_COMPLETION_INDEX' },
  // AWS Batch, an array job
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
];

/**
 * `shard` is what the user wrote, as in `2/8`, counted from 1; `shards` is how many there are,
 * where the environment knows only which one this is.
 *
 * @throws UserError where there is no telling
 */
export function shardOf(
  { shard, shards }: { readonly shard?: string; readonly shards?: number },
  env: Environment,
): Shard {
  if (shard !== undefined) return parseShard(shard);
  const system = ARRAY_JOB_VARIABLES.find(({ index }) => env[index] !== undefined);
  if (system === undefined) {
    const problem = 'is missing, and no batch system says which one this is';
    throw new UserError({ at: '--shard', problem, fix: 'write --shard 1/4, say' });
  }
  const number = (name: string | undefined) => (name === undefined ? undefined : env[name]);
  const first = Number(number(system.first) ?? 0);
  const step = Number(number(system.step) ?? 1);
  const index = (Number(env[system.index]) - first) / step;
  const count = shards ?? Number(number(system.count) ?? Number.NaN);
  if (!Number.isInteger(count)) {
    const problem = `is missing: ${system.index} says which one this is, but not of how many`;
    throw new UserError({ at: '--shards', problem, fix: 'write --shards 8, say' });
  }
  return checkShard({ index, count }, `${system.index}=${env[system.index]}`);
}

/**
 * The runs of a shard: all of them dealt out like cards, the longest first, so that every shard
 * has about as much to do.
 */
export function runsOfShard(runs: readonly PlannedRun[], { index, count }: Shard): PlannedRun[] {
  const pace = new RunTimeEstimator();
  const distinct = [...new Map(runs.map((run) => [run.key, run])).values()];
  return distinct
    .map((run) => ({ run, ms: pace.expectedMs(run.setting.swarm) }))
    .sort((a, b) => b.ms - a.ms || (a.run.key < b.run.key ? -1 : 1))
    .filter((_, place) => place % count === index)
    .map(({ run }) => run);
}

/**
 * The runs that a list in `listFile` names, among those of a plan.
 *
 * @throws UserError where the plan has changed since
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
    const problem = `names run ${key}, which the experiment does not have (any more)`;
    throw new UserError({ at: listFile, problem, fix: 'submit the experiment as it is now' });
  });
}

function parseShard(text: string): Shard {
  const [, number, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (number === undefined || count === undefined) {
    const problem = `is "${text}"`;
    throw new UserError({ at: '--shard', problem, fix: 'write which of how many, as in 1/4' });
  }
  return checkShard({ index: Number(number) - 1, count: Number(count) }, `--shard ${text}`);
}

function checkShard(shard: Shard, at: string): Shard {
  const { index, count } = shard;
  if (Number.isInteger(index) && index >= 0 && index < count) return shard;
  if (count === 0) throw new UserError({ at, problem: 'is of none', fix: 'write 1 shard or more' });
  const problem = `is none of ${count} shards`;
  throw new UserError({ at, problem, fix: `they are 1/${count} to ${count}/${count}` });
}
