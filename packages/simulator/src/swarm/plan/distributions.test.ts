import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { boundedSamplerOf, samplerOf, typicalOf } from './distributions.ts';
import type { Distribution } from './dynamics.ts';

const DRAWS = 50_000;

function drawsOf(distribution: Distribution, seed: number): number[] {
  const draw = samplerOf(distribution, seededRandom(seed, 'draws'));
  return Array.from({ length: DRAWS }, draw);
}

/** Each share of draws below a quantile is within 4.5 deviations of its probability. */
function expectQuantiles(draws: readonly number[], cdf: (x: number) => number, at: number[]): void {
  for (const x of at) {
    const p = cdf(x);
    const share = draws.filter((draw) => draw <= x).length / DRAWS;
    expect(Math.abs(share - p), `at ${x}`).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / DRAWS));
  }
}

describe.each([1, 2, 3])('draws (seed %d)', (seed) => {
  test('of an exponential distribution', () => {
    const draws = drawsOf({ distribution: 'exponential', mean: 1e7 }, seed);
    const cdf = (x: number): number => 1 - Math.exp(-x / 1e7);
    expectQuantiles(draws, cdf, [1e5, 1e6, 5e6, 1e7, 2e7, 4e7]);
  });

  test.each([0.34, 0.59, 1, 2])('of a Weibull distribution of shape %d', (shape) => {
    const scale = 1e7;
    const draws = drawsOf({ distribution: 'weibull', scale, shape }, seed);
    const cdf = (x: number): number => 1 - Math.exp(-((x / scale) ** shape));
    expectQuantiles(draws, cdf, [1e5, 1e6, 5e6, 1e7, 2e7, 4e7]);
  });

  test('of a log-normal distribution', () => {
    const draws = drawsOf({ distribution: 'log-normal', median: 1e7, sigma: 1.5 }, seed);
    // The standard normal distribution at -2 … 2.
    const NORMAL = [0.0227501319, 0.1586552539, 0.5, 0.8413447461, 0.9772498681];
    const at = [-2, -1, 0, 1, 2].map((z) => 1e7 * Math.exp(1.5 * z));
    expectQuantiles(draws, (x) => NORMAL[at.indexOf(x)]!, at);
  });
});

test('of a fixed value are all the same', () => {
  expect(new Set(drawsOf({ distribution: 'fixed', value: 1_800_000 }, 1))).toEqual(
    new Set([1_800_000]),
  );
});

test.each<Distribution>([
  { distribution: 'exponential', mean: 1_000 },
  { distribution: 'weibull', scale: 1_000, shape: 0.5 },
  { distribution: 'log-normal', median: 1_000, sigma: 2 },
])(
  'draws of $distribution are whole, at least 0, and the same for the same seed',
  (distribution) => {
    const draws = drawsOf(distribution, 5);
    expect(draws.every((draw) => Number.isInteger(draw) && draw >= 0)).toBe(true);
    expect(drawsOf(distribution, 5)).toEqual(draws);
    expect(drawsOf(distribution, 6)).not.toEqual(draws);
    expect(typicalOf(distribution)).toBe(1_000);
  },
);

test('bounds move what lies beyond them', () => {
  const distribution = { distribution: 'exponential', mean: 1_000 } as const;
  const draw = boundedSamplerOf({ distribution, least: 500, most: 2_000 }, seededRandom(1));
  const draws = Array.from({ length: 1_000 }, draw);
  expect(Math.min(...draws)).toBe(500);
  expect(Math.max(...draws)).toBe(2_000);
  const lower = draws.filter((each) => each === 500).length / draws.length;
  // 1 - e^-0.5 = 0.393, within 4.5 deviations.
  expect(Math.abs(lower - 0.393)).toBeLessThan(0.07);
});
