import { describe, expect, test } from 'vitest';

import { estimate } from './estimate.ts';

describe('an estimate', () => {
  // Student, The probable error of a mean (1908): the hours of sleep that each of ten patients
  // gained by a drug. R's t.test gives this interval for the `extra` of group 1 of `sleep`.
  test("equals Student's on his own figures", () => {
    const sleep = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const { mean, halfWidth } = estimate(sleep)!;
    expect(mean).toBeCloseTo(0.75, 10);
    expect(mean - halfWidth!).toBeCloseTo(-0.5297804, 6);
    expect(mean + halfWidth!).toBeCloseTo(2.0297804, 6);
  });

  test.each([
    { rule: 'is undefined without runs', values: [], is: undefined },
    {
      rule: 'of a single run has no interval',
      values: [7],
      is: { count: 1, mean: 7, halfWidth: undefined },
    },
    {
      rule: 'of equal values has an interval of width 0',
      values: [7, 7, 7],
      is: { count: 3, mean: 7, halfWidth: 0 },
    },
  ])('$rule', ({ values, is }) => {
    expect(estimate(values)).toEqual(is);
  });
});
