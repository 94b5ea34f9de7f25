/** What several runs say of a figure: its mean, and how far the true mean may be from it. */

import jStat from 'jstat';
import { mean, sampleStandardDeviation } from 'simple-statistics';

export interface Estimate {
  /** Runs that it rests on; at least 1. */
  readonly count: number;
  readonly mean: number;
  /**
   * Half the width of the confidence interval of the mean, by Student's t distribution; undefined
   * of a single run, which says nothing about its spread.
   */
  readonly halfWidth: number | undefined;
}

/** Undefined of no runs. `confidence` is a share: 0.95 for an interval of 95 %. */
export function estimate(values: readonly number[], confidence = 0.95): Estimate | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  if (count === 1) return { count, mean: values[0]!, halfWidth: undefined };
  const quantile = jStat.studentt.inv(1 - (1 - confidence) / 2, count - 1);
  const standardError = sampleStandardDeviation([...values]) / Math.sqrt(count);
  return { count, mean: mean([...values]), halfWidth: quantile * standardError };
}
