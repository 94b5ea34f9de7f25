/** Campaigns of runs that are as short, or as long, as a measurement needs, each in a process. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Experiment } from '@cachetorrent/runner';

import { Store } from '../../../packages/runner/src/campaign/store/store.ts';
import { configFile } from '../../runs/configs.ts';
import { COMMAND } from '../measured-run.ts';
import { measure } from '../process.ts';
import { inFolder } from './folder.ts';

/** Twenty peers and twenty pieces: over before one can look. */
export const SHORT: Experiment = {
  name: 'short',
  base: configFile('small'),
  set: { pieces: 20, transitDomains: 1, transitDomainSize: 4, stubDomainSize: 15 },
};

/** Seven hundred peers: a second or two. */
export const LONG: Experiment = { name: 'long', base: configFile('medium'), set: { pieces: 100 } };

export interface SweepTime {
  /** Of the whole process, from its start to its end. */
  readonly wallMs: number;
  /** In simulations, as each run says itself; of several at once, each counts. */
  readonly simulatedMs: number;
  readonly runs: number;
}

/** Carries out `experiment`, with a store of its own. */
export async function timeOfSweep(
  experiment: Experiment,
  jobs: number,
  signal: AbortSignal,
): Promise<SweepTime> {
  return inFolder(async (folder) => {
    const { file, store: where } = written(experiment, folder);
    const args = ['sweep', file, '--store', where, '--jobs', String(jobs), '--quiet'];
    const wallMs = await timeOf(args, signal);
    const store = await Store.openReadOnly(where);
    const times = store.keys().map((key) => store.read(key).timing.wallMs);
    return { wallMs, simulatedMs: times.reduce((sum, ms) => sum + ms, 0), runs: times.length };
  });
}

/** What it takes the command to answer, from its start to its end. */
export async function timeOf(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { wallMs } = await measure({ script: COMMAND, args, signal });
  return wallMs;
}

/** Writes `experiment` into `folder`, and says where its store goes. */
export function written(
  experiment: Experiment,
  folder: string,
): { readonly file: string; readonly store: string } {
  const file = join(folder, 'experiment.json');
  writeFileSync(file, JSON.stringify(experiment));
  return { file, store: join(folder, 'store') };
}
