/** Election at random, for comparison: what a rule is worth shows against none. */

import type { ElectionPolicy } from '../policy.ts';

/** Each candidate draws a lot when it comes; the highest ones lead until they leave. */
export const RANDOM: ElectionPolicy = {
  weight: (_candidate, _joinedAtMs, _ageMs, drawn) => drawn,
  nextChangeMs: () => Infinity,
  margin: Infinity,
  draws: true,
};
