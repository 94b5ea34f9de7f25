/** `bench run`: chooses targets and measures their cases, round by round. */

import { UserError } from '@cachetorrent/runner';

import { checkOnly } from '../../runs/options.ts';
import { thisMachine } from '../machine.ts';
import { type BenchCase, type CaseOptions, CASES, type Figures, runCase } from './cases.ts';
import { type Round, type Target, TARGETS } from './targets.ts';

/** A million peers, and a day, take so long that they are measured only if they are named. */
const ONLY_IF_NAMED = ['6', '10', '11'];

/** Returns the targets that `only` names; if undefined, all but the longest. */
export function chosenTargets(only: readonly string[] | undefined): readonly Target[] {
  if (only === undefined) return TARGETS.filter(({ id }) => !ONLY_IF_NAMED.includes(id));
  checkOnly(
    'target',
    only,
    TARGETS.map(({ id }) => id),
  );
  return TARGETS.filter(({ id }) => only.includes(id));
}

/** Returns the cases that the figures of these targets need. */
export function casesOf(targets: readonly Target[]): readonly BenchCase[] {
  const names = new Set(targets.flatMap(({ figures }) => figures.flatMap(({ cases }) => cases)));
  return CASES.filter(({ name }) => names.has(name));
}

/** @throws UserError if this machine has fewer cores than a case has threads */
export function checkCores(cases: readonly BenchCase[]): void {
  const { cores } = thisMachine();
  const tooWide = cases.find(({ threads }) => threads > cores);
  if (tooWide === undefined) return;
  const ids = TARGETS.filter((target) =>
    casesOf([target]).every(({ threads }) => threads <= cores),
  );
  throw new UserError({
    at: '--only',
    problem: `"${tooWide.name}" needs ${tooWide.threads} cores, but this machine has ${cores}`,
    fix: `use a larger machine, or --only ${ids.map(({ id }) => id).join(',')}`,
  });
}

export interface RoundsOptions extends CaseOptions {
  readonly cases: readonly BenchCase[];
  readonly rounds: number;
  readonly log: (line: string) => void;
}

/** Runs all cases in turn, once per round. */
export async function runRounds(options: RoundsOptions): Promise<readonly Round[]> {
  const { cases, rounds, log } = options;
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const figures: Record<string, Figures> = {};
    for (const each of cases) {
      if (round >= (each.runsMax ?? Infinity)) continue;
      const measured = await runCase(each, options);
      figures[each.name] = measured;
      const seconds = (measured['wallMs']! / 1000).toFixed(1);
      const megabytes = Math.round(measured['peakRssBytes']! / 1e6);
      log(`round ${round + 1} of ${rounds}: ${each.name}: ${seconds} s, ${megabytes} MB`);
    }
    done.push(figures);
  }
  return done;
}
