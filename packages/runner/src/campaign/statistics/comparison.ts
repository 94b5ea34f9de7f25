/**
 * Compares settings over the seeds that both have been run with (paired comparisons). Equal seeds
 * make the randomness of both settings alike, so that pairs differ less than independent runs, and
 * fewer repetitions are needed.
 *
 * The interval of a difference is for this difference alone. Whether there is a difference is
 * decided for all comparisons together, because some of many seem to show one by chance.
 */

import jStat from 'jstat';
import { mean, sampleStandardDeviation } from 'simple-statistics';

import { CONFIDENCE } from './interval.ts';
import { adjustedPValues } from './multiplicity.ts';

/** A metric by seed; null for a run that does not have it. */
export type ValuesBySeed = ReadonlyMap<number, number | null>;

export interface PairedDifference {
  /** The number of pairs. */
  readonly count: number;
  /** The mean of `other - baseline`. */
  readonly difference: number;
  /** The difference as a fraction of the baseline's mean; undefined if that mean is 0. */
  readonly relativeDifference: number | undefined;
  /** Student's t-test of the hypothesis that it is 0; undefined for a single pair. */
  readonly test: DifferenceTest | undefined;
}

interface DifferenceTest {
  /** The confidence interval of the difference. */
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
  /** The standard deviation of the differences. */
  readonly deviation: number;
}

export interface Verdict {
  /** The p-value, adjusted for the number of comparisons; undefined for a single pair. */
  readonly adjustedPValue: number | undefined;
  readonly verdict: 'higher' | 'lower' | 'equal' | 'undecided';
  /** Why the comparison is undecided, and what to do about it; undefined if it is decided. */
  readonly warning: string | undefined;
}

/** The probability of a wrong verdict, all comparisons together. */
export const SIGNIFICANCE: number = 1 - CONFIDENCE;

/** Compares `other` with `baseline`; undefined if they have no seed in common. */
export function comparePaired(
  baseline: ValuesBySeed,
  other: ValuesBySeed,
): PairedDifference | undefined {
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
  return {
    count: pairs.length,
    difference,
    relativeDifference: baselineMean === 0 ? undefined : difference / baselineMean,
    test: pairs.length === 1 ? undefined : testDifferences(differences, difference),
  };
}

function testDifferences(differences: readonly number[], difference: number): DifferenceTest {
  const deviation = sampleStandardDeviation([...differences]);
  if (deviation === 0) {
    return { low: difference, high: difference, pValue: difference === 0 ? 1 : 0, deviation };
  }
  const [low, high] = jStat.tci(difference, SIGNIFICANCE, differences);
  return { low, high, pValue: jStat.ttest(0, differences, 2), deviation };
}

/** Decides which of the comparisons of a report show a difference, in their order. */
export function verdictsOn(comparisons: readonly PairedDifference[]): readonly Verdict[] {
  const pValues = comparisons.flatMap(({ test }) => test?.pValue ?? []);
  const adjusted = adjustedPValues(pValues).values();
  return comparisons.map((comparison): Verdict => {
    const { difference, test } = comparison;
    if (test === undefined) {
      const warning = 'a single repetition does not show the variation: run 5 or more';
      return { adjustedPValue: undefined, verdict: 'undecided', warning };
    }
    const adjustedPValue = adjusted.next().value!;
    const isConstant = test.deviation === 0;
    if (isConstant && difference === 0) {
      return { adjustedPValue, verdict: 'equal', warning: undefined };
    }
    if (adjustedPValue < SIGNIFICANCE) {
      return { adjustedPValue, verdict: difference > 0 ? 'higher' : 'lower', warning: undefined };
    }
    const warning = undecidedWarning(difference, test, pValues.length);
    return { adjustedPValue, verdict: 'undecided', warning };
  });
}

function undecidedWarning(
  difference: number,
  { pValue, deviation }: DifferenceTest,
  comparisonCount: number,
): string {
  const needed = repetitionsNeeded(difference, deviation, comparisonCount);
  if (needed === undefined) {
    return 'no difference found, and more repetitions are unlikely to find one';
  }
  return pValue < SIGNIFICANCE
    ? `may be chance among ${comparisonCount} comparisons: about ${needed} repetitions would tell`
    : `too few repetitions for this difference: about ${needed} are needed`;
}

const MAX_REPETITIONS = 1_000;

/**
 * Estimates the number of repetitions that show the difference among so many comparisons, assuming
 * that mean and deviation stay the same. Undefined if it is above the limit.
 */
function repetitionsNeeded(
  difference: number,
  deviation: number,
  comparisonCount: number,
): number | undefined {
  // The strictest level at which Holm's method tests one of them.
  const level = SIGNIFICANCE / comparisonCount;
  for (let count = 2; count <= MAX_REPETITIONS; count++) {
    const t = jStat.studentt.inv(1 - level / 2, count - 1);
    if ((t * deviation) / Math.sqrt(count) < Math.abs(difference)) return count;
  }
  return undefined;
}
