/**
 * Shares of a whole: how the peers of a swarm are divided between AS of different sizes.
 */

import type { Random } from '@cachetorrent/std';

/**
 * Sizes by Zipf's law: the AS of rank r has a share in proportion to r^-exponent. The first has
 * rank 1. Sizes of internet providers, by customers, follow it about, with an exponent of 1.
 */
export function zipfShares(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, i) => 1 / power(i + 1, exponent));
}

/**
 * `base` to the power of `exponent`, both 0 or more, to thirty binary places of the exponent. It
 * uses square roots and products only, whose last bit is the same on every machine, other than that
 * of Math.pow.
 */
function power(base: number, exponent: number): number {
  const whole = Math.floor(exponent);
  let result = 1;
  for (let i = 0; i < whole; i++) result *= base;
  let root = base;
  let rest = exponent - whole;
  for (let place = 0; place < 30; place++) {
    root = Math.sqrt(root);
    rest *= 2;
    if (rest < 1) continue;
    result *= root;
    rest -= 1;
  }
  return result;
}

/**
 * Divides `count` by shares, whose sum is above 0, into whole numbers: by the largest remainder,
 * and ties go to the first.
 */
export function divided(count: number, shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const exact = shares.map((share) => (share / total) * count);
  const parts = exact.map(Math.floor);
  const left = count - parts.reduce((sum, part) => sum + part, 0);
  const byRemainder = [...exact.keys()].sort(
    (a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b,
  );
  for (const i of byRemainder.slice(0, left)) parts[i]!++;
  return parts;
}

/** Draws indices of shares, with replacement. The sum of the shares is above 0. */
export class ShareSampler {
  /** The sum of the shares up to and including each. */
  readonly #sums: Float64Array;

  constructor(shares: readonly number[]) {
    this.#sums = new Float64Array(shares.length);
    let sum = 0;
    for (const [i, share] of shares.entries()) {
      sum += share;
      this.#sums[i] = sum;
    }
  }

  next(random: Random): number {
    const drawn = random.unit() * this.#sums.at(-1)!;
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sums[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Draws indices of weights without replacement, each in proportion to its weight. */
export class WeightedDraws {
  readonly #weights: number[];
  #total: number;

  constructor(weights: readonly number[]) {
    this.#weights = [...weights];
    this.#total = weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** Returns undefined if all that have a weight have been drawn. */
  next(random: Random): number | undefined {
    let left = random.unit() * this.#total;
    let last: number | undefined;
    for (const [index, weight] of this.#weights.entries()) {
      if (weight === 0) continue;
      last = index;
      left -= weight;
      if (left < 0) break;
    }
    // Rounding may leave a rest, which belongs to the last.
    if (last === undefined) return undefined;
    this.#total -= this.#weights[last]!;
    this.#weights[last] = 0;
    return last;
  }
}
