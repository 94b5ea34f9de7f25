/**
 * The 95 % confidence interval of the mean over repetitions.
 *
 * The interval of a mean follows Student's t. The distribution of percentiles is unknown; if there
 * are enough repetitions to resample, their interval is a bootstrap interval (Efron 1979), and
 * otherwise also Student's t.
 */

import { type Random, seededRandom } from '@cachetorrent/std';
import jStat from 'jstat';
import { mean, quantile, sampleWithReplacement } from 'simple-statistics';

export interface ConfidenceInterval {
  readonly mean: number;
  /** Undefined for a single repetition, from which the variation cannot be estimated. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** The number of repetitions. */
  readonly count: number;
  readonly method: 't' | 'bootstrap' | 'none';
}

export const CONFIDENCE = 0.95;
/** Fewer repetitions give too few different resamples: the interval would be too narrow. */
const MIN_BOOTSTRAP_COUNT = 10;
const RESAMPLES = 2_000;
const TAIL = (1 - CONFIDENCE) / 2;

/** Returns the mean of `values` and its confidence interval; undefined if there are no values. */
export function confidenceInterval(
  values: readonly number[],
  { isPercentile }: { readonly isPercentile: boolean },
): ConfidenceInterval | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const centre = mean([...values]);
  if (count === 1) return { mean: centre, low: undefined, high: undefined, count, method: 'none' };
  if (isPercentile && count >= MIN_BOOTSTRAP_COUNT) {
    const random = seededRandom('bootstrap', count);
    const means = Array.from({ length: RESAMPLES }, () => mean(resample(values, random)));
    const [low, high] = [quantile(means, TAIL), quantile(means, 1 - TAIL)];
    return { mean: centre, low, high, count, method: 'bootstrap' };
  }
  const [low, high] = jStat.tci(centre, 1 - CONFIDENCE, values);
  return { mean: centre, low, high, count, method: 't' };
}

function resample<Value>(values: readonly Value[], random: Random): Value[] {
  return sampleWithReplacement([...values], values.length, () => random.unit()) as Value[];
}
