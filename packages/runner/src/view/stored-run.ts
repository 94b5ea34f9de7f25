/**
 * A run of a store, simulated again: a store has results, and no recordings. A run is its
 * configuration and its seed, so the same version of CacheTorrent gives the same run again.
 */

import { dirname, isAbsolute, join } from 'node:path';

import type { Simulation, SimulateOptions, Swarm } from '@cachetorrent/simulator';
import type { CompleteSwarmConfig } from '@cachetorrent/simulator/configuration';

import { runKey, type RunKey, swarmDigest } from '../campaign/experiment/key.ts';
import { storedCampaigns } from '../campaign/stored-campaign.ts';
import { timelineIntervalMs } from '../campaign/estimate.ts';
import { DamagedRecord, type RunRecord } from '../campaign/store/record.ts';
import type { Store } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { checkedSwarm, configOf } from '../configuration/read.ts';
import { parseText } from '../configuration/parse.ts';
import { UserError } from '../user-error.ts';
import { VERSION } from '../version.ts';

/** How many digits of a key name a run on a page. */
const SHORT_KEY = 8;

/** A run of a store, ready to be simulated again. */
export interface StoredRun {
  readonly key: RunKey;
  readonly seed: number;
  readonly swarm: Swarm;
  readonly config: CompleteSwarmConfig;
  /** The hash of the stored result. */
  readonly resultHash: string;
}

/** What the page calls a run of a store. */
export function shortKey(key: RunKey): string {
  return key.slice(0, SHORT_KEY);
}

/**
 * The run of a store whose key is `text`, or begins with it.
 *
 * @throws UserError if there is none, there are several, or it is not what this version simulates
 */
export function findStoredRun(store: Store, text: string): StoredRun {
  const at = `store ${store.folder}`;
  const keys = store.keys().filter((key) => key.startsWith(text.toLowerCase()));
  const [key] = keys;
  if (key === undefined || text === '') {
    const fix =
      'name the key of a run: cachetorrent query ' +
      `${store.folder} "SELECT run FROM runs" lists them, and a report does`;
    throw new UserError({ at, problem: `has no run "${text}"`, fix });
  }
  if (keys.length > 1) {
    const shown = keys.slice(0, 3).join(', ');
    const problem = `has ${keys.length} runs that begin with "${text}": ${shown}…`;
    throw new UserError({ at, problem, fix: 'name more digits of the key' });
  }
  try {
    return storedRunOf(store, store.read(key));
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error;
    const fix = 'run its sweep again, which repeats the run';
    throw new UserError({ at: store.runFile(key), problem: error.message, fix });
  }
}

/**
 * The run of a record in a store.
 *
 * @throws UserError if it is not what this version simulates
 */
export function storedRunOf(store: Store, record: RunRecord): StoredRun {
  const { key, seed } = record;
  const file = store.runFile(key);
  const { value, locations } = parseText(file, JSON.stringify(record.config), 'docs/campaigns.md');
  const { swarm, config } = checkedSwarm(configOf(value, locations, folderOf(store, key)));
  if (runKey(swarmDigest(swarm), seed) !== key) throw anotherVersion(store, record);
  return { key, seed, swarm, config, resultHash: record.result.resultHash };
}

/**
 * Simulates a stored run again, and passes its recording on.
 *
 * @throws UserError if its result is another than the stored one
 * @throws what `simulate` throws
 */
export async function simulateStored(
  run: StoredRun,
  onPart: (bytes: Uint8Array) => void | Promise<void>,
  { simulate }: Pick<CliEnvironment, 'simulate'>,
  options: Omit<SimulateOptions, 'seed' | 'recording' | 'timelineMs'>,
): Promise<Simulation> {
  const { swarm, seed, config: configuration } = run;
  const simulation = await simulate(swarm, {
    ...options,
    seed,
    // As when it was stored; the frames of the recording end where its intervals do.
    timelineMs: timelineIntervalMs(swarm),
    recording: { program: `CacheTorrent ${VERSION}`, configuration, onPart },
  });
  const { resultHash } = simulation.result;
  if (resultHash === run.resultHash) return simulation;
  const problem = `has another result now: its hash is ${resultHash}, not ${run.resultHash}`;
  const fix = 'run its sweep again with this version, in another store';
  throw new UserError({ at: `run ${run.key}`, problem, fix });
}

function anotherVersion(store: Store, { key, version }: RunRecord): UserError {
  const problem = `was simulated by version ${version}, and ${VERSION} would simulate another run`;
  const fix = `use version ${version}, or run its sweep again with this one, in another store`;
  return new UserError({ at: `run ${key} of store ${store.folder}`, problem, fix });
}

/** The folder to which its configuration names files relatively: that of the experiment's base. */
function folderOf(store: Store, key: RunKey): string {
  const campaign = storedCampaigns(store).find(({ settings }) =>
    settings.some(({ runs }) => runs.includes(key)),
  );
  if (campaign === undefined) return dirname(store.runFile(key));
  const { file, experiment } = campaign;
  const { base } = experiment;
  return typeof base === 'string'
    ? dirname(isAbsolute(base) ? base : join(dirname(file), base))
    : dirname(file);
}
