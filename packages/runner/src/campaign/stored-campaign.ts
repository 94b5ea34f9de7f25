/**
 * What a store remembers of an experiment: what was asked, and which runs answer it. With it, and
 * without the experiment's file, everything can be put together again.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { UserError } from '../user-error.ts';
import { VERSION } from '../version.ts';
import type { RunKey } from './experiment/key.ts';
import type { CampaignPlan, Parameters } from './experiment/plan.ts';
import type { Experiment } from './experiment/schema.ts';
import { listNames, prettyJson } from './store/files.ts';
import type { Store } from './store/store.ts';

export interface StoredCampaign {
  readonly file: string;
  readonly experiment: Experiment;
  /** Of CacheTorrent. */
  readonly version: string;
  readonly parameterNames: readonly string[];
  readonly seeds: readonly number[];
  readonly settings: readonly StoredSetting[];
}

export interface StoredSetting {
  readonly parameters: Parameters;
  /** A run for each seed, in their order. */
  readonly runs: readonly RunKey[];
}

export function storedCampaignOf(plan: CampaignPlan): StoredCampaign {
  const { file, experiment, seeds, settings, runs, parameterNames } = plan;
  const keys = runs.map(({ key }) => key);
  return {
    file,
    experiment,
    version: VERSION,
    parameterNames,
    seeds,
    settings: settings.map(({ parameters }, cell) => ({
      parameters,
      runs: keys.slice(cell * seeds.length, (cell + 1) * seeds.length),
    })),
  };
}

export async function writeStoredCampaign(store: Store, listing: StoredCampaign): Promise<void> {
  await store.writeFile(`experiments/${listing.experiment.name}.json`, prettyJson(listing));
}

/** All experiments of a store, in order of name. */
export function storedCampaigns(store: Store): readonly StoredCampaign[] {
  return listNames(join(store.folder, 'experiments'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readStoredCampaign(join(store.folder, 'experiments', name)));
}

/**
 * The experiment called `name`; where none is named, the only one that there is.
 *
 * @throws UserError where there is none, or several to choose from
 */
export function findStoredCampaign(store: Store, name?: string): StoredCampaign {
  const all = storedCampaigns(store);
  const names = all.map(({ experiment }) => experiment.name);
  const at = `store ${store.folder}`;
  if (all.length === 0) {
    const fix = 'fill it: cachetorrent sweep EXPERIMENT --store STORE';
    throw new UserError({ at, problem: 'has no experiments', fix });
  }
  if (name === undefined && all.length > 1) {
    const problem = `has several experiments: ${names.join(', ')}`;
    throw new UserError({ at, problem, fix: 'choose one with --experiment NAME' });
  }
  const chosen = name === undefined ? all[0] : all[names.indexOf(name)];
  if (chosen !== undefined) return chosen;
  const problem = `has no experiment "${name}"`;
  throw new UserError({ at, problem, fix: `choose one of ${names.join(', ')}` });
}

function readStoredCampaign(file: string): StoredCampaign {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StoredCampaign;
  } catch (error) {
    const problem = `cannot be understood: ${(error as Error).message}`;
    throw new UserError({ at: file, problem, fix: 'run its sweep again, which writes it anew' });
  }
}
