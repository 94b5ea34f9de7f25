/** Compares the runs of one setting, real and simulated, by the seeds that both have. */

import {
  comparePaired,
  type PairedDifference,
} from '../../packages/runner/src/campaign/statistics/comparison.ts';
import {
  type ConfidenceInterval,
  confidenceInterval,
} from '../../packages/runner/src/campaign/statistics/interval.ts';
import { type Figure, figuresOf, type Target } from './figures.ts';
import type { ObservedRun } from './observed-run.ts';
import type { RealRun } from './real-swarm.ts';
import { groupsOf, type Setting } from './scenarios.ts';

export interface RunPair {
  readonly seed: number;
  readonly real: RealRun;
  readonly simulated: ObservedRun;
}

/** All runs of a setting. */
export interface SettingRuns {
  readonly setting: Setting;
  readonly pairs: readonly RunPair[];
  /** What went wrong in runs that are missing. */
  readonly problems: readonly string[];
}

/**
 * Whether the mean difference is within the target; `?` if the interval of the difference contains
 * values that are within it and values that are not, or there is no interval.
 */
export type Verdict = 'met' | 'met?' | 'missed?' | 'missed';

export interface ComparedFigure extends Omit<Figure, 'value'> {
  readonly real: ConfidenceInterval;
  readonly simulated: ConfidenceInterval;
  /** Simulated less real: of the real mean if the target is relative. */
  readonly difference: number;
  /** The 95 % confidence interval of the difference; undefined for a single pair. */
  readonly differenceInterval: readonly [low: number, high: number] | undefined;
  /** Undefined for a figure without a target. */
  readonly verdict: Verdict | undefined;
}

/** Compares all figures that the runs have; none if there are no runs. */
export function compareRuns({ setting, pairs }: SettingRuns): readonly ComparedFigure[] {
  const classes = groupsOf(setting.scenario);
  const real = pairs.map((pair) => figuresOf(pair.real, classes));
  const simulated = pairs.map((pair) => figuresOf(pair.simulated, classes));
  const first = real[0] ?? [];
  return first.flatMap((figure) => {
    const isSame = ({ group, name }: Figure): boolean =>
      group === figure.group && name === figure.name;
    const valuesOf = (runs: readonly (readonly Figure[])[]): (number | null)[] =>
      runs.map((figures) => figures.find(isSame)?.value ?? null);
    const compared = compareFigure(figure, valuesOf(real), valuesOf(simulated));
    return compared === undefined ? [] : [compared];
  });
}

function compareFigure(
  { group, name, target, digits }: Figure,
  realValues: readonly (number | null)[],
  simulatedValues: readonly (number | null)[],
): ComparedFigure | undefined {
  const bySeed = (values: readonly (number | null)[]): Map<number, number | null> =>
    new Map(values.map((value, i) => [i, value]));
  const paired = comparePaired(bySeed(realValues), bySeed(simulatedValues));
  if (paired === undefined) return undefined;
  // Only runs that have a partner, so that the difference is that of the means.
  const both = realValues.flatMap((value, i) =>
    value === null || simulatedValues[i] === null ? [] : [[value, simulatedValues[i]!] as const],
  );
  const isPercentile = group === 'completion';
  const real = confidenceInterval(
    both.map(([value]) => value),
    { isPercentile },
  )!;
  const simulated = confidenceInterval(
    both.map(([, value]) => value),
    { isPercentile },
  )!;
  const unit = target?.kind === 'absolute' ? 1 : real.mean;
  const { difference, test } = scaled(paired, unit);
  return {
    group,
    name,
    target,
    digits,
    real,
    simulated,
    difference,
    differenceInterval: test,
    verdict: target === undefined ? undefined : verdictOn(difference, test, target),
  };
}

function scaled(
  { difference, test }: PairedDifference,
  unit: number,
): { difference: number; test: [low: number, high: number] | undefined } {
  // Two means of 0 do not differ.
  const inUnits = (value: number): number => (value === 0 ? 0 : value / unit);
  return {
    difference: inUnits(difference),
    test: test === undefined ? undefined : [inUnits(test.low), inUnits(test.high)],
  };
}

export function verdictOn(
  difference: number,
  interval: readonly [low: number, high: number] | undefined,
  { bound }: Target,
): Verdict {
  const isMet = Math.abs(difference) <= bound;
  const isCertain =
    interval !== undefined &&
    (isMet
      ? interval[0] >= -bound && interval[1] <= bound
      : interval[0] > bound || interval[1] < -bound);
  return `${isMet ? 'met' : 'missed'}${isCertain ? '' : '?'}`;
}
