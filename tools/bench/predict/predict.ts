/**
 * Predicts the speed-up of more workers from one run with one worker.
 *
 * A step takes as long as its slowest worker, then a barrier, then the decision that every worker
 * makes by itself. Before and after the steps one thread works: it builds the network, starts
 * threads, and assembles the result.
 */

import { assignLongestFirst } from '../../../packages/simulator/src/engine/threads/assignment.ts';
import { slowestMs, type Steps, totalsOf } from './steps.ts';

/** A run with one worker. */
export interface Basis {
  readonly steps: Steps;
  /** Time of the whole call. */
  readonly wallMs: number;
  /** Time of the main loop, which is part of it. */
  readonly loopMs: number;
  /** The costs that placement uses before a run: the number of nodes of each actor. */
  readonly expectedCosts: readonly number[];
  /** Cost of a barrier by the number of workers, in ms. */
  readonly barrierMs: (workers: number) => number;
}

export interface Prediction {
  readonly workers: number;
  /** Time of the slowest worker of each step, in windows and in rounds of allocation. */
  readonly windowsMs: number;
  readonly roundsMs: number;
  readonly barriersMs: number;
  readonly decidingMs: number;
  /** Of the main loop, with the simulator's placement of actors. */
  readonly speedUp: number;
  /** The same, if the load of each actor were known before the run. */
  readonly speedUpForeseen: number;
  /** Of the whole run, with the work of one thread before and after the loop. */
  readonly speedUpOfAll: number;
}

export function predict(basis: Basis, workers: number): Prediction {
  const { steps, expectedCosts } = basis;
  const { ofActorMs } = totalsOf(steps);
  const placed = loopWith(basis, workers, expectedCosts);
  const foreseen = loopWith(basis, workers, ofActorMs);
  const outsideMs = basis.wallMs - basis.loopMs;
  return {
    workers,
    ...placed,
    speedUp: basis.loopMs / sum(placed),
    speedUpForeseen: basis.loopMs / sum(foreseen),
    speedUpOfAll: basis.wallMs / (outsideMs + sum(placed)),
  };
}

/** Limits of the speed-up, for any number of workers. */
export interface Bounds {
  /** The largest AS is one actor, which runs on one worker. */
  readonly byLargestActor: number;
  /** A worker for each AS, and barriers without cost. */
  readonly byCriticalPath: number;
}

export function boundsOf({ steps }: Basis): Bounds {
  const { ofActorMs, windowsMs, roundsMs, criticalMs } = totalsOf(steps);
  const workMs = windowsMs + roundsMs;
  return {
    byLargestActor: workMs / Math.max(...ofActorMs),
    byCriticalPath: workMs / criticalMs,
  };
}

/** The time that every worker spends on the same decisions, besides its actors. */
export function decidingMs({ steps, loopMs }: Basis): number {
  const { windowsMs, roundsMs } = totalsOf(steps);
  return Math.max(0, loopMs - windowsMs - roundsMs);
}

interface LoopTime {
  readonly windowsMs: number;
  readonly roundsMs: number;
  readonly barriersMs: number;
  readonly decidingMs: number;
}

function loopWith(basis: Basis, workers: number, costs: readonly number[]): LoopTime {
  const { steps, barrierMs } = basis;
  const busiest = slowestMs(steps, assignLongestFirst(costs, workers), workers);
  const barriersMs = workers === 1 ? 0 : steps.count * barrierMs(workers);
  return { ...busiest, barriersMs, decidingMs: decidingMs(basis) };
}

function sum({ windowsMs, roundsMs, barriersMs, decidingMs: deciding }: LoopTime): number {
  return windowsMs + roundsMs + barriersMs + deciding;
}
