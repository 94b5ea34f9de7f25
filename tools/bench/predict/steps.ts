/**
 * How long each AS was busy in each step of a run. A step is a window, or a round of a
 * synchronization instant; a barrier separates two steps.
 */

import type { BusyTimesReport } from '@cachetorrent/simulator';

export interface Steps {
  readonly actors: number;
  readonly count: number;
  readonly isRound: Uint8Array;
  /** Index: step × actors + actor. */
  readonly busyMs: Float32Array;
}

/** Combines the reports of all workers. */
export function stepsOf(reports: readonly BusyTimesReport[]): Steps {
  const actors = reports.reduce((sum, report) => sum + report.actors.length, 0);
  const { isRound } = reports[0]!;
  const count = isRound.length;
  const busyMs = new Float32Array(count * actors);
  for (const report of reports) {
    const own = report.actors.length;
    for (let step = 0; step < count; step++) {
      for (let place = 0; place < own; place++) {
        busyMs[step * actors + report.actors[place]!] = report.busyMs[step * own + place]!;
      }
    }
  }
  return { actors, count, isRound, busyMs };
}

export interface Totals {
  readonly windowsMs: number;
  readonly roundsMs: number;
  /** The work of each actor, over all steps. */
  readonly ofActorMs: readonly number[];
  /** The work of the busiest actor of each step, summed up: the time with unlimited workers. */
  readonly criticalMs: number;
}

export function totalsOf({ actors, count, isRound, busyMs }: Steps): Totals {
  const ofActorMs = new Array<number>(actors).fill(0);
  let windowsMs = 0;
  let roundsMs = 0;
  let criticalMs = 0;
  for (let step = 0; step < count; step++) {
    let sumMs = 0;
    let longestMs = 0;
    for (let actor = 0; actor < actors; actor++) {
      const ms = busyMs[step * actors + actor]!;
      ofActorMs[actor]! += ms;
      sumMs += ms;
      longestMs = Math.max(longestMs, ms);
    }
    criticalMs += longestMs;
    if (isRound[step] === 1) roundsMs += sumMs;
    else windowsMs += sumMs;
  }
  return { windowsMs, roundsMs, ofActorMs, criticalMs };
}

/** Sums up the time of the slowest worker of each step; `workerOf` has the worker of each actor. */
export function slowestMs(
  { actors, count, isRound, busyMs }: Steps,
  workerOf: ArrayLike<number>,
  workers: number,
): { readonly windowsMs: number; readonly roundsMs: number } {
  const loadMs = new Float64Array(workers);
  let windowsMs = 0;
  let roundsMs = 0;
  for (let step = 0; step < count; step++) {
    loadMs.fill(0);
    for (let actor = 0; actor < actors; actor++) {
      loadMs[workerOf[actor]!]! += busyMs[step * actors + actor]!;
    }
    const longestMs = loadMs.reduce((a, b) => Math.max(a, b), 0);
    if (isRound[step] === 1) roundsMs += longestMs;
    else windowsMs += longestMs;
  }
  return { windowsMs, roundsMs };
}
