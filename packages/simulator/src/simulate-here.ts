/**
 * Simulates a swarm in the thread that asks, which answers nothing else meanwhile: for pools of
 * threads that simulate one swarm after the other. A thread made for each run would have to
 * compile the program anew, which takes longer than a small run itself.
 *
 *     const { result } = simulateHere(swarm, { seed: 1 });
 */

import { ActorFailed } from './engine/errors.ts';
import { runHere } from './engine/threads/run-here.ts';
import { checkTimeline, runPlanOf, simulationOf, type Simulation } from './simulate.ts';
import { AutonomousSystem } from './swarm/nodes/autonomous-system.ts';
import { checkSwarm } from './swarm/plan/check.ts';
import { makePlan } from './swarm/plan/make-plan.ts';
import type { AsReport } from './swarm/results/observations.ts';
import { Plan } from './swarm/plan/plan.ts';
import type { Swarm } from './swarm/plan/swarm.ts';

/** How to run a swarm. None of it but `seed` changes what comes out. */
export interface SimulateHereOptions {
  /** Decides all chance, as for `simulate`, which comes to the same. */
  readonly seed: number;
  /** Keeps a timeline with rows of so many ms of simulated time. */
  readonly timelineMs?: number;
}

/**
 * Simulates `swarm` until every peer holds the whole file.
 *
 * @throws SwarmError where the swarm cannot be simulated as described
 * @throws SwarmStalled where nobody is left who can send what is missing
 * @throws ActorFailed where an AS failed: a bug
 */
export function simulateHere(swarm: Swarm, { seed, timelineMs }: SimulateHereOptions): Simulation {
  checkSwarm(swarm);
  checkTimeline(timelineMs);
  const plan = new Plan(makePlan(swarm, seed, timelineMs === undefined ? {} : { timelineMs }));
  const make = (world: ConstructorParameters<typeof AutonomousSystem>[1]) =>
    new AutonomousSystem(plan, world);
  const { ending, reports } = runHere(runPlanOf(plan), make);
  if (ending.kind !== 'ended') {
    const { actor, atMs, error } = ending.kind === 'failed' ? ending.failure! : NOBODY;
    throw new ActorFailed({
      actors: [actor],
      atMs,
      what: `failed: ${String(error)}`,
      cause: error,
    });
  }
  const { outcome, windowCount, endMs } = ending;
  const run = { reports: reports as readonly AsReport[], outcome, endMs, windowCount, workers: 1 };
  return simulationOf(plan, run, timelineMs);
}

/** Nobody else is there who could abort it. */
const NOBODY = { actor: 0, atMs: 0, error: 'it was aborted' };
