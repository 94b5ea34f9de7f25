import { describe, expect, test } from 'vitest';

import { estimate } from './estimate.ts';

describe('an estimate', () => {
  // Student, The probable error of a mean (1908): the hours of sleep that each of ten patients
  // gained by a drug; the interval as R's t.test gives it for the `extra` of group 1 of `sleep`.
  test('is that of Student on his own figures', () => {
    const sleep = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const { mean, halfWidth } = estimate(sleep)!;
    expect(mean).toBeCloseTo(0.75, 10);
    expect(mean - halfWidth!).toBeCloseTo(-0.5297804, 6);
    expect(mean + halfWidth!).toBeCloseTo(2.0297804, 6);
  });

  test.each([
    { rule: 'is nothing without runs',                    values: [],          is: undefined },
    { rule: 'has no interval from a single run',          values: [7],         is: { count: 1, mean: 7, halfWidth: undefined } },
    { rule: 'has an interval of nothing where all agree', values: [7, 7, 7],   is: { count: 3, mean: 7, halfWidth: 0 } },
  ])('$rule', ({ values, is }) => {
    expect(estimate(values)).toEqual(is);
  });

  test('is wider the surer it has to be', () => {
    const values = [1, 2, 3, 4];
    expect(estimate(values, 0.99)!.halfWidth!).toBeGreaterThan(estimate(values, 0.9)!.halfWidth!);
  });
});
