/** What all other packages use: assertions, and random numbers that are reproducible. */

export { assert, unreachable } from './assert.ts';
export { exponential, type Random } from './random.ts';
export { seededRandom } from './seeded-random.ts';
export { Sfc32 } from './sfc32.ts';
