import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { combinationsOf } from './variation.ts';

const LOCATIONS = { ofValue: () => 'here', ofField: () => 'here', offsetOf: () => 0 };

/** Combinations are written as `a=1 b=2`. */
describe('a variation', () => {
  test.each([
    {
      rule: 'an object gives all combinations',
      vary: { a: [1, 2], b: [3, 4] },
      expected: ['a=1 b=3', 'a=1 b=4', 'a=2 b=3', 'a=2 b=4'],
    },
    {
      rule: 'a single value is combined with all others',
      vary: { a: [1, 2], b: 3 },
      expected: ['a=1 b=3', 'a=2 b=3'],
    },
    {
      rule: 'zip combines values of equal index',
      vary: { zip: { a: [1, 2], b: [3, 4] } },
      expected: ['a=1 b=3', 'a=2 b=4'],
    },
    {
      rule: 'zip repeats a single value',
      vary: { zip: { a: [1, 2], b: 'x' } },
      expected: ['a=1 b=x', 'a=2 b=x'],
    },
    {
      rule: 'zip of single values is one combination',
      vary: { zip: { a: 1, b: 2 } },
      expected: ['a=1 b=2'],
    },
    {
      rule: 'union concatenates',
      vary: { union: [{ a: [1, 2] }, { b: 3 }] },
      expected: ['a=1', 'a=2', 'b=3'],
    },
    {
      rule: 'product combines nested variations',
      vary: { product: [{ zip: { a: [1, 2], b: [3, 4] } }, { c: [5, 6] }] },
      expected: ['a=1 b=3 c=5', 'a=1 b=3 c=6', 'a=2 b=4 c=5', 'a=2 b=4 c=6'],
    },
    {
      rule: 'a range with steps includes its end',
      vary: { a: { from: 10, to: 50, step: 20 } },
      expected: ['a=10', 'a=30', 'a=50'],
    },
    {
      rule: 'a range does not exceed its end',
      vary: { a: { from: 1, to: 2.9, step: 1 } },
      expected: ['a=1', 'a=2'],
    },
    {
      rule: 'a range with times multiplies',
      vary: { a: { from: 1, to: 8, times: 2 } },
      expected: ['a=1', 'a=2', 'a=4', 'a=8'],
    },
    {
      rule: 'a range has no rounding errors',
      vary: { a: { from: 0.1, to: 0.3, step: 0.1 } },
      expected: ['a=0.1', 'a=0.2', 'a=0.3'],
    },
    {
      rule: 'null is a value that omits the field',
      vary: { a: [null, 1] },
      expected: ['a=null', 'a=1'],
    },
  ])('$rule', ({ vary, expected }) => {
    expect(combinationsOf(vary, ['vary'], LOCATIONS).map(format)).toEqual(expected);
  });

  test.each([
    { wrong: 'an empty list', vary: { a: [] }, says: 'there would be no runs' },
    { wrong: 'an empty product', vary: { product: [] }, says: 'there would be no runs' },
    { wrong: 'nothing to vary', vary: {}, says: 'nothing to vary' },
    { wrong: 'a list of parameters', vary: [1, 2], says: 'must be an object of parameters' },
    {
      wrong: 'lists of different length',
      vary: { zip: { a: [1, 2], b: [1, 2, 3] } },
      says: '2 values of "a", but 3 of "b"',
    },
    {
      wrong: 'the same parameter twice',
      vary: { product: [{ a: 1 }, { a: 2 }] },
      says: 'varied twice',
    },
    { wrong: 'the same value twice', vary: { a: [1, 2, 1] }, says: 'lists 1 twice' },
    {
      wrong: 'an operator beside parameters',
      vary: { zip: { a: 1 }, b: 2 },
      says: 'together with parameters',
    },
    {
      wrong: 'a range without steps',
      vary: { a: { from: 1, to: 3 } },
      says: 'without "step" or "times"',
    },
    {
      wrong: 'a range with two steps',
      vary: { a: { from: 1, to: 3, step: 1, times: 2 } },
      says: 'both "step" and "times"',
    },
    {
      wrong: 'a range with step 0',
      vary: { a: { from: 1, to: 3, step: 0 } },
      says: 'does not increase',
    },
    {
      wrong: 'a ratio from 0',
      vary: { a: { from: 0, to: 3, times: 2 } },
      says: 'does not increase',
    },
    {
      wrong: 'a decreasing range',
      vary: { a: { from: 3, to: 1, step: 1 } },
      says: 'before it begins',
    },
    {
      wrong: 'a range of strings',
      vary: { a: { from: 'x', to: 3, step: 1 } },
      says: 'has "x" as "from"',
    },
    {
      wrong: 'a range without "to"',
      vary: { a: { from: 1, step: 1 } },
      says: 'has no number as "to"',
    },
    {
      wrong: 'a misspelt field of a range',
      vary: { a: { from: 1, too: 3, step: 1 } },
      says: '"too", which is not a field of a range',
    },
    {
      wrong: 'a range with too many values',
      vary: { a: { from: 0, to: 1e12, step: 1 } },
      says: 'more than 1000000',
    },
    { wrong: 'a value that is not a number', vary: { a: [1, NaN] }, says: 'is NaN, but must be' },
    {
      wrong: 'a range without end',
      vary: { a: { from: 1, to: Infinity, step: 1 } },
      says: 'has Infinity as "to"',
    },
    {
      wrong: 'too many combinations',
      vary: { a: { from: 1, to: 2000, step: 1 }, b: { from: 1, to: 2000, step: 1 } },
      says: '4000000 combinations',
    },
  ])('rejects $wrong', ({ vary, says }) => {
    expect(() => combinationsOf(vary, ['vary'], LOCATIONS)).toThrow(says);
  });
});

test('a product equals nested loops, however it is grouped', () => {
  const seed = 5;
  const random = seededRandom(seed);
  for (let round = 0; round < 200; round++) {
    const sizes = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(4));
    const lists = sizes.map((size) => Array.from({ length: size }, (_, i) => i));
    const parameters = lists.map((list, i) => ({ [`p${i}`]: list }));
    let expected = [''];
    lists.forEach((list, i) => {
      expected = expected.flatMap((left) => list.map((value) => `${left} p${i}=${value}`.trim()));
    });
    const flat = Object.fromEntries(parameters.flatMap((of) => Object.entries(of)));
    const [first, ...others] = parameters;
    const grouped = others.reduce<object>((left, right) => ({ product: [left, right] }), first!);
    for (const vary of [flat, { product: parameters }, grouped]) {
      expect(combinationsOf(vary, [], LOCATIONS).map(format), `seed ${seed}`).toEqual(expected);
    }
  }
});

function format(combination: readonly { name: string; value: unknown }[]): string {
  return combination.map(({ name, value }) => `${name}=${String(value)}`).join(' ');
}
