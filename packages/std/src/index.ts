/**
 * What all other packages use: assertions, reproducible random numbers, arrays that grow, and safe
 * output.
 */

export { assert, unreachable } from './assert.ts';
export { grown } from './grown.ts';
export { printable } from './printable.ts';
export { exponential, type Random } from './random.ts';
export { seededRandom } from './seeded-random.ts';
export { Sfc32 } from './sfc32.ts';
