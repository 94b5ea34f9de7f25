import { expect, test } from 'vitest';

import { keptOrder } from './steady-order.ts';

test('those that were there stay in their order, others come last, and gone ones go', () => {
  expect(keptOrder([3, 1, 2, 9], [1, 7, 3, 8, 2])).toEqual([3, 1, 2, 7, 8]);
});

test('at first, the order is the new one', () => {
  expect(keptOrder<number>([], [5, 4])).toEqual([5, 4]);
});
