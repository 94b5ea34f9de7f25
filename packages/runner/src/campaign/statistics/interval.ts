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
export const BOOTSTRAP_COUNT_MIN = 10;
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

export interface PercentileInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The percentile (0 to 1) of what several groups have in common, each a run's; its interval comes
 * from resampling first the groups, then what is in each. Undefined where all are empty.
 */
export function pooledPercentile(
  groups: readonly (readonly number[])[],
  probability: number,
): PercentileInterval | undefined {
  const filled = groups.filter(({ length }) => length > 0);
  if (filled.length === 0) return undefined;
  const random = seededRandom('pooled', filled.length, probability);
  const draws = Array.from({ length: POOLED_RESAMPLES }, () => {
    const drawn = resampled(filled, random).flatMap((group) => resampled(group, random));
    return quantile(drawn, probability);
  });
  return {
    value: quantile(filled.flat(), probability),
    low: quantile(draws, TAIL),
    high: quantile(draws, 1 - TAIL),
  };
}

/** Of thousands of peers each; more would take seconds, and change the second digit at most. */
const POOLED_RESAMPLES = 300;

function resampled<Value>(values: readonly Value[], random: Random): Value[] {
  return sampleWithReplacement([...values], values.length, () => random.unit()) as Value[];
}
