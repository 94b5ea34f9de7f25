/** Checks when a run ends, and what of it counts: events that can come, and a warm-up before. */

import type { ArrivalProcess, RunEvent } from './dynamics.ts';
import { checkNumber, type NameOf, PEERS_MAX, type Refuse, TIME_MAX_MS } from './number-rule.ts';
import type { PeerClass, Swarm } from './swarm.ts';

export function checkEnd(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { horizonMs, endsOn, warmUpMs } = swarm;
  if (horizonMs !== undefined) {
    const rule = { field: 'horizonMs', value: horizonMs, reason: 'the run would end at its start' };
    checkNumber({ ...rule, least: 1, most: TIME_MAX_MS, fraction: true }, refuse);
  }
  if (warmUpMs !== undefined) checkWarmUp(warmUpMs, horizonMs, refuse, nameOf);
  if (endsOn === undefined) return;
  if (horizonMs === undefined) {
    const problem = `is "${endsOn.event}", which may never come`;
    refuse('endsOn.event', problem, 'state a time, too, at which the run ends at the latest');
  }
  checkEvent(endsOn, swarm, horizonMs! - (warmUpMs ?? 0), refuse);
}

function checkWarmUp(
  warmUpMs: number,
  horizonMs: number | undefined,
  refuse: Refuse,
  nameOf: NameOf,
): void {
  const rule = { field: 'warmUpMs', value: warmUpMs, reason: 'a time is 0 or more' };
  checkNumber({ ...rule, least: 0, most: TIME_MAX_MS, fraction: true }, refuse);
  const until = nameOf('horizonMs');
  if (warmUpMs === 0) return;
  if (horizonMs === undefined) {
    const problem = 'has no effect on a run that ends when all are complete';
    refuse('warmUpMs', problem, `set "${until}" to a time, such as 2 d, or remove it`);
  }
  if (warmUpMs < horizonMs!) return;
  const problem = `is ${seconds(warmUpMs)}, when the run has ended (${seconds(horizonMs!)})`;
  refuse('warmUpMs', problem, `set it to an earlier time, or "${until}" to a later one`);
}

function checkEvent(event: RunEvent, swarm: Swarm, measuredMs: number, refuse: Refuse): void {
  switch (event.event) {
    case 'complete':
      return;
    case 'completions': {
      const rule = { field: 'endsOn.count', value: event.count, reason: 'a count is 1 or more' };
      checkNumber({ ...rule, least: 1, most: PEERS_MAX }, refuse);
      const most = leechersAtMost(swarm);
      if (event.count <= most) return;
      const problem = `is ${event.count}, but only ${most} leechers ever come`;
      refuse('endsOn.count', problem, `set it to ${most} or less`);
      return;
    }
    case 'empty':
    case 'died': {
      const field = 'endsOn.event';
      const stays = swarm.classes.find((each, i) => staysForEver(each, i, swarm, event.event));
      if (stays === undefined) return;
      const problem = `is "${event.event}", but peers of class "${stays.name}" never leave`;
      refuse(field, problem, 'say when they leave or crash, or choose another event');
      return;
    }
    case 'steady': {
      const { allocationIntervalMs } = swarm;
      const least = 10 * allocationIntervalMs;
      const field = 'endsOn.windowMs';
      if (!(event.windowMs >= least)) {
        const problem = `is ${seconds(event.windowMs)}, less than 10 allocation intervals`;
        refuse(field, problem, `set it to ${seconds(least)} or more`);
      }
      if (2 * event.windowMs <= measuredMs) return;
      const problem = `is ${seconds(event.windowMs)}, and two windows do not fit into the run`;
      refuse(field, problem, 'set it to a shorter time, or let the run last longer');
    }
  }
}

/** The number of leechers that can come at most; Infinity if a rate brings them. */
function leechersAtMost({ classes, seeds }: Swarm): number {
  const ofProcess = (process: ArrivalProcess): number => {
    if (process.process === 'poisson') return Infinity;
    return process.process === 'trace' ? process.peers.length : process.count;
  };
  const ofClass = ({ arrivals, count = Infinity }: PeerClass): number =>
    arrivals === undefined
      ? count
      : Math.min(
          count,
          arrivals.reduce((sum, process) => sum + ofProcess(process), 0),
        );
  return classes.reduce((sum, each) => sum + ofClass(each), 0) - seeds;
}

/** Whether peers of a class keep the event from coming: any for `empty`, seeds for `died`. */
function staysForEver(
  { arrivals, count = 0, session }: PeerClass,
  index: number,
  { classes, seeds }: Swarm,
  event: 'empty' | 'died',
): boolean {
  const before = classes.slice(0, index).reduce((sum, each) => sum + (each.count ?? 0), 0);
  const areSeeds = before < seeds;
  if (event === 'died' && !areSeeds) return false;
  if (arrivals === undefined && count === 0) return false;
  const isTraced = arrivals?.some(({ process }) => process === 'trace') === true;
  if (isTraced) return false;
  const { seedsFor, shareRatio, crashesAfter, patience } = session ?? {};
  const leaves = [seedsFor, shareRatio, crashesAfter, ...(areSeeds ? [] : [patience])];
  return leaves.every((way) => way === undefined);
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
