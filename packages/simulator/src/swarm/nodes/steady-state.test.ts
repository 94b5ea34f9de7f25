import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { SteadyState, truncationPoint } from './steady-state.ts';

/** MSER as it is defined, one truncation point after the other. */
function definedPoint(means: readonly number[]): number {
  const statistics = Array.from({ length: means.length - 4 }, (_, d) => {
    const rest = means.slice(d);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
  });
  return statistics.indexOf(Math.min(...statistics));
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'the truncation point is that of the definition, seed %i',
  (seed) => {
    const random = seededRandom(seed, 'means');
    const transient = random.below(60);
    const means = Array.from(
      { length: 20 + random.below(100) },
      (_, i) => 100 * random.unit() + 10 * Math.max(0, transient - i),
    );
    expect(truncationPoint(means)).toBe(definedPoint(means));
  },
);

/** After how many of these observations the number is steady, and since which. */
function decisionOn(values: readonly number[], window: number) {
  const steady = new SteadyState(1, window);
  for (const [i, value] of values.entries()) {
    steady.observe([value]);
    if (steady.transient !== undefined) return { after: i + 1, since: steady.transient };
  }
  return undefined;
}

const range = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => value(i));

describe('a number is steady', () => {
  test.each([
    {
      rule: 'after two windows if it never changes',
      values: range(400, () => 7),
      decision: { after: 200, since: 0 },
    },
    {
      rule: 'not before two windows',
      values: range(199, () => 7),
      decision: undefined,
    },
    {
      rule: 'never while it grows',
      values: range(5_000, (i) => i),
      decision: undefined,
    },
    {
      rule: 'never while it falls to ever smaller numbers',
      values: range(5_000, (i) => 5_000 - i),
      decision: undefined,
    },
    {
      rule: 'after twice the time in which it has grown',
      values: range(5_000, (i) => Math.min(i, 500)),
      decision: { after: 1_000, since: 500 },
    },
  ])('$rule', ({ values, decision }) => {
    expect(decisionOn(values, 100)).toEqual(decision);
  });

  test('if it varies at random about its mean, after a transient that is left out', () => {
    const random = seededRandom(1, 'noise');
    const values = range(20_000, (i) =>
      Math.floor(1_000 * (1 - 0.5 ** (i / 300)) + 40 * random.unit()),
    );
    const { after, since } = decisionOn(values, 1_000)!;
    expect(since).toBeGreaterThan(900);
    expect(since).toBeLessThan(3_000);
    expect(after).toBeGreaterThanOrEqual(2 * since);
  });

  test('only if all numbers are', () => {
    const steady = new SteadyState(2, 100);
    for (let i = 0; i < 1_000; i++) steady.observe([5, i]);
    expect(steady.transient).toBeUndefined();
  });
});
