/**
 * What several runs of the same say: a median, how far they spread, and whether one lot is slower
 * than another.
 */

import { max, median, min, permutationTest, quantile } from 'simple-statistics';

import { seededRandom } from '@cachetorrent/std';

export interface Summary {
  readonly median: number;
  /** Quartiles. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Of one value or more. */
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

/** With fewer runs on either side, no difference could be told from chance this surely. */
export const RUNS_TO_COMPARE = 5;
/** How often noise alone may look like a change. */
const CHANCE = 0.01;
/** A change that is smaller matters to nobody, however sure. */
const SMALLEST_CHANGE = 0.03;
const SHUFFLES = 20_000;

export type Direction = 'more' | 'less';

/**
 * Whether `after` is more (or less) than `before` by more than noise: their medians differ by
 * more than 3 %, and a permutation test finds so great a difference in less than one of a
 * hundred ways to deal the same values out.
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
  const chance = permutationTest([...after], [...before], alternative, SHUFFLES, () =>
    random.unit(),
  );
  return chance < CHANCE;
}
