import { describe, expect, test } from 'vitest';

import { categoryTicks, numberTicks, valueScale } from './scales.ts';

const point = (y: number, low = y, high = y) => ({ y, low, high });

describe('the vertical axis', () => {
  test.each([
    { rule: 'begins at 0 for values of several sizes', points: [point(1), point(10)], low: 0 },
    { rule: 'begins at the least of similar values', points: [point(9), point(10)], low: 9 },
    { rule: 'has the intervals inside', points: [point(9, 8, 12)], low: 8, high: 12 },
    { rule: 'has a length if all values are 0', points: [point(0)], low: 0, high: 1 },
    { rule: 'has a length if all values are equal', points: [point(5), point(5)], low: 0, high: 6 },
    { rule: 'has a length without values', points: [], low: 0, high: 1 },
  ])('$rule', ({ points, low, high }) => {
    const { domain } = valueScale(points, 'linear');
    expect(domain[0]).toBe(low);
    if (high !== undefined) expect(domain[1]).toBe(high);
  });

  test('is positive if it is logarithmic, and cuts intervals that reach 0', () => {
    const { domain, clamp } = valueScale([point(10, 0, 20), point(8, 7, 9)], 'log');
    expect(domain).toEqual([7 / 1.1, 20 * 1.1]);
    expect(clamp).toBe(true);
  });
});

describe('numbers on the horizontal axis', () => {
  test.each([
    {
      rule: 'are the varied values',
      values: [50, 10, 30, 10],
      type: 'linear',
      ticks: [10, 30, 50],
    },
    {
      rule: 'do not overlap',
      values: [500, 1_000, 2_000, 4_000, 8_000, 16_000],
      type: 'linear',
      ticks: [500, 2_000, 4_000, 8_000, 16_000],
    },
    {
      rule: 'have equal distances on a logarithmic axis',
      values: [500, 1_000, 2_000, 4_000, 8_000, 16_000],
      type: 'log',
      ticks: [500, 1_000, 2_000, 4_000, 8_000, 16_000],
    },
    { rule: 'can be one', values: [7], type: 'linear', ticks: [7] },
  ] as const)('$rule', ({ values, type, ticks }) => {
    expect(numberTicks(values, type, 430).options.ticks).toEqual(ticks);
  });
});

describe('categories on the horizontal axis', () => {
  test('are all labelled if there is room, otherwise as many as fit', () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `category ${i}`);
    expect(categoryTicks(names(20), 430).options.ticks).toEqual(names(20));
    expect(categoryTicks(names(1_000), 430).options.ticks).toHaveLength(27);
    expect(categoryTicks(names(1_000), 430).options.domain).toHaveLength(1_000);
  });

  test('are level if there is room', () => {
    const { options, height } = categoryTicks(['BitTorrent', 'CacheTorrent'], 430);
    expect([options.domain, options.tickRotate, height]).toEqual([
      ['BitTorrent', 'CacheTorrent'],
      undefined,
      0,
    ]);
  });

  test('are turned and cut if there is not', () => {
    const long = 'a name that is much too long to be shown at an axis';
    const { options, height } = categoryTicks([long, 'b', 'c', 'd'], 430);
    expect(options.tickRotate).toBeLessThan(0);
    expect(height).toBeGreaterThan(50);
    const format = options.tickFormat as (text: string) => string;
    expect([format('b'), format(long).length]).toEqual(['b', 24]);
  });
});
