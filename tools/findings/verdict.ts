/**
 * The verdict on a finding: whether a quantity that the runs give is within the bounds that the
 * finding sets, with the confidence interval of its mean over the seeds.
 */

import { type Estimate, estimate } from '../runs/estimate.ts';

/** The values that agree with a finding: those from `low` to `high`, both included. */
export interface Bounds {
  readonly low?: number;
  readonly high?: number;
}

/**
 * `met` if all of the interval is within the bounds, `not met` if none of it is. Otherwise the runs
 * do not decide it, as a single run never does.
 */
export type Verdict = 'met' | 'not met' | 'undecided';

export interface Judgement {
  readonly estimate: Estimate;
  readonly verdict: Verdict;
}

/** Judges one value for each seed; undefined if there are no values. */
export function judge(values: readonly number[], bounds: Bounds): Judgement | undefined {
  const mean = estimate(values);
  return mean === undefined ? undefined : { estimate: mean, verdict: verdictOn(mean, bounds) };
}

export function verdictOn(
  { mean, halfWidth }: Estimate,
  { low = -Infinity, high = Infinity }: Bounds,
): Verdict {
  if (halfWidth === undefined) return 'undecided';
  const [from, to] = [mean - halfWidth, mean + halfWidth];
  if (from >= low && to <= high) return 'met';
  return to < low || from > high ? 'not met' : 'undecided';
}
