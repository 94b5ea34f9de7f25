/** The cost of campaigns beyond their simulations: per run, per core, and per stored run. */

import type { Experiment } from '@cachetorrent/runner';

import { withTemporaryFolder } from '../../files.ts';
import { type Summary, summarize } from '../statistics.ts';
import { fill, largeExperiment, openingMs } from './large-store.ts';
import { LONG, SHORT, commandMs, timeOfSweep, writeExperiment } from './sweeps.ts';

export const CAMPAIGN_PARTS = ['overhead', 'jobs', 'store'] as const;
export type CampaignPart = (typeof CAMPAIGN_PARTS)[number];

export interface CampaignCost {
  readonly what: string;
  readonly unit: 'ms' | 's' | '×';
  readonly rounds: Summary;
  /** The target, in the unit: the least speed-up, the greatest time. */
  readonly goal: number;
}

export interface CampaignBenchOptions {
  readonly parts: readonly CampaignPart[];
  readonly runs: number;
  readonly longRuns: number;
  readonly storedRuns: number;
  readonly rounds: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function campaignCosts(
  options: CampaignBenchOptions,
): Promise<readonly CampaignCost[]> {
  const costs: CampaignCost[] = [];
  for (const part of options.parts) costs.push(...(await MEASUREMENTS[part](options)));
  return costs;
}

type CampaignMeasurement = (options: CampaignBenchOptions) => Promise<readonly CampaignCost[]>;

const MEASUREMENTS: Readonly<Record<CampaignPart, CampaignMeasurement>> = {
  overhead: async (options) => {
    const what = `one of ${options.runs} runs, beyond its simulation`;
    const rounds = await inRounds(what, options, () => overheadMs(options));
    return [{ what, unit: 'ms', rounds, goal: 50 }];
  },
  jobs: async (options) => {
    const what = `speed-up of two jobs over one, ${options.longRuns} runs`;
    const rounds = await inRounds(what, options, () => speedUp(options));
    return [{ what, unit: '×', rounds, goal: 1.8 }];
  },
  store: (options) => withTemporaryFolder((folder) => largeStore(folder, options)),
};

/** Everything that the command does besides simulating, with its start and its datasets. */
async function overheadMs({ runs, signal }: CampaignBenchOptions): Promise<number> {
  const { wallMs, simulatedMs } = await timeOfSweep(repeated(SHORT, runs), 1, signal);
  return (wallMs - simulatedMs) / runs;
}

async function speedUp({ longRuns, signal }: CampaignBenchOptions): Promise<number> {
  const one = await timeOfSweep(repeated(LONG, longRuns), 1, signal);
  const two = await timeOfSweep(repeated(LONG, longRuns), 2, signal);
  return one.wallMs / two.wallMs;
}

async function largeStore(
  folder: string,
  options: CampaignBenchOptions,
): Promise<readonly CampaignCost[]> {
  const { storedRuns, log, signal } = options;
  const { file, store } = writeExperiment(largeExperiment(storedRuns), folder);
  const runs = `${storedRuns.toLocaleString('en')} runs`;
  log(`writing a store of ${runs}`);
  await fill(file, store, signal);
  const opening = `opening a store of ${runs}`;
  const openS = async () => (await openingMs(store, storedRuns)) / 1000;
  const dryRun = `\`sweep --dry-run\` on a store of ${runs}`;
  const dryRunS = async () =>
    (await commandMs(['sweep', file, '--store', store, '--dry-run'], signal)) / 1000;
  return [
    { what: opening, unit: 's', rounds: await inRounds(opening, options, openS), goal: 1 },
    { what: dryRun, unit: 's', rounds: await inRounds(dryRun, options, dryRunS), goal: 5 },
  ];
}

async function inRounds(
  what: string,
  { rounds, log }: CampaignBenchOptions,
  measure: () => Promise<number>,
): Promise<Summary> {
  const values: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const value = await measure();
    log(`${what}, round ${round} of ${rounds}: ${value.toFixed(2)}`);
    values.push(value);
  }
  return summarize(values);
}

function repeated(experiment: Experiment, repeat: number): Experiment {
  return { ...experiment, repeat };
}
