/** Medians and noise, on numbers with obvious answers. */

import { describe, expect, test } from 'vitest';

import { differs, summarize } from './statistics.ts';

test('a summary has the median, the quartiles and the range', () => {
  expect(summarize([5, 1, 2, 4, 3])).toEqual({
    median: 3,
    low: 2,
    high: 4,
    min: 1,
    max: 5,
    runs: 5,
  });
});

describe('a difference beyond noise', () => {
  const before = [10.0, 10.1, 10.2, 10.3, 10.4];
  test.each([
    { is: false, when: 'nothing changed', after: [10.1, 10.0, 10.3, 10.2, 10.4] },
    { is: true, when: 'all runs take a tenth longer', after: [11.0, 11.1, 11.2, 11.3, 11.4] },
    { is: false, when: 'all runs take a tenth less', after: [9.0, 9.1, 9.2, 9.3, 9.4] },
    {
      is: false,
      when: 'the change is significant, but tiny',
      after: [10.41, 10.42, 10.43, 10.44, 10.45],
    },
    {
      is: false,
      when: 'the runs differ as much among themselves',
      after: [9.0, 12.5, 10.6, 9.9, 11.8],
    },
    { is: false, when: 'one run was disturbed', after: [10.0, 10.1, 10.2, 10.3, 20.0] },
  ])('is $is if $when', ({ is, after }) => {
    expect(differs(before, after, 'more')).toBe(is);
  });

  test('has the other direction for figures that should be large', () => {
    expect(differs([10, 10.1, 10.2, 10.3, 10.4], [9, 9.1, 9.2, 9.3, 9.4], 'less')).toBe(true);
  });
});
