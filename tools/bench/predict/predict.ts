/**
 * What a run would gain from more workers, computed from one run on one worker.
 *
 * A step takes as long as its slowest worker, then a barrier, then the decision that every worker
 * makes for itself. What is not in steps is done by one thread, before and after: laying out the
 * network, starting threads, and putting the result together.
 */

import { assignLongestFirst } from '../../../packages/simulator/src/engine/threads/assignment.ts';
import { slowestMs, type Steps, totalsOf } from './steps.ts';

/** A run on one worker. */
export interface Basis {
  readonly steps: Steps;
  /** Of the whole call, and of the loop within it. */
  readonly wallMs: number;
  readonly loopMs: number;
  /** What placement goes by before a run: for each actor, its nodes. */
  readonly expectedCosts: readonly number[];
  /** What a barrier costs with so many workers, in ms. */
  readonly barrierMs: (workers: number) => number;
}

export interface Prediction {
  readonly workers: number;
  /** Of the slowest worker of each step, in windows and in rounds of allocation. */
  readonly windowsMs: number;
  readonly roundsMs: number;
  readonly barriersMs: number;
  readonly decidingMs: number;
  /** Of the loop, placed as the simulator places; and where it knew beforehand who is busy. */
  readonly speedUp: number;
  readonly speedUpForeseen: number;
  /** Of the whole run, with what only one thread does. */
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

/** What bounds any number of workers. */
export interface Bounds {
  /** The largest AS is one actor: nobody else can do its work. */
  readonly byLargestActor: number;
  /** With a worker for each AS, and barriers that cost nothing. */
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

/** What every worker does alike in each step, beside the work of its actors. */
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
