/** Election by capacity, the rule of the original: those lead that have the most to give. */

import type { ElectionPolicy } from '../policy.ts';

/**
 * The highest upload capacity wins. A leader makes way for a candidate that has half as much again:
 * the pieces that the AS has to fetch anew cost more than a smaller gain.
 */
export const CAPACITY: ElectionPolicy = {
  weight: ({ uploadKbps }) => uploadKbps,
  nextChangeMs: () => Infinity,
  margin: 1.5,
  draws: false,
};
