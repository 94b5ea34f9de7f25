/** Campaigns of short and of long runs, each in its own process. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Experiment } from '@cachetorrent/runner';

import { Store } from '../../../packages/runner/src/campaign/store/store.ts';
import { configFile, withTemporaryFolder } from '../../files.ts';
import { CACHETORRENT, measure } from '../process.ts';

/** Twenty peers and twenty pieces: some milliseconds. */
export const SHORT: Experiment = {
  name: 'short',
  base: configFile('small'),
  set: { pieces: 20, transitDomains: 1, routersPerTransitDomain: 4, routersPerAs: 15 },
};

/** Seven hundred peers: a second or two. */
export const LONG: Experiment = { name: 'long', base: configFile('medium'), set: { pieces: 100 } };

export interface SweepTime {
  /** The time of the whole process. */
  readonly wallMs: number;
  /** The sum of the times that the runs report, also of runs at the same time. */
  readonly simulatedMs: number;
  readonly runs: number;
}

/** Runs `experiment` with a new store. */
export async function timeOfSweep(
  experiment: Experiment,
  jobs: number,
  signal: AbortSignal,
): Promise<SweepTime> {
  return withTemporaryFolder(async (folder) => {
    const { file, store: where } = writeExperiment(experiment, folder);
    const args = ['sweep', file, '--store', where, '--jobs', String(jobs), '--quiet'];
    const wallMs = await commandMs(args, signal);
    const store = await Store.openReadOnly(where);
    const times = store.keys().map((key) => store.read(key).timing.wallMs);
    return { wallMs, simulatedMs: times.reduce((sum, ms) => sum + ms, 0), runs: times.length };
  });
}

/** Measures the wall time of the command `cachetorrent` with `args`. */
export async function commandMs(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { wallMs } = await measure({ script: CACHETORRENT, args, signal });
  return wallMs;
}

/** Writes `experiment` into `folder`; returns its file and the folder for its store. */
export function writeExperiment(
  experiment: Experiment,
  folder: string,
): { readonly file: string; readonly store: string } {
  const file = join(folder, 'experiment.json');
  writeFileSync(file, JSON.stringify(experiment));
  return { file, store: join(folder, 'store') };
}
