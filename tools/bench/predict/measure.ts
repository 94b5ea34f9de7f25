/** Measures the basis of a prediction, and the speed-ups that it is compared with. */

import { availableParallelism } from 'node:os';

import { simulate, type Swarm } from '@cachetorrent/simulator';

import { makePlan } from '../../../packages/simulator/src/swarm/plan/make-plan.ts';
import { Plan } from '../../../packages/simulator/src/swarm/plan/plan.ts';
import { roundNs, wakeUs } from '../micro/barrier.ts';
import { summarize } from '../statistics.ts';
import type { Basis } from './predict.ts';
import { stepsOf } from './steps.ts';

const SEED = 1;
/** How late the last thread arrives at a measured barrier: about as in a window. */
const LATE_US = 100;
const BARRIER_ROUNDS = 2_000;
const WAKE_ROUNDS = 200;

/** Measures the time of the main loop with `workers` workers. */
export async function loopMsWith(swarm: Swarm, workers: number): Promise<number> {
  const { busyTimes } = await simulate(swarm, { seed: SEED, workers, measuresBusyTimes: true });
  return Math.max(...busyTimes!.map(({ loopMs }) => loopMs));
}

export async function measureBasis(
  swarm: Swarm,
  barrierMs: (workers: number) => number,
): Promise<Basis> {
  const startMs = performance.now();
  const { busyTimes } = await simulate(swarm, { seed: SEED, workers: 1, measuresBusyTimes: true });
  const wallMs = performance.now() - startMs;
  const expectedCosts = new Plan(makePlan(swarm, SEED)).expectedCosts();
  const { loopMs } = busyTimes![0]!;
  return { steps: stepsOf(busyTimes!), wallMs, loopMs, expectedCosts, barrierMs };
}

/**
 * Returns the cost of a barrier in ms, for each of `counts` workers. Up to the number of cores the
 * barrier itself is measured. More threads would share cores and measure something else, so beyond
 * it only the additional time to wake them is measured, which does not depend on where they sleep.
 */
export async function barrierCost(counts: readonly number[]): Promise<(workers: number) => number> {
  const cores = Math.max(2, availableParallelism());
  const baseCount = Math.min(cores, Math.max(2, ...counts));
  const options = { threads: baseCount, lateUs: LATE_US, rounds: BARRIER_ROUNDS };
  const baseMs = Math.max(0, summarize(await roundNs(options)).median / 1e6);
  const baseWakeUs = await wakeUs(baseCount - 1, WAKE_ROUNDS);
  const costs = new Map<number, number>();
  for (const workers of counts) {
    if (workers <= baseCount) {
      costs.set(workers, baseMs);
      continue;
    }
    const moreUs = Math.max(0, (await wakeUs(workers - 1, WAKE_ROUNDS)) - baseWakeUs);
    costs.set(workers, baseMs + moreUs / 1e3);
  }
  return (workers) => costs.get(workers) ?? baseMs;
}
