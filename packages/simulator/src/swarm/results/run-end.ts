/** How a run in which peers come and go has ended, and how its swarm has died, if it has. */

import { type Plan, TRACKER } from '../plan/plan.ts';
import type { AsReport } from './observations.ts';
import type { Death, PeerTable, RunEnd } from './result.ts';

/** The end of a run; undefined in a swarm in which all arrive at the start and stay. */
export function endOf(plan: Plan, reports: readonly AsReport[]): RunEnd | undefined {
  if (!plan.isOpen) return undefined;
  const { event, steadyFromMs } = reports[plan.asOf(TRACKER)]!.end ?? {};
  const { horizonMs } = plan.swarm;
  const reason = event ?? (horizonMs === undefined ? 'complete' : 'time');
  // Where all are complete, AS have come differently far.
  const reachedMs = Math.max(...reports.map(({ population }) => population.untilMs));
  return {
    reason,
    atMs: reason === 'time' ? horizonMs! : reachedMs,
    ...(steadyFromMs === undefined ? {} : { steadyFromMs }),
  };
}

/** How the swarm has died; undefined if it has not. */
export function deathOf(
  plan: Plan,
  reports: readonly AsReport[],
  { id, arrivedAtMs, leftAtMs }: PeerTable,
): Death | undefined {
  const death = reports[plan.asOf(TRACKER)]!.end?.death;
  if (death === undefined) return undefined;
  const { atMs } = death;
  const isThere = (row: number): boolean => arrivedAtMs[row]! < atMs && !(leftAtMs[row]! < atMs);
  return { ...death, peers: Array.from(id).filter((_, row) => isThere(row)) };
}
