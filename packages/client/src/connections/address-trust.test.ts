import { expect, test } from 'vitest';

import { AddressTrust } from './address-trust.ts';

test('the trust in an address outlives its connections, and is not that in another', () => {
  const trusts = new AddressTrust();
  for (let i = 0; i < 4; i++) trusts.of('10.0.0.1').recordFailure();
  expect([trusts.isBad('10.0.0.1'), trusts.isBad('10.0.0.2')]).toEqual([true, false]);
});

test('the oldest of more than 10,000 addresses are forgotten', () => {
  const trusts = new AddressTrust();
  for (const host of ['10.0.0.1', '10.0.0.2'])
    for (let i = 0; i < 4; i++) trusts.of(host).recordFailure();
  for (let i = 0; i < 5_000; i++) trusts.of(`10.1.${i >> 8}.${i & 255}`);
  trusts.of('10.0.0.1');
  for (let i = 5_000; i < 9_999; i++) trusts.of(`10.1.${i >> 8}.${i & 255}`);
  expect([trusts.isBad('10.0.0.1'), trusts.isBad('10.0.0.2')]).toEqual([true, false]);
});
