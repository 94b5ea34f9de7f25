/**
 * Compares two settings over the seeds that both have been run with (a paired comparison). Equal
 * seeds make the randomness of both settings alike, so that pairs differ less than independent
 * runs, and fewer repetitions are needed.
 */

import jStat from 'jstat';
import { mean, sampleStandardDeviation } from 'simple-statistics';

import { CONFIDENCE } from './interval.ts';

/** A metric by seed; null for a run that does not have it. */
export type ValuesBySeed = ReadonlyMap<number, number | null>;

export interface PairedComparison {
  /** The number of pairs. */
  readonly count: number;
  /** The mean of `other - baseline`. */
  readonly difference: number;
  /** The difference as a fraction of the baseline's mean; undefined if that mean is 0. */
  readonly relativeDifference: number | undefined;
  /** The confidence interval of the difference; undefined for a single pair. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** The p-value of the paired t-test; undefined for a single pair. */
  readonly pValue: number | undefined;
  readonly verdict: 'higher' | 'lower' | 'equal' | 'undecided';
  /** Why the comparison is undecided, and what to do about it; undefined if it is decided. */
  readonly warning: string | undefined;
}

/** Compares `other` with `baseline`; undefined if they have no seed in common. */
export function comparePaired(
  baseline: ValuesBySeed,
  other: ValuesBySeed,
): PairedComparison | undefined {
  const pairs = [...baseline].flatMap(([seed, value]) => {
    const otherValue = other.get(seed);
    return value === null || otherValue === null || otherValue === undefined
      ? []
      : [{ value, difference: otherValue - value }];
  });
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(({ difference }) => difference);
  const difference = mean(differences);
  const baselineMean = mean(pairs.map(({ value }) => value));
  const relativeDifference = baselineMean === 0 ? undefined : difference / baselineMean;
  const base = { count: pairs.length, difference, relativeDifference };
  if (pairs.length === 1) {
    const warning = 'a single repetition does not show the variation: run 5 or more';
    const unknown = { low: undefined, high: undefined, pValue: undefined };
    return { ...base, ...unknown, verdict: 'undecided', warning };
  }
  return { ...base, ...testDifferences(differences, difference) };
}

/** Student's t-test of the hypothesis that the true mean of the differences is 0. */
function testDifferences(
  differences: readonly number[],
  difference: number,
): Pick<PairedComparison, 'low' | 'high' | 'pValue' | 'verdict' | 'warning'> {
  const deviation = sampleStandardDeviation([...differences]);
  if (deviation === 0) {
    const verdict = difference === 0 ? 'equal' : difference > 0 ? 'higher' : 'lower';
    const pValue = difference === 0 ? 1 : 0;
    return { low: difference, high: difference, pValue, verdict, warning: undefined };
  }
  const [low, high] = jStat.tci(difference, 1 - CONFIDENCE, differences);
  const pValue = jStat.ttest(0, differences, 2);
  if (low > 0 || high < 0) {
    const verdict = difference > 0 ? 'higher' : 'lower';
    return { low, high, pValue, verdict, warning: undefined };
  }
  const needed = repetitionsNeeded(difference, deviation);
  const warning =
    needed === undefined
      ? 'no difference found, and more repetitions are unlikely to find one'
      : `too few repetitions for this difference: about ${needed} are needed`;
  return { low, high, pValue, verdict: 'undecided', warning };
}

const MAX_REPETITIONS = 1_000;

/**
 * Estimates the number of repetitions at which the interval no longer includes 0, assuming that
 * mean and deviation stay the same. Undefined if it is above the limit.
 */
function repetitionsNeeded(difference: number, deviation: number): number | undefined {
  for (let count = 2; count <= MAX_REPETITIONS; count++) {
    const t = jStat.studentt.inv(1 - (1 - CONFIDENCE) / 2, count - 1);
    if ((t * deviation) / Math.sqrt(count) < Math.abs(difference)) return count;
  }
  return undefined;
}
