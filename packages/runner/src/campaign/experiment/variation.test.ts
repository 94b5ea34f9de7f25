import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { combinationsOf } from './variation.ts';

const PLACES = { ofValue: () => 'here', ofField: () => 'here', offsetOf: () => 0 };

/** Combinations are written `a=1 b=2`, one after the other. */
describe('what is varied', () => {
  test.each([
    { rule: 'each value of one with each of the other', vary: { a: [1, 2], b: [3, 4] },                            is: ['a=1 b=3', 'a=1 b=4', 'a=2 b=3', 'a=2 b=4'] },
    { rule: 'a single value goes with all',             vary: { a: [1, 2], b: 3 },                                 is: ['a=1 b=3', 'a=2 b=3'] },
    { rule: 'zip takes the first with the first',       vary: { zip: { a: [1, 2], b: [3, 4] } },                   is: ['a=1 b=3', 'a=2 b=4'] },
    { rule: 'zip repeats a single value',               vary: { zip: { a: [1, 2], b: 'x' } },                      is: ['a=1 b=x', 'a=2 b=x'] },
    { rule: 'zip of single values is one combination',  vary: { zip: { a: 1, b: 2 } },                             is: ['a=1 b=2'] },
    { rule: 'union is one after the other',             vary: { union: [{ a: [1, 2] }, { b: 3 }] },                is: ['a=1', 'a=2', 'b=3'] },
    { rule: 'product multiplies what is nested',        vary: { product: [{ zip: { a: [1, 2], b: [3, 4] } }, { c: [5, 6] }] }, is: ['a=1 b=3 c=5', 'a=1 b=3 c=6', 'a=2 b=4 c=5', 'a=2 b=4 c=6'] },
    { rule: 'a range counts in steps, ends included',   vary: { a: { from: 10, to: 50, step: 20 } },               is: ['a=10', 'a=30', 'a=50'] },
    { rule: 'a range stops before its end is passed',   vary: { a: { from: 1, to: 2.9, step: 1 } },                is: ['a=1', 'a=2'] },
    { rule: 'a range multiplies',                       vary: { a: { from: 1, to: 8, times: 2 } },                 is: ['a=1', 'a=2', 'a=4', 'a=8'] },
    { rule: 'a range has the numbers that are meant',   vary: { a: { from: 0.1, to: 0.3, step: 0.1 } },            is: ['a=0.1', 'a=0.2', 'a=0.3'] },
    { rule: 'null is a value: the field is left out',   vary: { a: [null, 1] },                                    is: ['a=null', 'a=1'] },
  ])('$rule', ({ vary, is }) => {
    expect(combinationsOf(vary, ['vary'], PLACES).map(tell)).toEqual(is);
  });

  test.each([
    { wrong: 'an empty list',                 vary: { a: [] },                              says: 'no runs at all' },
    { wrong: 'an empty product',              vary: { product: [] },                        says: 'no runs at all' },
    { wrong: 'nothing to vary',               vary: {},                                     says: 'nothing to vary' },
    { wrong: 'a list of parameters',          vary: [1, 2],                                 says: 'has to hold parameters' },
    { wrong: 'lists of different length',     vary: { zip: { a: [1, 2], b: [1, 2, 3] } },   says: '2 values of "a", but 3 of "b"' },
    { wrong: 'the same parameter twice',      vary: { product: [{ a: 1 }, { a: 2 }] },      says: 'varied twice' },
    { wrong: 'the same value twice',          vary: { a: [1, 2, 1] },                       says: 'a second time' },
    { wrong: 'a form beside parameters',      vary: { zip: { a: 1 }, b: 2 },                says: 'parameters beside it' },
    { wrong: 'a range without steps',         vary: { a: { from: 1, to: 3 } },              says: 'without steps' },
    { wrong: 'a range with two steps',        vary: { a: { from: 1, to: 3, step: 1, times: 2 } }, says: 'a step and a ratio' },
    { wrong: 'a range that stands still',     vary: { a: { from: 1, to: 3, step: 0 } },     says: 'does not grow' },
    { wrong: 'a ratio from nothing',          vary: { a: { from: 0, to: 3, times: 2 } },    says: 'does not grow' },
    { wrong: 'a range that runs backwards',   vary: { a: { from: 3, to: 1, step: 1 } },     says: 'before it begins' },
    { wrong: 'a range of texts',              vary: { a: { from: 'x', to: 3, step: 1 } },   says: 'has "x" as "from"' },
    { wrong: 'a range without its end',       vary: { a: { from: 1, step: 1 } },            says: 'has no number as "to"' },
    { wrong: 'a misspelt range',              vary: { a: { from: 1, too: 3, step: 1 } },    says: '"too", which no range has' },
    { wrong: 'a range without end',           vary: { a: { from: 0, to: 1e12, step: 1 } },  says: 'more than 1000000' },
    { wrong: 'more combinations than can be', vary: { a: { from: 1, to: 2000, step: 1 }, b: { from: 1, to: 2000, step: 1 } }, says: '4000000 combinations' },
  ])('refuses $wrong', ({ vary, says }) => {
    expect(() => combinationsOf(vary, ['vary'], PLACES)).toThrow(says);
  });
});

test('a product agrees with nested loops, however it is grouped', () => {
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
      expect(combinationsOf(vary, [], PLACES).map(tell), `seed ${seed}`).toEqual(expected);
    }
  }
});

function tell(combination: readonly { name: string; value: unknown }[]): string {
  return combination.map(({ name, value }) => `${name}=${String(value)}`).join(' ');
}
