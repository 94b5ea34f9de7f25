/** The median and the spread of several runs, and whether other runs are slower. */

import { max, median, min, permutationTest, quantile } from 'simple-statistics';

import { seededRandom } from '@cachetorrent/std';

export interface Summary {
  readonly median: number;
  /** The first and the third quartile. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** `values` must not be empty. */
export function summarize(values: readonly number[]): Summary {
  const sample = [...values];
  return {
    median: median(sample),
    low: quantile(sample, 0.25),
    high: quantile(sample, 0.75),
    min: min(sample),
    max: max(sample),
    runs: sample.length,
  };
}

/** With fewer runs on either side, no difference would be significant. */
export const RUNS_TO_COMPARE = 5;
/** The significance level: the probability that noise alone is taken for a change. */
const SIGNIFICANCE = 0.01;
/** Smaller changes are ignored, even if they are significant. */
const SMALLEST_CHANGE = 0.03;
const SHUFFLES = 20_000;

export type Direction = 'more' | 'less';

/**
 * Whether `after` is more (or less) than `before` by more than noise: their medians differ by more
 * than 3 %, and by a permutation test less than 1 % of all ways to divide the same values into two
 * groups give such a difference.
 */
export function differs(
  before: readonly number[],
  after: readonly number[],
  direction: Direction,
): boolean {
  const change = median([...after]) / median([...before]) - 1;
  if (direction === 'more' ? change <= SMALLEST_CHANGE : change >= -SMALLEST_CHANGE) return false;
  const random = seededRandom('bench', 'compare');
  const alternative = direction === 'more' ? 'greater' : 'less';
  const probability = permutationTest([...after], [...before], alternative, SHUFFLES, () =>
    random.unit(),
  );
  return probability < SIGNIFICANCE;
}
