/** Measures what a prediction is computed from, and what it is checked against. */

import { availableParallelism } from 'node:os';

import { checkedSwarm, type Overrides, readConfig } from '@cachetorrent/runner';
import { simulate, type Swarm } from '@cachetorrent/simulator';

import { makePlan } from '../../../packages/simulator/src/swarm/plan/make-plan.ts';
import { Plan } from '../../../packages/simulator/src/swarm/plan/plan.ts';
import { roundNs, wakeUs } from '../micro/barrier.ts';
import { summarize } from '../statistics.ts';
import type { Basis } from './predict.ts';
import { stepsOf } from './steps.ts';

const SEED = 1;
/** How late the last one comes where a barrier is measured: about a window's share. */
const LATE_US = 100;
const BARRIER_ROUNDS = 2_000;
const WAKE_ROUNDS = 200;

/** @throws UserMistake where the configuration is none */
export async function swarmOf(file: string, overrides: Overrides): Promise<Swarm> {
  return checkedSwarm(await readConfig(file), overrides).swarm;
}

/** How long a run takes with so many workers. */
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
 * What a barrier costs, for each of `counts` workers. Measured with as many threads as there are
 * cores; more of them would share cores and measure something else. Beyond, the one who comes
 * last has more to wake: that call is measured, since it takes as long wherever they sleep.
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
