/** `cachetorrent sweep`: executes the runs of an experiment that are missing from the store. */

import { unreachable } from '@cachetorrent/std';

import { ArrayEngine } from '../campaign/engines/array.ts';
import { type Engine, type EngineName, RunsFailed } from '../campaign/engines/engine.ts';
import { LocalEngine } from '../campaign/engines/local.ts';
import { redisUrl } from '../campaign/engines/redis-url.ts';
import { type CampaignPlan, planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { campaignWarnings } from '../campaign/experiment/warnings.ts';
import { checkRunsFit, concurrentRuns, jobsWarning } from '../campaign/resources.ts';
import type { DatasetFormat } from '../campaign/store/manifest.ts';
import { withStoreErrors } from '../campaign/store/files.ts';
import { Store } from '../campaign/store/store.ts';
import {
  type CampaignStatus,
  sweep,
  campaignStatus,
  type SweepSummary,
} from '../campaign/sweep.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { finishedText, formatBytes, formatDuration, pluralize } from '../format.ts';
import type { Machine } from '../machine.ts';
import { CampaignProgressDisplay, runName } from '../progress/campaign-progress-display.ts';
import { openStore } from './open-store.ts';
import { Interrupted } from './run-errors.ts';

export interface SweepFlags {
  readonly store: string;
  readonly jobs?: number;
  readonly datasets: DatasetFormat;
  readonly dryRun?: true;
  readonly force?: true;
  readonly verify?: true;
  readonly quiet?: true;
  readonly engine: EngineName;
  readonly redis?: string;
  readonly sbatch?: readonly string[];
}

/**
 * @throws UserError before any run starts, for instance if a run would exceed the memory
 * @throws Interrupted if the user stops it, with the number of finished runs
 * @throws RunsFailed if runs fail, after all others have finished
 */
export async function sweepCommand(
  file: string,
  flags: SweepFlags,
  environment: CliEnvironment,
): Promise<void> {
  const plan = await planCampaign(await readExperiment(file));
  if (flags.engine === 'local') {
    environment.stderr.write(jobsWarning(flags.jobs, environment.machine));
  }
  for (const warning of campaignWarnings(plan)) environment.stderr.write(`warning: ${warning}\n`);
  const execute = flags.dryRun ? dryRun : executeRuns;
  await withStoreErrors(flags.store, () => execute(plan, flags, environment));
}

async function executeRuns(
  plan: CampaignPlan,
  flags: SweepFlags,
  environment: CliEnvironment,
): Promise<void> {
  const { stdout, stderr, nowMs, signal, machine } = environment;
  const checked = isRefusing(flags) ? { machine } : {};
  // A campaign that cannot be executed creates no store.
  if (isRefusing(flags) && !Store.existsAt(flags.store)) {
    checkRunsFit(plan.file, plan.runs, machine);
  }
  if (flags.engine === 'bullmq') {
    const { checkRedis } = await import('../campaign/engines/redis.ts');
    await checkRedis(redisUrl(flags.redis, environment.env));
  }
  const display = flags.quiet ? undefined : new CampaignProgressDisplay(stderr, nowMs);
  const store = await openStore(flags.store, environment, { format: flags.datasets }, display);
  let engine: Engine | undefined;
  let done = 0;
  try {
    engine = await engineOf(flags, plan, store, environment, display);
    signal.throwIfAborted();
    const summary = await sweep({
      plan,
      store,
      engine,
      signal,
      verify: flags.verify === true,
      ...checked,
      onEvent: (event) => {
        if (event.kind === 'started') done = event.status.stored.length;
        if (event.kind === 'done') done++;
        if (display !== undefined) display.show(event);
        else if (event.kind === 'waiting') stderr.write(`waiting for ${event.reason}\n`);
      },
    });
    display?.clear();
    stdout.write(summaryText(plan, summary, flags.store));
    if (summary.failed.length > 0) {
      throw new RunsFailed(
        await failuresText(
          store,
          summary.failed.map(({ key }) => key),
        ),
      );
    }
  } catch (error) {
    display?.clear();
    if (!signal.aborted) throw error;
    const stopped = `stopped with ${done} of ${runCount(plan)} runs done`;
    throw new Interrupted(`${stopped}; run the same command again to continue`);
  } finally {
    await engine?.close();
    store.close();
  }
}

/** Whether runs that exceed the memory are refused. */
function isRefusing({ engine, force }: SweepFlags): boolean {
  return engine === 'local' && force === undefined;
}

async function engineOf(
  { engine, jobs, redis, sbatch }: SweepFlags,
  plan: CampaignPlan,
  store: Store,
  { stderr, env }: CliEnvironment,
  display: CampaignProgressDisplay | undefined,
): Promise<Engine> {
  switch (engine) {
    case 'local':
      return new LocalEngine(jobs === undefined ? {} : { jobs });
    case 'bullmq': {
      const { BullmqEngine } = await import('../campaign/engines/bullmq.ts');
      const printTrouble = (message: string) => {
        display?.clear();
        stderr.write(`${message}\n`);
      };
      return BullmqEngine.connect({ url: redisUrl(redis, env), onWarning: printTrouble });
    }
    case 'array':
      return new ArrayEngine(store, {
        file: plan.file,
        name: plan.experiment.name,
        estimator: campaignStatus(plan, store).estimator,
        ...(jobs === undefined ? {} : { cpus: jobs }),
        ...(sbatch === undefined ? {} : { sbatch }),
      });
    default:
      return unreachable(engine);
  }
}

function summaryText(
  plan: CampaignPlan,
  { done, elsewhere, stored }: SweepSummary,
  store: string,
): string {
  const { name } = plan.experiment;
  return (
    `${name}: ${finishedText(done, elsewhere)}, ${stored} already in ${store}\n` +
    `show the results with: cachetorrent report ${store} --experiment ${name}\n`
  );
}

async function failuresText(store: Store, keys: readonly string[]): Promise<string> {
  const failures = (await store.failures()).filter(({ key }) => keys.includes(key));
  const details = failures.map(
    ({ key, error, command }) => `run ${key} failed: ${error}\n  reproduce with: ${command}`,
  );
  return [
    `${pluralize(keys.length, 'run')} failed after ${failures[0]?.attempts ?? 2} attempts each`,
    ...details,
  ].join('\n');
}

/** Prints what a sweep would do. Writes nothing. */
async function dryRun(
  plan: CampaignPlan,
  flags: SweepFlags,
  { stdout, machine }: CliEnvironment,
): Promise<void> {
  const store = Store.existsAt(flags.store) ? await Store.openReadOnly(flags.store) : undefined;
  const status = campaignStatus(plan, store, flags.verify === true);
  stdout.write(dryRunText(plan, status, flags.jobs ?? machine.cores, machine));
  if (isRefusing(flags)) checkRunsFit(plan.file, status.missing, machine);
}

function dryRunText(
  plan: CampaignPlan,
  status: CampaignStatus,
  jobs: number,
  machine: Machine,
): string {
  const { stored, missing, damaged, estimator } = status;
  const timesMs = missing.map(({ setting }) => estimator.expectedMs(setting.swarm));
  const totalMs = timesMs.reduce((sum, ms) => sum + ms, 0);
  const longestMs = timesMs.reduce((most, ms) => Math.max(most, ms), 0);
  const concurrent = concurrentRuns(missing, jobs, machine);
  const settings = pluralize(plan.settings.length, 'setting');
  const lines = [
    `${plan.experiment.name}: ${settings} with ${pluralize(plan.seeds.length, 'seed')} each`,
    row('runs', String(runCount(plan))),
    row('done', String(stored.length)),
    row('missing', String(missing.length)),
    ...damaged.map(({ file, problem }) => row('damaged', `${file} ${problem}`)),
  ];
  if (missing.length > 0) {
    const basis = estimator.isMeasured ? 'based on the stored runs' : 'a rough estimate';
    const needed = `${formatBytes(concurrent.bytes)} of ${formatBytes(machine.memoryBytes)}`;
    const cores = Math.min(jobs, machine.cores);
    const expectedMs = Math.max(longestMs, totalMs / cores);
    lines.push(
      row('time', `about ${formatDuration(expectedMs)} on ${pluralize(cores, 'core')} (${basis})`),
      row('memory', `about ${needed} for ${pluralize(concurrent.count, 'concurrent run')}`),
      row('first run', truncated(runName(missing[0]!))),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Limits a line to 80 columns: a parameter may be a list of objects. */
function truncated(text: string): string {
  return text.length <= 68 ? text : `${text.slice(0, 67)}…`;
}

function row(name: string, value: string): string {
  return `${name.padEnd(12)}${value}`;
}

function runCount(plan: CampaignPlan): number {
  return new Set(plan.runs.map(({ key }) => key)).size;
}
