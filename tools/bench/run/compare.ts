/** Finds figures that got worse than in an earlier measurement, by more than noise. */

import { UserError } from '@cachetorrent/runner';

import { describeMachine } from '../machine.ts';
import type { RunFile } from '../result-file.ts';
import { differs, type Direction, RUNS_TO_COMPARE, summarize } from '../statistics.ts';
import type { Round } from './targets.ts';

/** The figures that are compared, and the direction that is worse. */
const WORSE: Readonly<Record<string, Direction>> = {
  wallMs: 'more',
  cpuMs: 'more',
  peakRssBytes: 'more',
  eventsPerSecond: 'less',
  speedUp: 'less',
};

/** @throws UserError if the two measurements cannot be compared */
export function checkComparable(before: RunFile, after: RunFile, path: string): void {
  const [there, here] = [describeMachine(before.machine), describeMachine(after.machine)];
  if (there !== here) {
    const problem = `was measured on another machine: ${there}; this machine is ${here}`;
    throw new UserError({ at: path, problem, fix: 'compare measurements of one machine' });
  }
  if (before.pieces !== after.pieces) {
    const pieces = before.pieces === null ? 'all pieces' : `--pieces ${before.pieces}`;
    const fix = 'use the same --pieces';
    throw new UserError({ at: path, problem: `was measured with ${pieces}`, fix });
  }
  const shared = casesOf(before).filter((name) => casesOf(after).includes(name));
  if (shared.length === 0) {
    const problem = `has none of the cases measured now: ${casesOf(after).join('; ')}`;
    throw new UserError({ at: path, problem, fix: 'choose the same targets with --only' });
  }
  for (const { rounds } of [before, after]) {
    if (rounds.length >= RUNS_TO_COMPARE) continue;
    const problem = `${rounds.length} runs do not distinguish a change from noise`;
    const fix = `measure ${RUNS_TO_COMPARE} runs or more, both times, with --runs`;
    throw new UserError({ at: '--compare', problem, fix });
  }
}

/** Returns a sentence for each figure that got worse. */
export function regressions(before: RunFile, after: RunFile): readonly string[] {
  return casesOf(after).flatMap((name) =>
    Object.entries(WORSE).flatMap(([figure, direction]) => {
      const [then, now] = [before, after].map(({ rounds }) => valuesOf(rounds, name, figure));
      if (Math.min(then!.length, now!.length) < RUNS_TO_COMPARE) return [];
      if (!differs(then!, now!, direction)) return [];
      const [was, is] = [summarize(then!).median, summarize(now!).median];
      const percent = Math.abs(100 * (is / was - 1)).toFixed(1);
      return [
        `${name}: ${figure} was ${was.toPrecision(4)} and is ${is.toPrecision(4)}, ` +
          `${percent} % ${direction}`,
      ];
    }),
  );
}

function casesOf({ rounds }: RunFile): readonly string[] {
  return [...new Set(rounds.flatMap((round) => Object.keys(round)))];
}

function valuesOf(rounds: readonly Round[], name: string, figure: string): readonly number[] {
  return rounds.flatMap((round) => round[name]?.[figure] ?? []);
}
