/** What every other package leans on: claims, and chance that can be repeated. */

export { assert, unreachable } from './assert.ts';
export { exponential, type Random } from './random.ts';
export { seededRandom } from './seeded-random.ts';
export { Sfc32 } from './sfc32.ts';
