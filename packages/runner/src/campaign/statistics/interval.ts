/**
 * How well a figure is known from its repetitions: the mean, and the interval that holds the true
 * mean with a probability of 95 %.
 *
 * Means of a few repetitions follow Student's t. Percentiles follow no curve that is known
 * beforehand; where there are enough repetitions to draw from, their interval comes from
 * resampling them (Efron 1979), and otherwise from Student's t as well.
 */

import { type Random, seededRandom } from '@cachetorrent/std';
import jStat from 'jstat';
import { mean, quantile, sampleWithReplacement } from 'simple-statistics';

export interface Interval {
  readonly mean: number;
  /** Undefined of a single repetition, which says nothing about others. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly count: number;
  readonly method: 't' | 'bootstrap' | 'none';
}

export const CONFIDENCE = 0.95;
/** With fewer there are too few different samples to draw: the interval would be too narrow. */
const BOOTSTRAP_COUNT_MIN = 10;
const RESAMPLES = 2_000;
const TAIL = (1 - CONFIDENCE) / 2;

/** Undefined where there is nothing to take the mean of. */
export function intervalOf(
  values: readonly number[],
  { isPercentile }: { readonly isPercentile: boolean },
): Interval | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const centre = mean([...values]);
  if (count === 1) return { mean: centre, low: undefined, high: undefined, count, method: 'none' };
  if (isPercentile && count >= BOOTSTRAP_COUNT_MIN) {
    const random = seededRandom('bootstrap', count);
    const means = Array.from({ length: RESAMPLES }, () => mean(resampled(values, random)));
    const [low, high] = [quantile(means, TAIL), quantile(means, 1 - TAIL)];
    return { mean: centre, low, high, count, method: 'bootstrap' };
  }
  const [low, high] = jStat.tci(centre, 1 - CONFIDENCE, values);
  return { mean: centre, low, high, count, method: 't' };
}

function resampled<Value>(values: readonly Value[], random: Random): Value[] {
  return sampleWithReplacement([...values], values.length, () => random.unit()) as Value[];
}
