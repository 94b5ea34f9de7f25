import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { RATE_CODE_MAX, rateCodeOf, rateKbpsOf } from './rate-code.ts';

test.each([
  { rule: 'no rate is 0', kbps: 0, code: 0 },
  { rule: 'the least rate is 1', kbps: 2 ** -6, code: 1 },
  { rule: 'a lesser one, too', kbps: 1e-9, code: 1 },
  { rule: 'twice the rate is 32 more', kbps: 2 ** -5, code: 33 },
  { rule: 'what is above all codes is the greatest', kbps: 1e30, code: RATE_CODE_MAX },
  { rule: 'what is no rate is 0', kbps: NaN, code: 0 },
])('$rule', ({ kbps, code }) => {
  expect(rateCodeOf(kbps)).toBe(code);
});

test('a rate is off by at most 1/64', () => {
  const random = seededRandom('rates', 1);
  for (let i = 0; i < 10_000; i++) {
    const kbps = 2 ** (random.below(30) - 5) * (1 + random.below(1e6) / 1e6);
    const error = Math.abs(rateKbpsOf(rateCodeOf(kbps)) - kbps) / kbps;
    expect(error).toBeLessThanOrEqual(1 / 64);
  }
});

test('every code is that of its rate, and a greater code of a greater rate', () => {
  let before = -1;
  for (let code = 0; code <= RATE_CODE_MAX; code++) {
    const kbps = rateKbpsOf(code);
    expect(rateCodeOf(kbps)).toBe(code);
    expect(kbps).toBeGreaterThan(before);
    before = kbps;
  }
});

test('sums of rates are exact in any order', () => {
  const random = seededRandom('sums', 2);
  const rates = Array.from({ length: 1_000 }, () => rateKbpsOf(random.below(700)));
  const sum = rates.reduce((a, b) => a + b, 0);
  const descending = rates.toSorted((a, b) => b - a);
  expect(descending.reduce((a, b) => a + b, 0)).toBe(sum);
  expect(rates.reduce((rest, each) => rest - each, sum)).toBe(0);
});
