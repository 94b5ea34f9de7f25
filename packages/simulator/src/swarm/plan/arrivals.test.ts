import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { drawArrivals, expectedArrivals } from './arrivals.ts';
import type { ArrivalProcess } from './dynamics.ts';

const HOUR_MS = 3_600_000;
const perHour = (rate: number): number => rate / HOUR_MS;

/** The arrival times of `processes` with a seed that the name of the test has. */
function timesOf(
  processes: readonly ArrivalProcess[],
  seed: number,
  horizonMs = Infinity,
  countMax = Infinity,
): number[] {
  const randomOf = (process: number) => seededRandom(seed, 'test', process);
  return drawArrivals(processes, horizonMs, countMax, randomOf).map(({ atMs }) => atMs);
}

/** A number of arrivals is Poisson: the bound is exceeded by chance once in about 150,000 times. */
function expectCount(count: number, mean: number): void {
  expect(Math.abs(count - mean)).toBeLessThan(4.5 * Math.sqrt(mean) + 1);
}

/**
 * Kolmogorov's test: the times are distributed like `cdf`. The bound is exceeded by chance once in
 * about 130,000 times; a ms of rounding is far below it.
 */
function expectDistribution(times: readonly number[], cdf: (atMs: number) => number): void {
  let largest = 0;
  for (const [i, atMs] of times.entries()) {
    const expected = cdf(atMs);
    largest = Math.max(largest, expected - i / times.length, (i + 1) / times.length - expected);
  }
  expect(largest * Math.sqrt(times.length)).toBeLessThan(2.5);
}

describe.each([1, 2, 3])('a Poisson process (seed %d)', (seed) => {
  test('with a constant rate has its number of arrivals, uniform over the time', () => {
    const endMs = 50 * HOUR_MS;
    const rate = { process: 'poisson', perMs: perHour(1_000), fromMs: 0 } as const;
    const times = timesOf([rate], seed, endMs);
    expectCount(times.length, 50_000);
    expectDistribution(times, (atMs) => atMs / endMs);
  });

  test('with a constant rate has independent numbers of arrivals, whose variance is the mean', () => {
    const rate = { process: 'poisson', perMs: perHour(100), fromMs: 0 } as const;
    const hours = 2_000;
    const counts = new Array<number>(hours).fill(0);
    for (const atMs of timesOf([rate], seed, hours * HOUR_MS))
      counts[Math.floor(atMs / HOUR_MS)]!++;
    const mean = counts.reduce((sum, n) => sum + n, 0) / hours;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (hours - 1);
    // The index of dispersion is 1, with a standard deviation of sqrt(2 / n).
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4.5 * Math.sqrt(2 / hours));
    const successive = counts
      .slice(1)
      .reduce((sum, n, i) => sum + (n - mean) * (counts[i]! - mean), 0);
    expect(Math.abs(successive / hours / variance)).toBeLessThan(4.5 / Math.sqrt(hours));
  });

  test('has a rate that changes at given times', () => {
    const pieces = [
      { process: 'poisson', perMs: perHour(500), fromMs: 0, untilMs: 10 * HOUR_MS },
      { process: 'poisson', perMs: perHour(4_000), fromMs: 10 * HOUR_MS, untilMs: 12 * HOUR_MS },
      { process: 'poisson', perMs: perHour(50), fromMs: 12 * HOUR_MS },
    ] as const;
    const times = timesOf(pieces, seed, 100 * HOUR_MS);
    const within = (from: number, until: number): number =>
      times.filter((atMs) => atMs >= from * HOUR_MS && atMs < until * HOUR_MS).length;
    expectCount(within(0, 10), 5_000);
    expectCount(within(10, 12), 8_000);
    expectCount(within(12, 100), 4_400);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test.each([
    { what: 'to the end', hours: Infinity },
    { what: 'for less than the time of decay', hours: 3 },
    { what: 'for two and a half times of decay', hours: 15 },
  ])('has a rate that decays, $what', ({ hours }) => {
    const decayMs = 6 * HOUR_MS;
    const perMs = perHour(5_000);
    const fromMs = 2 * HOUR_MS;
    const untilMs = fromMs + hours * HOUR_MS;
    const process = { process: 'poisson', perMs, fromMs, untilMs, decayMs } as const;
    const times = timesOf([process], seed);
    // The integral of the rate, as a share of that until the end.
    const mass = (atMs: number): number => 1 - Math.exp(-(atMs - fromMs) / decayMs);
    expectCount(times.length, perMs * decayMs * mass(untilMs));
    expectDistribution(times, (atMs) => mass(atMs) / mass(untilMs));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(fromMs);
    expect(Math.max(...times)).toBeLessThan(untilMs);
  });
});

test('the number of arrivals of a decaying rate is Poisson over the seeds, too', () => {
  const process = { process: 'poisson', perMs: 0.02, fromMs: 0, decayMs: 5_000 } as const;
  const counts = Array.from({ length: 2_000 }, (_, seed) => timesOf([process], seed).length);
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (counts.length - 1);
  expect(Math.abs(mean - 100)).toBeLessThan((4.5 * 10) / Math.sqrt(counts.length));
  // The fourth moment of a Poisson distribution adds 1 / mean to the variance of the variance.
  const deviation = 100 * Math.sqrt(2 / counts.length + 1 / 100 / counts.length);
  expect(Math.abs(variance - 100)).toBeLessThan(4.5 * deviation);
});

describe('arrivals', () => {
  const flash = { process: 'at-once', atMs: 5_000, count: 3 } as const;
  const rate = { process: 'poisson', perMs: 0.01, fromMs: 0 } as const;

  test('are at whole ms, in order', () => {
    const times = timesOf([rate, flash], 1, 100_000);
    expect(times.every(Number.isInteger)).toBe(true);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.filter((atMs) => atMs === 5_000).length).toBeGreaterThanOrEqual(3);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(timesOf([rate], 7, 100_000)).toEqual(timesOf([rate], 7, 100_000));
    expect(timesOf([rate], 7, 100_000)).not.toEqual(timesOf([rate], 8, 100_000));
  });

  test('of a process stay when another one comes on top', () => {
    const alone = timesOf([rate], 3, 100_000);
    const both = timesOf([rate, flash], 3, 100_000);
    expect(both.length).toBe(alone.length + 3);
    for (const atMs of alone) both.splice(both.indexOf(atMs), 1);
    expect(both).toEqual([5_000, 5_000, 5_000]);
  });

  test('end at the horizon, and with the first so many', () => {
    expect(Math.max(...timesOf([rate], 1, 50_000))).toBeLessThan(50_000);
    expect(timesOf([flash], 1, 5_000)).toEqual([]);
    expect(timesOf([rate], 1, Infinity, 10)).toEqual(timesOf([rate], 1, 1e6).slice(0, 10));
    expect(timesOf([rate, flash], 1, Infinity, 2)).toHaveLength(2);
  });

  test('of a trace keep what it says', () => {
    const peers = [{ atMs: 1_000.7, as: 3 }, { atMs: 2_000, leavesAtMs: 9_000 }, { atMs: 8_000 }];
    const arrivals = drawArrivals([{ process: 'trace', peers }], 5_000, 10, () => seededRandom(1));
    expect(arrivals).toEqual([
      { atMs: 1_000, traced: peers[0] },
      { atMs: 2_000, traced: peers[1] },
    ]);
  });
});

test.each([
  {
    what: 'a constant rate',
    process: { perMs: 0.01, fromMs: 1_000 },
    until: 11_000,
    expected: 100,
  },
  {
    what: 'one without end',
    process: { perMs: 0.01, fromMs: 0 },
    until: Infinity,
    expected: Infinity,
  },
  { what: 'one after the end', process: { perMs: 0.01, fromMs: 9_000 }, until: 8_000, expected: 0 },
  {
    what: 'a decaying rate',
    process: { perMs: 0.01, fromMs: 0, decayMs: 20_000 },
    until: Infinity,
    expected: 200,
  },
  {
    what: 'a decaying rate that is cut off',
    process: { perMs: 0.01, fromMs: 0, decayMs: 20_000 },
    until: 30_000,
    expected: 200 * (1 - Math.exp(-1.5)),
  },
])('the number to expect of $what', ({ process, until, expected }) => {
  const number = expectedArrivals([{ process: 'poisson', ...process }], until);
  if (Number.isFinite(expected))
    expect(Math.abs(number - expected)).toBeLessThan(0.02 * expected + 1e-9);
  else expect(number).toBe(expected);
});
