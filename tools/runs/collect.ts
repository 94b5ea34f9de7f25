/**
 * Runs the simulations that a page is written from, as a campaign of the runner. Its store keeps
 * them, so a tool that was stopped continues where it was.
 */

import { campaign, type Experiment, type Overrides, type RunDocument } from '@cachetorrent/runner';

import {
  type Parameters,
  planCampaign,
} from '../../packages/runner/src/campaign/experiment/plan.ts';
import { experimentFromObject } from '../../packages/runner/src/campaign/experiment/read.ts';
import type { RunRecord } from '../../packages/runner/src/campaign/store/record.ts';
import { Store } from '../../packages/runner/src/campaign/store/store.ts';
import { configFile, inRepository } from '../files.ts';
import { seconds } from './markdown.ts';

/** One combination of parameter values, which is run with several seeds. */
export interface Setting {
  readonly name: string;
  /** Fields that differ from the base configuration. */
  readonly fields: Overrides;
}

export type CollectedRun = Pick<RunDocument, 'result' | 'timing'>;

/** The runs of each setting, by its name, in order of seed; undefined where a run is missing. */
export type CollectedRuns = ReadonlyMap<string, readonly (CollectedRun | undefined)[]>;

export interface CampaignOptions {
  /** The folder of the store, relative to the root of the repository. */
  readonly store: string;
  /** The number of runs at a time (default: the number of cores). */
  readonly threads: number | undefined;
  /** Whether to run nothing, and return the stored runs. */
  readonly storedOnly: boolean;
  /** Receives a line for each run that has finished. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface CollectOptions extends CampaignOptions {
  /** The name of an example configuration. */
  readonly base: string;
  /** Each setting is run with the seeds 1 to this number. */
  readonly seeds: number;
}

/**
 * Runs what the store lacks, and returns the runs of all settings.
 *
 * @throws RunsFailed after all other runs, if some have failed
 */
export async function collectRuns(
  settings: readonly Setting[],
  { base, seeds, ...options }: CollectOptions,
): Promise<CollectedRuns> {
  if (settings.length === 0) return new Map();
  const experiment: Experiment = {
    name: base,
    base: configFile(base),
    labels: ['setting'],
    vary: { union: settings.map(variationOf) },
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
  };
  const collected = await collectExperiment(experiment, options);
  return new Map(collected.map(({ parameters, runs }) => [nameOf(parameters), runs]));
}

function variationOf({ name, fields }: Setting): Record<string, readonly (string | object)[]> {
  const values = Object.entries(fields).map(([field, value]) => [field, [value as object]]);
  return { setting: [name], ...Object.fromEntries(values) };
}

/** The runs of one setting of an experiment. */
export interface SettingRuns {
  readonly parameters: Parameters;
  /** In order of seed; undefined where a run is missing. */
  readonly runs: readonly (RunRecord | undefined)[];
}

/**
 * Runs what the store lacks of an experiment, whose base has an absolute path, and returns the runs
 * of all settings, in their order.
 *
 * @throws RunsFailed after all other runs, if some have failed
 */
export async function collectExperiment(
  experiment: Experiment,
  { store, threads, storedOnly, log, signal }: CampaignOptions,
): Promise<readonly SettingRuns[]> {
  const folder = inRepository(store);
  const plan = await planCampaign(experimentFromObject(experiment));
  if (!storedOnly) {
    const jobs = threads === undefined ? {} : { jobs: threads };
    let done = 0;
    for await (const run of campaign(experiment, { store: folder, signal, ...jobs })) {
      done++;
      if (run.wasStored) continue;
      const time = seconds(run.timing.wallMs, 1);
      const name = nameOf(run.parameters);
      log(`${done} of ${plan.runs.length}: ${name}, seed ${run.seed}: ${time} s`);
    }
  }
  const opened = Store.existsAt(folder) ? await Store.openReadOnly(folder) : undefined;
  const bySetting = Map.groupBy(plan.runs, ({ setting }) => setting);
  return [...bySetting].map(([{ parameters }, ofSetting]) => ({
    parameters,
    runs: ofSetting.map(({ key }) => (opened?.has(key) === true ? opened.read(key) : undefined)),
  }));
}

/** The parameters of a setting in a line, without lists and objects. */
function nameOf({ setting, ...parameters }: Parameters): string {
  if (typeof setting === 'string') return setting;
  return Object.entries(parameters)
    .flatMap(([name, value]) => (typeof value === 'object' ? [] : `${name}=${value}`))
    .join(', ');
}
