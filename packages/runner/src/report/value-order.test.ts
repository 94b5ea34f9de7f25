import { describe, expect, test } from 'vitest';

import type { ParameterValue } from '../campaign/experiment/schema.ts';
import { orderedNames, orderedValues } from './value-order.ts';

const ORDERS: {
  rule: string;
  values: (ParameterValue | undefined)[];
  order: string[];
}[] = [
  { rule: 'numbers by size', values: [50, 9, 100, 9], order: ['9', '50', '100'] },
  { rule: 'numbers of thousands', values: [16_000, 500, 2_000], order: ['500', '2,000', '16,000'] },
  { rule: 'fractions', values: ['0.5', '0.25', '0.125'], order: ['0.125', '0.25', '0.5'] },
  { rule: 'sizes', values: ['16 MB', '128 MB', '8 MB'], order: ['8 MB', '16 MB', '128 MB'] },
  {
    rule: 'sizes with several units',
    values: ['1 MiB', '512 KiB', '2 GiB', '16 KiB'],
    order: ['16 KiB', '512 KiB', '1 MiB', '2 GiB'],
  },
  { rule: 'times', values: ['1 h', '90 s', '10 min'], order: ['90 s', '10 min', '1 h'] },
  { rule: 'rates', values: ['1 Gbit/s', '10 Mbit/s'], order: ['10 Mbit/s', '1 Gbit/s'] },
  { rule: 'percentages', values: ['100 %', '5 %', '20 %'], order: ['5 %', '20 %', '100 %'] },
  { rule: 'numbers after words', values: ['p10', 'p9', 'p1'], order: ['p1', 'p9', 'p10'] },
  {
    rule: 'fractions after words',
    values: ['alpha 0.5', 'alpha 0.25'],
    order: ['alpha 0.25', 'alpha 0.5'],
  },
  {
    rule: 'several numbers',
    values: ['10 AS, 2 seeds', '2 AS, 10 seeds', '2 AS, 9 seeds'],
    order: ['2 AS, 9 seeds', '2 AS, 10 seeds', '10 AS, 2 seeds'],
  },
  {
    rule: 'words stay in the order of the experiment',
    values: ['small', 'medium', 'large', 'small'],
    order: ['small', 'medium', 'large'],
  },
  {
    rule: 'the missing value, then words, then numbers',
    values: ['100 ms', 'topology', undefined, '20 ms', null],
    order: ['–', 'topology', '20 ms', '100 ms'],
  },
  { rule: 'booleans', values: [true, false], order: ['true', 'false'] },
  { rule: 'objects', values: [{ a: 1 }, { a: 1 }], order: ['{"a":1}'] },
];

describe('the order of values', () => {
  test.each(ORDERS)('$rule', ({ values, order }) => {
    expect(orderedValues(values)).toEqual(order);
  });

  test('is that of names, too', () => {
    const names = ['leaders not set', 'leaders 9 %', 'leaders 10 %'];
    expect(orderedNames('leaders', [10, null, 9])).toEqual(names);
    expect(orderedNames('protocol', ['plain', 'cache'])).toEqual(['plain', 'cache']);
  });
});
