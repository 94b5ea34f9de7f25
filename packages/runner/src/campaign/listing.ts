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
import { list, pretty } from './store/folder.ts';
import type { Store } from './store/store.ts';

export interface Listing {
  readonly file: string;
  readonly experiment: Experiment;
  /** Of CacheTorrent. */
  readonly version: string;
  readonly parameterNames: readonly string[];
  readonly seeds: readonly number[];
  readonly cells: readonly ListedCell[];
}

export interface ListedCell {
  readonly parameters: Parameters;
  /** A run for each seed, in their order. */
  readonly runs: readonly RunKey[];
}

export function listingOf(plan: CampaignPlan): Listing {
  const { file, experiment, seeds, cells, runs, parameterNames } = plan;
  const keys = runs.map(({ key }) => key);
  return {
    file,
    experiment,
    version: VERSION,
    parameterNames,
    seeds,
    cells: cells.map(({ parameters }, cell) => ({
      parameters,
      runs: keys.slice(cell * seeds.length, (cell + 1) * seeds.length),
    })),
  };
}

export async function writeListing(store: Store, listing: Listing): Promise<void> {
  await store.write(`experiments/${listing.experiment.name}.json`, pretty(listing));
}

/** All experiments of a store, in order of name. */
export function listingsIn(store: Store): readonly Listing[] {
  return list(join(store.folder, 'experiments'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readListing(join(store.folder, 'experiments', name)));
}

/**
 * The experiment called `name`; where none is named, the only one that there is.
 *
 * @throws UserMistake where there is none, or several to choose from
 */
export function listingIn(store: Store, name?: string): Listing {
  const all = listingsIn(store);
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

function readListing(file: string): Listing {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Listing;
  } catch (error) {
    const problem = `cannot be understood: ${(error as Error).message}`;
    throw new UserError({ at: file, problem, fix: 'run its sweep again, which writes it anew' });
  }
}
