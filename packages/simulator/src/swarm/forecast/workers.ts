/** The number of worker threads of a run. */

import { hostCountOf } from '../plan/hosting.ts';
import type { Swarm } from '../plan/swarm.ts';
import { footprintOf } from './memory.ts';

/**
 * Each worker compiles the program for itself while it runs, and waits for the others after every
 * window. With fewer messages than this for each worker, a run takes longer on two workers than on
 * one (measured: docs/performance.md, How it scales).
 */
const MESSAGES_PER_WORKER = 3.5e6;

/**
 * The number of workers for a swarm: the number that is requested, where `'as'` is one for each AS;
 * or, if none is requested, as many as make the run faster, up to `cores`. Never more than AS.
 */
export function workersFor(
  swarm: Swarm,
  requested: number | 'as' | undefined,
  cores: number,
): number {
  const asCount = hostCountOf(swarm);
  if (requested === 'as') return asCount;
  if (requested !== undefined) return Math.min(requested, asCount);
  const useful = Math.floor(footprintOf(swarm, 1).messages / MESSAGES_PER_WORKER);
  return Math.max(1, Math.min(useful, cores, asCount));
}
