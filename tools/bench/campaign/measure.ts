/** What campaigns cost beside their simulations: each run, each core, and each stored run. */

import type { Experiment } from '@cachetorrent/runner';

import { type Summary, summarize } from '../statistics.ts';
import { inFolder } from './folder.ts';
import { fill, largeExperiment, openingMs } from './large-store.ts';
import { LONG, SHORT, timeOf, timeOfSweep, written } from './sweeps.ts';

export interface CampaignCosts {
  /** Of each of `runs` runs, one after the other, beyond its simulation. */
  readonly overheadMs: Summary;
  readonly runs: number;
  /** How much sooner `longRuns` runs are there with two jobs than with one. */
  readonly speedUp: Summary;
  readonly longRuns: number;
  /** Of a store with `storedRuns`. */
  readonly openMs: Summary;
  readonly dryRunMs: Summary;
  readonly storedRuns: number;
}

export interface MeasureOptions {
  readonly runs: number;
  readonly longRuns: number;
  readonly storedRuns: number;
  readonly rounds: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function campaignCosts(options: MeasureOptions): Promise<CampaignCosts> {
  const { runs, longRuns, storedRuns } = options;
  const overheadMs = await inRounds('overhead', options, () => overhead(options));
  const speedUp = await inRounds('two jobs', options, () => speedUpOf(options));
  const large = await largeStore(options);
  return { overheadMs, runs, speedUp, longRuns, ...large, storedRuns };
}

/** All that the command does beside simulating, its start and its tables included. */
async function overhead({ runs, signal }: MeasureOptions): Promise<number> {
  const { wallMs, simulatedMs } = await timeOfSweep(repeated(SHORT, runs), 1, signal);
  return (wallMs - simulatedMs) / runs;
}

async function speedUpOf({ longRuns, signal }: MeasureOptions): Promise<number> {
  const one = await timeOfSweep(repeated(LONG, longRuns), 1, signal);
  const two = await timeOfSweep(repeated(LONG, longRuns), 2, signal);
  return one.wallMs / two.wallMs;
}

async function largeStore(
  options: MeasureOptions,
): Promise<Pick<CampaignCosts, 'openMs' | 'dryRunMs'>> {
  const { storedRuns, tell, signal } = options;
  return inFolder(async (folder) => {
    const { file, store } = written(largeExperiment(storedRuns), folder);
    tell(`large store: writing ${storedRuns.toLocaleString('en')} runs`);
    await fill(file, store, signal);
    const dryRun = ['sweep', file, '--store', store, '--dry-run'];
    return {
      openMs: await inRounds('opening', options, () => openingMs(store, storedRuns)),
      dryRunMs: await inRounds('sweep --dry-run', options, () => timeOf(dryRun, signal)),
    };
  });
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
