/** The mean of a figure over several runs, and how precisely it is known. */

import { confidenceInterval } from '../../packages/runner/src/campaign/statistics/interval.ts';

export interface Estimate {
  /** The number of runs; at least 1. */
  readonly count: number;
  readonly mean: number;
  /**
   * Half the width of the 95 % confidence interval of the mean, by Student's t distribution;
   * undefined for a single run, which does not show how far runs spread.
   */
  readonly halfWidth: number | undefined;
}

/** Returns undefined if there are no values. */
export function estimate(values: readonly number[]): Estimate | undefined {
  const interval = confidenceInterval(values, { isPercentile: false });
  if (interval === undefined) return undefined;
  const { count, mean, low, high } = interval;
  return { count, mean, halfWidth: low === undefined ? undefined : (high! - low) / 2 };
}
