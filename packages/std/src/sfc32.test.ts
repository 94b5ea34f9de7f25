import { expect, test } from 'vitest';

import { Sfc32 } from './sfc32.ts';

/**
 * The generator as its author wrote it (PractRand, `sfc.cpp`), step by step, in wide integers: it is
 * slow, but does not depend on how JavaScript treats 32-bit numbers.
 */
function* reference(a: bigint, b: bigint, c: bigint, counter: bigint): Generator<bigint> {
  const word = (n: bigint) => BigInt.asUintN(32, n);
  for (;;) {
    const tmp = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word((word(c << 21n) | (c >> 11n)) + tmp);
    yield tmp;
  }
}

test.each([
  { seed: [0, 0, 0, 1] },
  { seed: [1, 2, 3, 4] },
  { seed: [0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0xdead_beef] },
])('agrees with the reference from the 13th number on, seed $seed', ({ seed }) => {
  const [a, b, c, counter] = seed as [number, number, number, number];
  const sfc = new Sfc32(a, b, c, counter);
  const expected = reference(BigInt(a), BigInt(b), BigInt(c), BigInt(counter));
  for (let i = 0; i < 12; i++) expected.next();
  for (let i = 0; i < 2_000; i++) {
    expect(sfc.unit() * 2 ** 32).toBe(Number(expected.next().value));
  }
});

test('below is the upper half of the product, and draws again where that would be biased', () => {
  for (const bound of [3, 1000, 2 ** 24 + 3, 3 * 2 ** 30]) {
    const sfc = new Sfc32(1, 2, 3, 4);
    const words = reference(1n, 2n, 3n, 4n);
    for (let i = 0; i < 12; i++) words.next();
    for (let i = 0; i < 2_000; i++) expect(sfc.below(bound)).toBe(lemire(BigInt(bound), words));
  }
});

function lemire(bound: bigint, words: Generator<bigint>): number {
  for (;;) {
    const product = (words.next().value as bigint) * bound;
    if (BigInt.asUintN(32, product) >= 2n ** 32n % bound) return Number(product >> 32n);
  }
}
