import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { comparePaired, type ValuesBySeed, verdictsOn } from './comparison.ts';
import { confidenceInterval } from './interval.ts';

/** Quantiles of Student's t at 0.975, from statistical tables, by degrees of freedom. */
const T = [NaN, 12.7062, 4.3027, 3.1824, 2.7764];

describe('a confidence interval', () => {
  test.each([
    { values: [1, 2, 3], mean: 2, half: T[2]! * Math.sqrt(1 / 3) },
    { values: [4.1, 3.9, 4.3, 4, 4.2], mean: 4.1, half: T[4]! * Math.sqrt(0.025 / 5) },
    { values: [10, 12], mean: 11, half: T[1]! * Math.sqrt(2 / 2) },
    { values: [5, 5, 5], mean: 5, half: 0 },
  ])("of $values follows Student's t", ({ values, mean, half }) => {
    const interval = confidenceInterval(values, { isPercentile: false })!;
    expect(interval).toMatchObject({ count: values.length, method: 't' });
    expect(interval.mean).toBeCloseTo(mean, 10);
    expect(interval.low).toBeCloseTo(mean - half, 3);
    expect(interval.high).toBeCloseTo(mean + half, 3);
  });

  test('of one repetition is undefined', () => {
    expect(confidenceInterval([7], { isPercentile: false })).toEqual({
      mean: 7,
      low: undefined,
      high: undefined,
      count: 1,
      method: 'none',
    });
  });

  test('of no values is undefined', () => {
    expect(confidenceInterval([], { isPercentile: false })).toBeUndefined();
  });

  test.each([
    {
      rule: 'percentiles of many repetitions are resampled',
      isPercentile: true,
      count: 10,
      method: 'bootstrap',
    },
    { rule: 'percentiles of few repetitions follow t', isPercentile: true, count: 9, method: 't' },
    { rule: 'other values follow t', isPercentile: false, count: 50, method: 't' },
  ])('$rule', ({ isPercentile, count, method }) => {
    const values = Array.from({ length: count }, (_, i) => i);
    expect(confidenceInterval(values, { isPercentile })!.method).toBe(method);
  });

  test.each([{ isPercentile: false }, { isPercentile: true }])(
    'contains the true mean in about 95 % of samples: percentile $isPercentile',
    ({ isPercentile }) => {
      const seed = 17;
      const random = seededRandom(seed);
      let contained = 0;
      for (let round = 0; round < 300; round++) {
        // A sum of uniform values is nearly normal.
        const values = Array.from({ length: 20 }, () => sum(12, () => random.unit()) - 6);
        const { low, high } = confidenceInterval(values, { isPercentile })!;
        if (low! <= 0 && 0 <= high!) contained++;
      }
      expect(contained / 300, `seed ${seed}`).toBeGreaterThan(0.9);
      expect(contained / 300, `seed ${seed}`).toBeLessThan(0.99);
    },
  );

  test('is deterministic', () => {
    const values = Array.from({ length: 30 }, (_, i) => (i * 7919) % 101);
    const [a, b] = [1, 2].map(() => confidenceInterval(values, { isPercentile: true }));
    expect(a).toEqual(b);
  });
});

describe('a comparison', () => {
  test.each([
    {
      rule: 'finds a difference that all pairs have',
      a: [10, 20, 30, 40],
      b: [11, 21.2, 30.9, 41.1],
      verdict: 'higher',
    },
    {
      rule: 'finds a negative difference',
      a: [10, 20, 30, 40],
      b: [9, 18.9, 29.1, 39],
      verdict: 'lower',
    },
    {
      rule: 'is undecided if the sign of differences varies',
      a: [10, 20, 30, 40],
      b: [12, 19, 31, 40],
      verdict: 'undecided',
    },
    { rule: 'finds that all values are equal', a: [10, 20], b: [10, 20], verdict: 'equal' },
    { rule: 'finds a constant difference', a: [10, 20], b: [12, 22], verdict: 'higher' },
    { rule: 'is undecided for a single pair', a: [10], b: [20], verdict: 'undecided' },
  ])('$rule', ({ a, b, verdict }) => {
    expect(verdictOn(a, b).verdict).toBe(verdict);
  });

  test('pairs by seed, and omits seeds that one of them lacks', () => {
    const a = new Map([
      [1, 10],
      [2, 20],
      [3, null],
      [4, 40],
    ]);
    const b = new Map([
      [4, 41],
      [2, 21],
      [3, 31],
      [5, 51],
    ]);
    expect(comparePaired(a, b)).toMatchObject({ count: 2, difference: 1 });
    expect(comparePaired(new Map([[1, 1]]), new Map([[2, 1]]))).toBeUndefined();
  });

  /** For three degrees of freedom the distribution of t has a closed form. */
  test("has the interval and p-value of Student's t-test", () => {
    const { low, high, pValue } = comparePaired(bySeed([10, 20, 30, 40]), bySeed([12, 19, 31, 40]))!
      .test!;
    const error = Math.sqrt(5 / 3 / 4);
    const t = 0.5 / error;
    const within = t / Math.sqrt(3) / (1 + t ** 2 / 3) + Math.atan(t / Math.sqrt(3));
    expect(low).toBeCloseTo(0.5 - T[3]! * error, 3);
    expect(high).toBeCloseTo(0.5 + T[3]! * error, 3);
    expect(pValue).toBeCloseTo(1 - (2 / Math.PI) * within, 6);
  });

  test.each([
    {
      rule: 'estimates how many repetitions are needed',
      a: [10, 10, 10],
      b: [12, 9, 12],
      says: /about \d+ are needed$/,
    },
    {
      rule: 'reports that no difference will be found',
      a: [10, 10, 10],
      b: [11, 9, 10.001],
      says: /unlikely to find one/,
    },
    { rule: 'reports that one repetition is too few', a: [10], b: [11], says: /run 5 or more/ },
  ])('$rule', ({ a, b, says }) => {
    expect(verdictOn(a, b).warning).toMatch(says);
  });

  test('needs about as many repetitions as estimated', () => {
    const few = [3, -1, 2, -2.5, 1.5];
    const zeros = (count: number) => Array.from({ length: count }, () => 0);
    const needed = Number(/\d+/.exec(verdictOn(zeros(few.length), few).warning!)![0]);
    const verdicts = [needed - 20, needed + 20].map((count) => {
      const many = Array.from({ length: count - (count % 5) }, (_, i) => few[i % 5]!);
      return verdictOn(zeros(many.length), many).verdict;
    });
    expect(verdicts).toEqual(['undecided', 'higher']);
  });
});

describe('many comparisons', () => {
  /** The p-value of the t-test is 0.0131. */
  const baseline = [10, 20, 30, 40, 50];
  const other = [11, 20.4, 31.1, 40.5, 51.6];

  test('need smaller p-values than one', () => {
    const one = comparePaired(bySeed(baseline), bySeed(other))!;
    const none = comparePaired(bySeed(baseline), bySeed([9, 21, 30.5, 38, 51]))!;
    const verdicts = [1, 2, 12].map((count) => {
      const others = Array.from({ length: count - 1 }, () => none);
      return verdictsOn([...others, one]).at(-1)!;
    });
    const pValue = one.test!.pValue;
    expect(pValue).toBeGreaterThan(0.01);
    expect(pValue).toBeLessThan(0.02);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['higher', 'higher', 'undecided']);
    verdicts.forEach(({ adjustedPValue }, i) => {
      expect(adjustedPValue).toBeCloseTo(pValue * [1, 2, 12][i]!, 12);
    });
    expect(verdicts[2]!.warning).toMatch(/^may be chance among 12 comparisons: about \d+ rep/);
  });

  test('show a difference that does not exist in at most 5 % of reports', () => {
    const seed = 23;
    const random = seededRandom(seed);
    const draw = () => Array.from({ length: 5 }, () => sum(12, () => random.unit()) - 6);
    let [wrong, wrongAlone] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const comparisons = Array.from(
        { length: 12 },
        () => comparePaired(bySeed(draw()), bySeed(draw()))!,
      );
      if (verdictsOn(comparisons).some(({ verdict }) => verdict !== 'undecided')) wrong++;
      if (comparisons.some(({ test }) => test!.pValue < 0.05)) wrongAlone++;
    }
    // 5 % of 200 are 10, with a standard deviation of 3.
    expect(wrong, `seed ${seed}`).toBeLessThanOrEqual(19);
    expect(wrongAlone, `seed ${seed}`).toBeGreaterThan(60);
  });

  test('of which some have a single pair are adjusted for the others', () => {
    const single = comparePaired(bySeed([1]), bySeed([2]))!;
    const one = comparePaired(bySeed(baseline), bySeed(other))!;
    const verdicts = verdictsOn([single, one, single]);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['undecided', 'higher', 'undecided']);
    expect(verdicts[1]!.adjustedPValue).toBe(one.test!.pValue);
  });
});

function verdictOn(a: readonly number[], b: readonly number[]) {
  return verdictsOn([comparePaired(bySeed(a), bySeed(b))!])[0]!;
}

function bySeed(values: readonly number[]): ValuesBySeed {
  return new Map(values.map((value, seed) => [seed, value]));
}

function sum(count: number, term: () => number): number {
  return Array.from({ length: count }, term).reduce((a, b) => a + b, 0);
}
