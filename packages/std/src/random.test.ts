import { describe, expect, test } from 'vitest';

import { exponential, type Random } from './random.ts';
import { seededRandom } from './seeded-random.ts';

const DRAWS = 100_000;

describe('a stream', () => {
  test('is the same for the same key', () => {
    expect(words(seededRandom('swarm', 7), 50)).toEqual(words(seededRandom('swarm', 7), 50));
  });

  test.each([
    { rule: 'a number', a: [1], b: [2] },
    { rule: 'a name', a: ['peer', 1], b: ['router', 1] },
    { rule: 'the order of parts', a: [1, 2], b: [2, 1] },
    { rule: 'where a part ends', a: ['p', 1, 12], b: ['p', 11, 2] },
    { rule: 'an empty part', a: [], b: ['', ''] },
  ])('differs with $rule of the key', ({ a, b }) => {
    expect(words(seededRandom(...a), 4)).not.toEqual(words(seededRandom(...b), 4));
  });

  /** Published results depend on these numbers: only a major version may change them. */
  test('is the same on every machine and in every version', () => {
    expect(words(seededRandom('cachetorrent', 1), 4)).toEqual([
      0.6933962726034224, 0.0634665775578469, 0.7507189977914095, 0.2862831929232925,
    ]);
  });
});

describe('below', () => {
  test.each([1, 2, 3, 7, 1000, 2 ** 16, 2 ** 21 + 1, 2 ** 31 + 1, 2 ** 32])(
    'a bound of %d gives integers from 0 to the bound minus one',
    (bound) => {
      const random = seededRandom('bounds', bound);
      for (let i = 0; i < 10_000; i++) {
        const n = random.below(bound);
        expect(Number.isInteger(n) && n >= 0 && n < bound, `${n}`).toBe(true);
      }
    },
  );

  test.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('a bound of %d is a bug', (bound) => {
    expect(() => seededRandom(1).below(bound)).toThrow('bug: a bound is from 1 to 2^32');
  });

  test.each([2, 3, 10, 37, 256])('all %d values are equally likely', (bound) => {
    const counts = new Array<number>(bound).fill(0);
    const random = seededRandom('uniform', bound);
    for (let i = 0; i < DRAWS; i++) counts[random.below(bound)]!++;
    expectUniform(counts);
  });

  test('a bound near 2^32 makes no third of the values more probable', () => {
    // Without drawing again, some values would be twice as probable as others.
    const bound = 3 * 2 ** 30;
    const counts = [0, 0, 0];
    const random = seededRandom('large bound');
    for (let i = 0; i < DRAWS; i++) counts[random.below(bound) % 3]!++;
    expectUniform(counts);
  });
});

describe('unit', () => {
  test('is a multiple of 2^-32 in [0, 1)', () => {
    const random = seededRandom('unit');
    for (let i = 0; i < 10_000; i++) {
      const u = random.unit();
      expect(Number.isInteger(u * 2 ** 32) && u >= 0 && u < 1, `${u}`).toBe(true);
    }
  });

  test('is uniform on the interval, and successive pairs on the square', () => {
    const random = seededRandom('square');
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      counts[Math.floor(random.unit() * 16) * 16 + Math.floor(random.unit() * 16)]!++;
    }
    expectUniform(counts);
  });

  test('every bit is set in half of the numbers', () => {
    const random = seededRandom('bits');
    const set = new Array<number>(32).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const word = random.unit() * 2 ** 32;
      for (let bit = 0; bit < 32; bit++) set[bit]! += (word >>> bit) & 1;
    }
    for (const count of set)
      expect(Math.abs(count - DRAWS / 2)).toBeLessThan(4.5 * Math.sqrt(DRAWS / 4));
  });
});

describe('streams of successive keys', () => {
  /** The first numbers of streams 0, 1, 2 … are as random as the numbers of one stream. */
  test.each([0, 1, 2, 3])('number %d of each stream is uniform over the streams', (place) => {
    const counts = new Array<number>(64).fill(0);
    for (let key = 0; key < 20_000; key++) {
      counts[Math.floor(words(seededRandom('peer', key), place + 1)[place]! * 64)]!++;
    }
    expectUniform(counts);
  });

  test('do not correlate', () => {
    const length = 500;
    const streams = Array.from({ length: 200 }, (_, key) => words(seededRandom('as', key), length));
    let largest = 0;
    for (let key = 1; key < streams.length; key++) {
      largest = Math.max(largest, Math.abs(correlation(streams[key - 1]!, streams[key]!)));
    }
    // One of 199 pairs exceeds 4.5 deviations in one of 750 runs; a shifted stream has 1.
    expect(largest).toBeLessThan(4.5 / Math.sqrt(length));
  });
});

describe('exponential', () => {
  const mean = 2;
  const random = seededRandom('exponential');
  const draws = Array.from({ length: DRAWS }, () => exponential(random, mean));

  test('has the given mean, and a standard deviation equal to it', () => {
    const average = draws.reduce((sum, x) => sum + x, 0) / DRAWS;
    const variance = draws.reduce((sum, x) => sum + (x - average) ** 2, 0) / DRAWS;
    expect(Math.abs(average - mean)).toBeLessThan((4.5 * mean) / Math.sqrt(DRAWS));
    // The fourth central moment is 9 mean^4, so the variance of the variance is 8 mean^4 / n.
    expect(Math.abs(variance - mean ** 2)).toBeLessThan(4.5 * mean ** 2 * Math.sqrt(8 / DRAWS));
  });

  test('exceeds x with probability e^-(x / mean), tail included', () => {
    for (let x = 0.1; x < 20; x += 0.1) {
      const expected = Math.exp(-x / mean);
      const share = draws.filter((draw) => draw > x).length / DRAWS;
      const deviation = Math.sqrt((expected * (1 - expected)) / DRAWS);
      expect(Math.abs(share - expected), `beyond ${x}`).toBeLessThan(4.5 * deviation + 1 / DRAWS);
    }
  });

  test('has equal frequencies between the 64 quantiles', () => {
    const counts = new Array<number>(64).fill(0);
    for (const draw of draws) counts[Math.floor((1 - Math.exp(-draw / mean)) * 64)]!++;
    expectUniform(counts);
  });
});

function words(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.unit());
}

/** Pearson's chi-square test of equal frequencies; the limit is about 4.5 deviations. */
function expectUniform(counts: readonly number[]): void {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  expect(chiSquare).toBeLessThan(freedom + 4.5 * Math.sqrt(2 * freedom) + 6);
  // Streams that are too uniform are no better than those that are not uniform enough.
  expect(chiSquare).toBeGreaterThan(freedom - 4.5 * Math.sqrt(2 * freedom));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = a.reduce((sum, x) => sum + x, 0) / a.length;
  const meanB = b.reduce((sum, x) => sum + x, 0) / b.length;
  let both = 0;
  let squareA = 0;
  let squareB = 0;
  for (const [i, x] of a.entries()) {
    both += (x - meanA) * (b[i]! - meanB);
    squareA += (x - meanA) ** 2;
    squareB += (b[i]! - meanB) ** 2;
  }
  return both / Math.sqrt(squareA * squareB);
}
