/**
 * A store with very many runs. Only one is simulated, and stored under the key of every run. The
 * files are those that a campaign writes, but they are not flushed to the disk one by one.
 */

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Experiment } from '@cachetorrent/runner';

import { LocalEngine } from '../../../packages/runner/src/campaign/engines/local.ts';
import {
  type CampaignPlan,
  planCampaign,
} from '../../../packages/runner/src/campaign/experiment/plan.ts';
import { readExperiment } from '../../../packages/runner/src/campaign/experiment/read.ts';
import {
  storedCampaignOf,
  writeStoredCampaign,
} from '../../../packages/runner/src/campaign/stored-campaign.ts';
import { serializeRecord } from '../../../packages/runner/src/campaign/store/record.ts';
import { Store } from '../../../packages/runner/src/campaign/store/store.ts';
import { sweep } from '../../../packages/runner/src/campaign/sweep.ts';
import { SHORT } from './sweeps.ts';

/** An experiment of `runs` runs: settings with a hundred seeds each. */
export function largeExperiment(runs: number): Experiment {
  const repeat = Math.min(runs, 100);
  const settings = Math.ceil(runs / repeat);
  const vary = { uploadSlots: { from: 1, to: settings, step: 1 } };
  return { ...SHORT, name: 'large', vary, repeat };
}

/** Fills the store in `folder` with the runs of the experiment in `file`. */
export async function fill(file: string, folder: string, signal: AbortSignal): Promise<void> {
  const plan = await planCampaign(await readExperiment(file));
  const store = await Store.open(folder);
  try {
    await runFirst(plan, store, signal);
    const first = store.read(plan.runs[0]!.key);
    const stamps = plan.runs.slice(1).map(({ key, seed, setting: { config } }) => {
      signal.throwIfAborted();
      const path = store.runFile(key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, serializeRecord({ ...first, key, seed, config }));
      const { size, mtimeMs } = statSync(path);
      return [key, { size, changedMs: mtimeMs }] as const;
    });
    store.ledger.recordVerified(stamps);
    await writeStoredCampaign(store, storedCampaignOf(plan));
  } finally {
    store.close();
  }
}

async function runFirst(plan: CampaignPlan, store: Store, signal: AbortSignal): Promise<void> {
  const engine = new LocalEngine({ jobs: 1 });
  const only = ({ key }: { readonly key: string }) => key === plan.runs[0]!.key;
  await sweep({ plan, store, engine, signal, filter: only, updateDatasets: false });
  await engine.close();
}

/** Measures the time to open the store in `folder` and list its runs. */
export async function openingMs(folder: string, runs: number): Promise<number> {
  const startMs = performance.now();
  const store = await Store.open(folder);
  const found = store.keys().length;
  const tookMs = performance.now() - startMs;
  store.close();
  if (found !== runs) throw new Error(`expected ${runs} runs in the store, found ${found}`);
  return tookMs;
}
