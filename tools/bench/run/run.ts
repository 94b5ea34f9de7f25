/** `bench run`: measures what is promised, round by round. */

import { UserError } from '@cachetorrent/runner';

import { thisMachine } from '../machine.ts';
import { type Case, type CaseOptions, CASES, type Figures, runCase } from './cases.ts';
import { type Round, type Target, TARGETS } from './targets.ts';

/** A million peers take so long that they are measured only where they are asked for. */
const ONLY_WHEN_ASKED = ['6'];

/** The targets that `only` names; all but the longest where it is absent. */
export function chosenTargets(only: readonly string[] | undefined): readonly Target[] {
  if (only === undefined) return TARGETS.filter(({ id }) => !ONLY_WHEN_ASKED.includes(id));
  const known = TARGETS.map(({ id }) => id);
  const unknown = only.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    const fix = `name some of ${known.join(', ')}`;
    throw new UserError({ at: '--only', problem: `has no target ${unknown}`, fix });
  }
  return TARGETS.filter(({ id }) => only.includes(id));
}

/** The cases that these targets are judged by. */
export function casesOf(targets: readonly Target[]): readonly Case[] {
  const names = new Set(targets.flatMap(({ measures }) => measures.flatMap(({ cases }) => cases)));
  return CASES.filter(({ name }) => names.has(name));
}

/** @throws UserError where this machine has fewer cores than a case has threads */
export function checkCores(cases: readonly Case[]): void {
  const { cores } = thisMachine();
  const tooWide = cases.find(({ threads }) => threads > cores);
  if (tooWide === undefined) return;
  const ids = TARGETS.filter((target) =>
    casesOf([target]).every(({ threads }) => threads <= cores),
  );
  throw new UserError({
    at: '--only',
    problem: `"${tooWide.name}" needs ${tooWide.threads} cores, and here are ${cores}`,
    fix: `measure on a larger machine, or --only ${ids.map(({ id }) => id).join(',')}`,
  });
}

export interface RoundsOptions extends CaseOptions {
  readonly cases: readonly Case[];
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

/** Runs all cases in turns. */
export async function runRounds(options: RoundsOptions): Promise<readonly Round[]> {
  const { cases, rounds, tell } = options;
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const figures: Record<string, Figures> = {};
    for (const each of cases) {
      if (round >= (each.runsMax ?? Infinity)) continue;
      const measured = await runCase(each, options);
      figures[each.name] = measured;
      const seconds = (measured['wallMs']! / 1000).toFixed(1);
      const megabytes = Math.round(measured['peakRssBytes']! / 1e6);
      tell(`round ${round + 1} of ${rounds}: ${each.name}: ${seconds} s, ${megabytes} MB`);
    }
    done.push(figures);
  }
  return done;
}
