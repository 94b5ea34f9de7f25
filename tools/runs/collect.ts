/**
 * Runs the simulations that a page is written from, as a campaign of the runner. Its store keeps
 * them, so a tool that was stopped continues where it was.
 */

import { campaign, type Experiment, type Overrides, type RunDocument } from '@cachetorrent/runner';

import { planCampaign } from '../../packages/runner/src/campaign/experiment/plan.ts';
import { experimentFromObject } from '../../packages/runner/src/campaign/experiment/read.ts';
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

export interface CollectOptions {
  /** The name of an example configuration. */
  readonly base: string;
  /** Each setting is run with the seeds 1 to this number. */
  readonly seeds: number;
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

/**
 * Runs what the store lacks, and returns the runs of all settings.
 *
 * @throws RunsFailed after all other runs, if some have failed
 */
export async function collectRuns(
  settings: readonly Setting[],
  options: CollectOptions,
): Promise<CollectedRuns> {
  const { base, seeds, store, threads, storedOnly, log, signal } = options;
  const total = settings.length * seeds;
  if (total === 0) return new Map();
  const experiment: Experiment = {
    name: base,
    base: configFile(base),
    labels: ['setting'],
    vary: { union: settings.map(variationOf) },
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
  };
  const folder = inRepository(store);
  if (!storedOnly) {
    const jobs = threads === undefined ? {} : { jobs: threads };
    let done = 0;
    for await (const run of campaign(experiment, { store: folder, signal, ...jobs })) {
      done++;
      if (run.wasStored) continue;
      const name = run.parameters['setting'] as string;
      log(`${done} of ${total}: ${name}, seed ${run.seed}: ${seconds(run.timing.wallMs, 1)} s`);
    }
  }
  return storedRuns(experiment, folder);
}

function variationOf({ name, fields }: Setting): Record<string, readonly (string | object)[]> {
  const values = Object.entries(fields).map(([field, value]) => [field, [value as object]]);
  return { setting: [name], ...Object.fromEntries(values) };
}

async function storedRuns(experiment: Experiment, folder: string): Promise<CollectedRuns> {
  const { runs } = await planCampaign(experimentFromObject(experiment));
  const store = Store.existsAt(folder) ? await Store.openReadOnly(folder) : undefined;
  const bySetting = Map.groupBy(runs, ({ setting }) => setting.parameters['setting'] as string);
  return new Map(
    [...bySetting].map(([name, ofSetting]) => [
      name,
      ofSetting.map(({ key }) => (store?.has(key) === true ? store.read(key) : undefined)),
    ]),
  );
}
