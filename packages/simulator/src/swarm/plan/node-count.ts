/** The size of a swarm. */

import type { CapacityClass } from './swarm.ts';

/** How many nodes a swarm has: the tracker and all peers. */
export function nodeCountOf(capacities: readonly CapacityClass[]): number {
  return capacities.reduce((sum, { count }) => sum + count, 0);
}
