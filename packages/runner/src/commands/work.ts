/**
 * `cachetorrent work`: carries out runs that others have planned. Either a shard of a campaign, as
 * a task of a batch system does, or whatever a queue in Redis has.
 */

import { readFile } from 'node:fs/promises';

import { LocalEngine } from '../campaign/engines/local.ts';
import { redisUrl, withoutCredentials } from '../campaign/engines/redis-url.ts';
import { runsInList, runsOfShard, shardOf } from '../campaign/engines/shard.ts';
import { type CampaignPlan, planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { RunsFailed } from '../campaign/engines/engine.ts';
import { Store } from '../campaign/store/store.ts';
import { sweep } from '../campaign/sweep.ts';
import { pluralize } from '../format.ts';
import { CampaignProgressDisplay } from '../progress/campaign-progress-display.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { UserError } from '../user-error.ts';
import { Interrupted } from './run.ts';

export interface WorkFlags {
  readonly store?: string;
  readonly jobs?: number;
  readonly shard?: string;
  readonly shards?: number;
  /** A file with the keys of the runs to deal out. */
  readonly runs?: string;
  readonly redis?: string;
  /** Milliseconds. */
  readonly lock?: number;
  readonly untilEmpty?: true;
  readonly quiet?: true;
}

/**
 * @throws UserMistake where there is nothing to work on
 * @throws Interrupted when it was stopped
 * @throws RunsFailed where runs of the shard have failed
 */
export async function workCommand(
  file: string | undefined,
  flags: WorkFlags,
  environment: CliEnvironment,
): Promise<void> {
  if (file === undefined) await executeQueue(flags, environment);
  else await executeShard(file, flags, environment);
}

async function executeShard(
  file: string,
  flags: WorkFlags,
  { stdout, stderr, nowMs, signal, env }: CliEnvironment,
): Promise<void> {
  if (flags.redis !== undefined) {
    const problem = 'goes with no experiment: the queue says which runs there are';
    throw new UserError({ at: '--redis', problem, fix: 'leave out one of them' });
  }
  const shard = shardOf(flags, env);
  const plan = await planCampaign(await readExperiment(file));
  const keys = new Set(
    runsOfShard(await runsToDivide(plan, flags.runs), shard).map(({ key }) => key),
  );
  const store = await Store.open(flags.store ?? 'results');
  const engine = new LocalEngine(flags.jobs === undefined ? {} : { jobs: flags.jobs });
  const display = flags.quiet ? undefined : new CampaignProgressDisplay(stderr, nowMs);
  let done = 0;
  try {
    const { failed, stored } = await sweep({
      plan,
      store,
      engine,
      signal,
      filter: ({ key }) => keys.has(key),
      // Many shards end at once; whoever reads the datasets brings them up to date.
      updateDatasets: false,
      onEvent: (event) => {
        if (event.kind === 'done') done++;
        display?.show(event);
      },
    });
    display?.clear();
    const name = `shard ${shard.index + 1}/${shard.count}`;
    stdout.write(
      `${name} of ${plan.experiment.name}: ${pluralize(done, 'run')} made, ${stored} there before\n`,
    );
    if (failed.length > 0) {
      throw new RunsFailed(
        `${pluralize(failed.length, 'run')} failed; ${store.folder}/failures says why`,
      );
    }
  } catch (error) {
    display?.clear();
    if (!signal.aborted) throw error;
    throw new Interrupted(
      `stopped with ${pluralize(done, 'run')} made; another try goes on from there`,
    );
  } finally {
    await engine.close();
    store.close();
  }
}

/** The runs that are dealt out to shards: all, or those that a file lists. */
async function runsToDivide(
  { runs }: CampaignPlan,
  listFile: string | undefined,
): Promise<CampaignPlan['runs']> {
  if (listFile === undefined) return runs;
  try {
    const keys = JSON.parse(await readFile(listFile, 'utf8')) as string[];
    return runsInList(runs, keys, listFile);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const problem = `cannot be read: ${(error as Error).message}`;
    throw new UserError({
      at: `--runs ${listFile}`,
      problem,
      fix: 'submit the experiment again',
    });
  }
}

async function executeQueue(
  { redis, jobs, store: folder, untilEmpty, lock, quiet }: WorkFlags,
  { stdout, stderr, signal, env }: CliEnvironment,
): Promise<void> {
  const { BullmqWorker } = await import('../campaign/engines/bullmq-worker.ts');
  const { checkRedis } = await import('../campaign/engines/redis.ts');
  const tell = (message: string) => void stderr.write(`${message}\n`);
  const url = redisUrl(redis, env);
  const made = { done: 0, failed: 0 };
  const onRun = (key: string, error?: string) => {
    made[error === undefined ? 'done' : 'failed']++;
    if (!quiet) tell(error === undefined ? `run ${key} is done` : `run ${key} failed: ${error}`);
  };
  await checkRedis(url);
  const store = folder === undefined ? undefined : await Store.open(folder);
  try {
    const worker = await BullmqWorker.connect({
      url,
      endsWhenEmpty: untilEmpty === true,
      onWarning: tell,
      onRun,
      ...(jobs === undefined ? {} : { jobs }),
      ...(store === undefined ? {} : { store }),
      ...(lock === undefined ? {} : { lockMs: lock }),
    });
    if (!quiet) tell(`taking runs from ${withoutCredentials(url)}; Ctrl-C ends it`);
    await worker.work(signal);
    const failed = made.failed === 0 ? '' : `, ${made.failed} failed`;
    stdout.write(`${pluralize(made.done, 'run')} made${failed}\n`);
  } finally {
    store?.close();
  }
}
