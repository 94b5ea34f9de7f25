/**
 * The rates of flows as small integers: 32 for each doubling, from 2^-6 kbit/s on; 0 is nothing.
 * So a rate in a recording differs from that of the simulation by at most 1/64 of it (1.6 %).
 *
 * A code is the exponent and the first five bits of the mantissa of the rate as a float of 32 bits.
 * It needs no logarithm, whose last bit may differ between machines. All rates that have a code are
 * multiples of 2^-11 kbit/s, so the sum of many is exact in whatever order they are added.
 */

const MANTISSA_BITS = 5;
const SHIFT = 23 - MANTISSA_BITS;
const LEAST_EXPONENT = -6;
const GREATEST_EXPONENT = 40;
const BASE = ((127 + LEAST_EXPONENT) << MANTISSA_BITS) - 1;

/** The greatest code. */
export const RATE_CODE_MAX: number = (GREATEST_EXPONENT - LEAST_EXPONENT) << MANTISSA_BITS;

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The code nearest to a rate. */
export function rateCodeOf(kbps: number): number {
  if (!(kbps > 0)) return 0;
  float[0] = kbps;
  const code = ((bits[0]! + (1 << (SHIFT - 1))) >> SHIFT) - BASE;
  return Math.min(Math.max(code, 1), RATE_CODE_MAX);
}

/** The rate of a code, in kbit/s. */
export function rateKbpsOf(code: number): number {
  if (code === 0) return 0;
  bits[0] = (code + BASE) << SHIFT;
  return float[0]!;
}
