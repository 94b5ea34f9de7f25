/** `cachetorrent sweep`: carries out the runs of an experiment that are not in the store yet. */

import { availableParallelism } from 'node:os';

import { unreachable } from '@cachetorrent/std';

import { ArrayEngine } from '../campaign/engines/array.ts';
import type { Engine, EngineName } from '../campaign/engines/engine.ts';
import { LocalEngine } from '../campaign/engines/local.ts';
import { redisUrl } from '../campaign/engines/redis-url.ts';
import { runMemoryBytes } from '../campaign/estimate.ts';
import { type CampaignPlan, planCampaign } from '../campaign/experiment/plan.ts';
import { readExperiment } from '../campaign/experiment/read.ts';
import { RunsFailed } from '../campaign/failed.ts';
import type { DatasetFormat } from '../campaign/store/manifest.ts';
import { Store } from '../campaign/store/store.ts';
import { type CampaignStatus, sweep, campaignStatus } from '../campaign/sweep.ts';
import { counted } from '../counted.ts';
import { CampaignDisplay, nameOf } from '../progress/campaign-display.ts';
import { duration } from '../progress/display.ts';
import type { CliEnvironment } from '../surroundings.ts';
import { Interrupted } from './run.ts';

export interface SweepFlags {
  readonly store: string;
  readonly jobs?: number;
  readonly datasets: DatasetFormat;
  readonly dryRun?: true;
  readonly verify?: true;
  readonly quiet?: true;
  readonly engine: EngineName;
  readonly redis?: string;
  readonly sbatch?: readonly string[];
}

/**
 * @throws UserMistake before anything is made
 * @throws Interrupted saying how far it was
 * @throws RunsFailed after all others are done
 */
export async function sweepCommand(
  file: string,
  flags: SweepFlags,
  surroundings: CliEnvironment,
): Promise<void> {
  const plan = await planCampaign(await readExperiment(file));
  if (flags.dryRun) return dryRun(plan, flags, surroundings);

  const { stdout, stderr, nowMs, signal } = surroundings;
  if (flags.engine === 'bullmq') {
    const { checkRedis } = await import('../campaign/engines/redis.ts');
    await checkRedis(redisUrl(flags.redis, surroundings.env));
  }
  const store = await Store.open(flags.store, flags.datasets);
  const display = flags.quiet ? undefined : new CampaignDisplay(stderr, nowMs);
  let engine: Engine | undefined;
  let done = 0;
  try {
    engine = await engineOf(flags, plan, store, surroundings, display);
    signal.throwIfAborted();
    const summary = await sweep({
      plan,
      store,
      engine,
      signal,
      verify: flags.verify === true,
      onEvent: (event) => {
        if (event.kind === 'begun') done = event.inventory.stored.length;
        if (event.kind === 'done') done++;
        display?.show(event);
      },
    });
    display?.clear();
    stdout.write(summaryOf(plan, summary.stored, summary.done, flags.store));
    if (summary.failed.length > 0) {
      throw new RunsFailed(
        await tellFailures(
          store,
          summary.failed.map(({ key }) => key),
        ),
      );
    }
  } catch (error) {
    display?.clear();
    if (!signal.aborted) throw error;
    const stopped = `stopped with ${done} of ${runCount(plan)} runs done`;
    throw new Interrupted(`${stopped}; the same command goes on from there`);
  } finally {
    await engine?.close();
    store.close();
  }
}

async function engineOf(
  { engine, jobs, redis, sbatch }: SweepFlags,
  plan: CampaignPlan,
  store: Store,
  { stderr, env }: CliEnvironment,
  display: CampaignDisplay | undefined,
): Promise<Engine> {
  switch (engine) {
    case 'local':
      return new LocalEngine(jobs === undefined ? {} : { jobs });
    case 'bullmq': {
      const { BullmqEngine } = await import('../campaign/engines/bullmq.ts');
      const onTrouble = (message: string) => {
        display?.clear();
        stderr.write(`${message}\n`);
      };
      return BullmqEngine.connect({ url: redisUrl(redis, env), onWarning: onTrouble });
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

function summaryOf(plan: CampaignPlan, stored: number, done: number, store: string): string {
  const { name } = plan.experiment;
  return (
    `${name}: ${counted(done, 'run')} made, ${stored} in ${store} before\n` +
    `to see what they came to: cachetorrent report ${store} --experiment ${name}\n`
  );
}

async function tellFailures(store: Store, keys: readonly string[]): Promise<string> {
  const failures = (await store.failures()).filter(({ key }) => keys.includes(key));
  const told = failures.map(
    ({ key, error, command }) => `run ${key} failed: ${error}\n  to see it again: ${command}`,
  );
  return [
    `${counted(keys.length, 'run')} failed, each ${failures[0]?.attempts ?? 2} times`,
    ...told,
  ].join('\n');
}

/** What would be done, without doing or writing anything. */
async function dryRun(
  plan: CampaignPlan,
  flags: SweepFlags,
  { stdout }: CliEnvironment,
): Promise<void> {
  const store = Store.existsAt(flags.store) ? await Store.openReadOnly(flags.store) : undefined;
  const inventory = campaignStatus(plan, store, flags.verify === true);
  stdout.write(planText(plan, inventory, flags.jobs ?? availableParallelism()));
}

function planText(plan: CampaignPlan, inventory: CampaignStatus, jobs: number): string {
  const { stored, missing, damaged, estimator } = inventory;
  const timesMs = missing.map(({ setting }) => estimator.expectedMs(setting.swarm));
  const totalMs = timesMs.reduce((sum, ms) => sum + ms, 0);
  const longestMs = timesMs.reduce((most, ms) => Math.max(most, ms), 0);
  const bytes = missing.map(({ setting }) => runMemoryBytes(setting.swarm)).sort((a, b) => b - a);
  const sideBySide = bytes.slice(0, jobs).reduce((sum, of) => sum + of, 0);
  const combinations = counted(plan.settings.length, 'combination');
  const lines = [
    `${plan.experiment.name}: ${combinations} with ${counted(plan.seeds.length, 'seed')}`,
    row('runs', String(runCount(plan))),
    row('done', String(stored.length)),
    row('missing', String(missing.length)),
    ...damaged.map(({ file, problem }) => row('damaged', `${file} ${problem}`)),
  ];
  if (missing.length > 0) {
    const measured = estimator.isMeasured ? 'as the runs in the store' : 'a guess';
    const expectedMs = Math.max(longestMs, totalMs / jobs);
    lines.push(
      row('time', `about ${duration(expectedMs)} on ${counted(jobs, 'core')} (${measured})`),
      row(
        'memory',
        `about ${Math.ceil(sideBySide / 1e6)} MB for ${Math.min(jobs, missing.length)} at once`,
      ),
      row('first', shortened(nameOf(missing[0]!))),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A parameter may be a list of objects, and a line has 80 columns. */
function shortened(text: string): string {
  return text.length <= 68 ? text : `${text.slice(0, 67)}…`;
}

function row(name: string, value: string): string {
  return `${name.padEnd(12)}${value}`;
}

function runCount(plan: CampaignPlan): number {
  return new Set(plan.runs.map(({ key }) => key)).size;
}
