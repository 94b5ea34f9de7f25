/**
 * The store's description of a campaign: the experiment, and the keys of its runs. Reports and
 * exports need it, but not the experiment file.
 */

import { join } from 'node:path';

import { z } from 'zod';

import { isSystemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import { VERSION } from '../version.ts';
import type { RunKey } from './experiment/key.ts';
import type { CampaignPlan, Parameters } from './experiment/plan.ts';
import type { Experiment } from './experiment/schema.ts';
import { listNames, prettyJson, readText } from './store/files.ts';
import type { Store } from './store/store.ts';

export interface StoredCampaign {
  readonly file: string;
  readonly experiment: Experiment;
  /** The version of CacheTorrent. */
  readonly version: string;
  readonly parameterNames: readonly string[];
  readonly seeds: readonly number[];
  readonly settings: readonly StoredSetting[];
}

export interface StoredSetting {
  readonly parameters: Parameters;
  /** The key of a run for each seed, in the order of the seeds. */
  readonly runs: readonly RunKey[];
}

/** A stored campaign as JSON, where the settings are called `cells`. */
type StoredCampaignJson = Omit<StoredCampaign, 'settings'> & {
  readonly cells: readonly StoredSetting[];
};

export function storedCampaignOf(plan: CampaignPlan): StoredCampaign {
  const { file, experiment, seeds, settings, runs, parameterNames } = plan;
  const keys = runs.map(({ key }) => key);
  return {
    file,
    experiment,
    version: VERSION,
    parameterNames,
    seeds,
    settings: settings.map(({ parameters }, i) => ({
      parameters,
      runs: keys.slice(i * seeds.length, (i + 1) * seeds.length),
    })),
  };
}

export async function writeStoredCampaign(store: Store, campaign: StoredCampaign): Promise<void> {
  const { settings, ...others } = campaign;
  const json: StoredCampaignJson = { ...others, cells: settings };
  await store.writeFile(`experiments/${campaign.experiment.name}.json`, prettyJson(json));
}

/** Returns all campaigns of a store, sorted by the name of their experiment. */
export function storedCampaigns(store: Store): readonly StoredCampaign[] {
  return (
    listNames(join(store.folder, 'experiments'))
      // Editors and file managers leave files of other names.
      .filter((name) => /^[a-z0-9][\w-]*\.json$/i.test(name))
      .sort()
      .map((name) => readStoredCampaign(join(store.folder, 'experiments', name)))
  );
}

/**
 * Returns the campaign of the experiment called `name`; without a name, the only campaign.
 *
 * @throws UserError if there is no such campaign, or no name was given and there are several
 */
export function findStoredCampaign(store: Store, name?: string): StoredCampaign {
  const campaigns = storedCampaigns(store);
  const names = campaigns.map(({ experiment }) => experiment.name);
  const at = `store ${store.folder}`;
  if (campaigns.length === 0) {
    const fix = 'run one: cachetorrent sweep EXPERIMENT --store STORE';
    throw new UserError({ at, problem: 'has no experiments', fix });
  }
  if (name === undefined && campaigns.length > 1) {
    const problem = `has several experiments: ${names.join(', ')}`;
    throw new UserError({ at, problem, fix: 'choose one with --experiment NAME' });
  }
  const campaign = name === undefined ? campaigns[0] : campaigns[names.indexOf(name)];
  if (campaign !== undefined) return campaign;
  const problem = `has no experiment "${name}"`;
  throw new UserError({ at, problem, fix: `choose one of ${names.join(', ')}` });
}

function readStoredCampaign(file: string): StoredCampaign {
  try {
    const { cells, ...others } = STORED_CAMPAIGN.parse(JSON.parse(readText(file)));
    return {
      ...(others as unknown as StoredCampaign),
      settings: cells as readonly StoredSetting[],
    };
  } catch (error) {
    if (isSystemError(error)) throw error;
    const fix = 'run its sweep again, which writes it again';
    throw new UserError({ at: file, problem: 'is damaged', fix });
  }
}

/** What reports, exports and queries rely on. */
const STORED_CAMPAIGN = z.looseObject({
  experiment: z.looseObject({ name: z.string() }),
  parameterNames: z.array(z.string()),
  seeds: z.array(z.number()),
  cells: z.array(z.object({ parameters: z.object().loose(), runs: z.array(z.string()) })),
});
