/** How many threads a run takes. */

import { footprintOf } from './memory.ts';
import type { Swarm } from '../plan/swarm.ts';

/**
 * A worker compiles the program for itself while it runs, and waits for the others after every
 * window. With fewer messages to each of them a run takes longer on two workers than on one
 * (measured: docs/performance.md, How it scales).
 */
const MESSAGES_TO_A_WORKER = 3.5e6;

/**
 * As many as were asked for, `'as'` being one for each AS; where nothing was, as many as pay, and
 * no more than there are cores. Never more than AS.
 */
export function workersFor(swarm: Swarm, asked: number | 'as' | undefined, cores: number): number {
  const systems = swarm.topology.stubDomains;
  if (asked === 'as') return systems;
  if (asked !== undefined) return Math.min(asked, systems);
  const paying = Math.floor(footprintOf(swarm, 1).messages / MESSAGES_TO_A_WORKER);
  return Math.max(1, Math.min(paying, cores, systems));
}
