/**
 * Election by uptime: those lead that have been there for the longest time. Who has stayed long is
 * likely to stay longer than others do (Stutzbach and Rejaie 2006, section 4: the remaining uptime
 * of a peer grows with its uptime).
 */

import type { ElectionPolicy } from '../policy.ts';

/** The first to come wins, and goes on to lead: nobody who comes later is ever older. */
export const UPTIME: ElectionPolicy = {
  weight: (_, joinedAtMs) => -joinedAtMs,
  nextChangeMs: () => Infinity,
  margin: Infinity,
  draws: false,
};
