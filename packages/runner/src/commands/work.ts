/**
 * `cachetorrent work`: executes either one shard of a campaign, as a task of a batch system does,
 * or runs from a queue in Redis.
 */

import { LocalEngine } from '../campaign/engines/local.ts';
import { redisUrl, withoutCredentials } from '../campaign/engines/redis-url.ts';
import { jobsWarning } from '../campaign/resources.ts';
import { runsInList, runsOfShard, shardOf } from '../campaign/engines/shard.ts';
import { type CampaignPlan, planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { RunsFailed } from '../campaign/engines/engine.ts';
import { parseJson, withStoreErrors } from '../campaign/store/files.ts';
import { sweep } from '../campaign/sweep.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { textOf } from '../configuration/parse.ts';
import { finishedText, pluralize } from '../format.ts';
import { CampaignProgressDisplay } from '../progress/campaign-progress-display.ts';
import { UserError } from '../user-error.ts';
import { openStore } from './open-store.ts';
import { Interrupted } from './run-errors.ts';

export interface WorkFlags {
  readonly store?: string;
  readonly jobs?: number;
  readonly shard?: string;
  readonly shards?: number;
  /** A JSON file with the keys of the runs to divide into shards; by default all runs. */
  readonly runs?: string;
  readonly redis?: string;
  /** The time after which the run of an unresponsive worker passes to another, in ms. */
  readonly lock?: number;
  readonly untilEmpty?: true;
  readonly force?: true;
  readonly quiet?: true;
}

/**
 * @throws UserError if the experiment or the shard is invalid, a run would exceed the memory, or
 *   Redis is unreachable
 * @throws Interrupted if the user stops it
 * @throws RunsFailed if runs of the shard fail
 */
export async function workCommand(
  file: string | undefined,
  flags: WorkFlags,
  environment: CliEnvironment,
): Promise<void> {
  environment.stderr.write(jobsWarning(flags.jobs, environment.machine));
  const execute = () =>
    file === undefined ? executeQueue(flags, environment) : executeShard(file, flags, environment);
  await withStoreErrors(flags.store ?? 'results', execute);
}

async function executeShard(
  file: string,
  flags: WorkFlags,
  environment: CliEnvironment,
): Promise<void> {
  const { stdout, stderr, nowMs, signal, env, machine } = environment;
  if (flags.redis !== undefined) {
    const problem = 'cannot be combined with an experiment: the runs come from the queue';
    throw new UserError({ at: '--redis', problem, fix: 'remove one of them' });
  }
  const shard = shardOf(flags, env);
  const plan = await planCampaign(await readExperiment(file));
  const keys = new Set(
    runsOfShard(await runsToDivide(plan, flags.runs), shard).map(({ key }) => key),
  );
  const display = flags.quiet ? undefined : new CampaignProgressDisplay(stderr, nowMs);
  const store = await openStore(flags.store ?? 'results', environment, {}, display);
  const engine = new LocalEngine(flags.jobs === undefined ? {} : { jobs: flags.jobs });
  let done = 0;
  try {
    const summary = await sweep({
      plan,
      store,
      engine,
      signal,
      ...(flags.force === undefined ? { machine } : {}),
      filter: ({ key }) => keys.has(key),
      // Many shards end at the same time. Commands that read the datasets update them.
      updateDatasets: false,
      onEvent: (event) => {
        if (event.kind === 'done') done++;
        if (display !== undefined) display.show(event);
        else if (event.kind === 'waiting') stderr.write(`waiting for ${event.reason}\n`);
      },
    });
    display?.clear();
    const name = `shard ${shard.index + 1}/${shard.count} of ${plan.experiment.name}`;
    const finished = finishedText(summary.done, summary.elsewhere);
    stdout.write(`${name}: ${finished}, ${summary.stored} already stored\n`);
    if (summary.failed.length > 0) {
      const runs = pluralize(summary.failed.length, 'run');
      throw new RunsFailed(`${runs} failed; the errors are in ${store.folder}/failures`);
    }
  } catch (error) {
    display?.clear();
    if (!signal.aborted) throw error;
    throw new Interrupted(
      `stopped after ${pluralize(done, 'run')}; run the same command again to continue`,
    );
  } finally {
    await engine.close();
    store.close();
  }
}

/** The runs to divide into shards: all, or those that a file lists. */
async function runsToDivide(
  { runs }: CampaignPlan,
  listFile: string | undefined,
): Promise<CampaignPlan['runs']> {
  if (listFile === undefined) return runs;
  const keys = listOf(await textOf(listFile, 'the folder "batches" of a store'));
  if (keys !== undefined) return runsInList(runs, keys, listFile);
  const at = `--runs ${listFile}`;
  throw new UserError({ at, problem: 'is not a list of runs', fix: 'submit the experiment again' });
}

/** The texts of a list in JSON; undefined if `text` is not one. */
function listOf(text: string): string[] | undefined {
  const list = parseJson(text);
  const isList = Array.isArray(list) && list.every((each) => typeof each === 'string');
  return isList ? list : undefined;
}

async function executeQueue(
  { redis, jobs, store: folder, untilEmpty, lock, quiet }: WorkFlags,
  environment: CliEnvironment,
): Promise<void> {
  const { stdout, stderr, signal, env } = environment;
  const { BullmqWorker } = await import('../campaign/engines/bullmq-worker.ts');
  const { checkRedis } = await import('../campaign/engines/redis.ts');
  const printLine = (message: string) => void stderr.write(`${message}\n`);
  const url = redisUrl(redis, env);
  let finished = 0;
  let failed = 0;
  const onRun = (key: string, error?: string) => {
    if (error === undefined) finished++;
    else failed++;
    if (quiet) return;
    printLine(error === undefined ? `run ${key} finished` : `run ${key} failed: ${error}`);
  };
  await checkRedis(url);
  const store = folder === undefined ? undefined : await openStore(folder, environment);
  try {
    const worker = await BullmqWorker.connect({
      url,
      endsWhenEmpty: untilEmpty === true,
      onWarning: printLine,
      onRun,
      ...(jobs === undefined ? {} : { jobs }),
      ...(store === undefined ? {} : { store }),
      ...(lock === undefined ? {} : { lockMs: lock }),
    });
    if (!quiet) printLine(`taking runs from ${withoutCredentials(url)}; press Ctrl-C to stop`);
    await worker.work(signal);
    const failures = failed === 0 ? '' : `, ${failed} failed`;
    stdout.write(`${pluralize(finished, 'run')} finished${failures}\n`);
  } finally {
    store?.close();
  }
}
