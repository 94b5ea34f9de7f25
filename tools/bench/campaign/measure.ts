/** What campaigns cost beside their simulations: each run, each core, and each stored run. */

import type { Experiment } from '@cachetorrent/runner';

import { type Summary, summarize } from '../statistics.ts';
import { inFolder } from './folder.ts';
import { fill, largeExperiment, openingMs } from './large-store.ts';
import { LONG, SHORT, timeOf, timeOfSweep, written } from './sweeps.ts';

export const PARTS = ['overhead', 'jobs', 'store'] as const;
export type Part = (typeof PARTS)[number];

export interface Cost {
  readonly what: string;
  readonly unit: 'ms' | 's' | '×';
  readonly rounds: Summary;
  /** What it is to be, in the unit; a speed-up at least, all others at most. */
  readonly goal: number;
}

export interface MeasureOptions {
  readonly parts: readonly Part[];
  readonly runs: number;
  readonly longRuns: number;
  readonly storedRuns: number;
  readonly rounds: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function campaignCosts(options: MeasureOptions): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  for (const part of options.parts) costs.push(...(await MEASURES[part](options)));
  return costs;
}

type Measure = (options: MeasureOptions) => Promise<readonly Cost[]>;

const MEASURES: Readonly<Record<Part, Measure>> = {
  overhead: async (options) => {
    const what = `a run of ${options.runs}, beyond its simulation`;
    const rounds = await inRounds(what, options, () => overheadMs(options));
    return [{ what, unit: 'ms', rounds, goal: 50 }];
  },
  jobs: async (options) => {
    const what = `two jobs for ${options.longRuns} runs, against one`;
    const rounds = await inRounds(what, options, () => speedUp(options));
    return [{ what, unit: '×', rounds, goal: 1.8 }];
  },
  store: (options) => inFolder((folder) => largeStore(folder, options)),
};

/** All that the command does beside simulating, its start and its tables included. */
async function overheadMs({ runs, signal }: MeasureOptions): Promise<number> {
  const { wallMs, simulatedMs } = await timeOfSweep(repeated(SHORT, runs), 1, signal);
  return (wallMs - simulatedMs) / runs;
}

async function speedUp({ longRuns, signal }: MeasureOptions): Promise<number> {
  const one = await timeOfSweep(repeated(LONG, longRuns), 1, signal);
  const two = await timeOfSweep(repeated(LONG, longRuns), 2, signal);
  return one.wallMs / two.wallMs;
}

async function largeStore(folder: string, options: MeasureOptions): Promise<readonly Cost[]> {
  const { storedRuns, tell, signal } = options;
  const { file, store } = written(largeExperiment(storedRuns), folder);
  const runs = `${storedRuns.toLocaleString('en')} runs`;
  tell(`writing a store of ${runs}`);
  await fill(file, store, signal);
  const opening = `opening a store of ${runs}`;
  const openS = async () => (await openingMs(store, storedRuns)) / 1000;
  const dryRun = `\`sweep --dry-run\` on a store of ${runs}`;
  const dryRunS = async () =>
    (await timeOf(['sweep', file, '--store', store, '--dry-run'], signal)) / 1000;
  return [
    { what: opening, unit: 's', rounds: await inRounds(opening, options, openS), goal: 1 },
    { what: dryRun, unit: 's', rounds: await inRounds(dryRun, options, dryRunS), goal: 5 },
  ];
}

async function inRounds(
  what: string,
  { rounds, tell }: MeasureOptions,
  measure: () => Promise<number>,
): Promise<Summary> {
  const values: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const value = await measure();
    tell(`${what}, round ${round} of ${rounds}: ${value.toFixed(2)}`);
    values.push(value);
  }
  return summarize(values);
}

function repeated(experiment: Experiment, repeat: number): Experiment {
  return { ...experiment, repeat };
}
