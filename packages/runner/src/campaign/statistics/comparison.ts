/**
 * Compares two settings over the seeds that both have been run with: pair by pair, as what chance
 * did to one it also did to the other, so that fewer repetitions tell more.
 */

import jStat from 'jstat';
import { mean, sampleStandardDeviation } from 'simple-statistics';

import { CONFIDENCE } from './interval.ts';

/** A figure by seed; null where the run has none. */
export type BySeed = ReadonlyMap<number, number | null>;

export interface Comparison {
  /** Pairs that were compared. */
  readonly count: number;
  /** Mean of `other - baseline`. */
  readonly difference: number;
  /** Of the baseline's mean, 0 to 1 and beyond; undefined where that is 0. */
  readonly relative: number | undefined;
  /** The interval of the difference; undefined of a single pair. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** The probability of such a difference by chance alone; undefined of a single pair. */
  readonly probability: number | undefined;
  readonly verdict: 'higher' | 'lower' | 'equal' | 'undecided';
  /** What to do before the difference is believed; undefined where it may be. */
  readonly warning: string | undefined;
}

/** Undefined where they have no seed in common. */
export function compare(baseline: BySeed, other: BySeed): Comparison | undefined {
  const pairs = [...baseline].flatMap(([seed, value]) => {
    const against = other.get(seed);
    return value === null || against === null || against === undefined
      ? []
      : [{ value, difference: against - value }];
  });
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(({ difference }) => difference);
  const difference = mean(differences);
  const level = mean(pairs.map(({ value }) => value));
  const relative = level === 0 ? undefined : difference / level;
  const base = { count: pairs.length, difference, relative };
  if (pairs.length === 1) {
    const warning = 'one repetition tells nothing about others: repeat it 5 times or more';
    const unknown = { low: undefined, high: undefined, probability: undefined };
    return { ...base, ...unknown, verdict: 'undecided', warning };
  }
  return { ...base, ...judged(differences, difference) };
}

function judged(
  differences: readonly number[],
  difference: number,
): Pick<Comparison, 'low' | 'high' | 'probability' | 'verdict' | 'warning'> {
  const deviation = sampleStandardDeviation([...differences]);
  if (deviation === 0) {
    const verdict = difference === 0 ? 'equal' : difference > 0 ? 'higher' : 'lower';
    const probability = difference === 0 ? 1 : 0;
    return { low: difference, high: difference, probability, verdict, warning: undefined };
  }
  const [low, high] = jStat.tci(difference, 1 - CONFIDENCE, differences);
  const probability = jStat.ttest(0, differences, 2);
  if (low > 0 || high < 0) {
    const verdict = difference > 0 ? 'higher' : 'lower';
    return { low, high, probability, verdict, warning: undefined };
  }
  const needed = repetitionsFor(difference, deviation);
  const warning =
    needed === undefined
      ? 'no difference to be seen; more repetitions would hardly find one'
      : `too few repetitions for this difference: it would take about ${needed}`;
  return { low, high, probability, verdict: 'undecided', warning };
}

const REPETITIONS_MAX = 1_000;

/** How many it takes until the interval leaves out 0, if mean and deviation stay as they are. */
function repetitionsFor(difference: number, deviation: number): number | undefined {
  for (let count = 2; count <= REPETITIONS_MAX; count++) {
    const t = jStat.studentt.inv(1 - (1 - CONFIDENCE) / 2, count - 1);
    if ((t * deviation) / Math.sqrt(count) < Math.abs(difference)) return count;
  }
  return undefined;
}
