import { expect, test } from 'vitest';

import { addressBlock } from './address-block.ts';

test.each([
  { a: '10.0.0.1', b: '10.0.0.2', isSame: false },
  { a: '10.0.0.1', b: '::ffff:10.0.0.1', isSame: true },
  { a: '::ffff:10.0.0.1', b: '::ffff:10.0.0.2', isSame: false },
  { a: '2001:db8::1', b: '2001:db8:0:0:ffff::2', isSame: true },
  { a: '2001:db8::1', b: '2001:db8:0:1::1', isSame: false },
  { a: '', b: 'localhost', isSame: false },
])('one host may have $a and $b: $isSame', ({ a, b, isSame }) => {
  expect(addressBlock(a) === addressBlock(b)).toBe(isSame);
});
