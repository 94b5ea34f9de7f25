/**
 * Simulates a swarm in the calling thread, which is blocked until the run ends. This is for pools
 * of threads that simulate one swarm after another: a thread that is made for each run would have
 * to compile the program anew, which takes longer than a small run itself.
 *
 *     const { result } = simulateHere(swarm, { seed: 1 });
 */

import { ActorFailed } from './engine/errors.ts';
import { runHere } from './engine/threads/run-here.ts';
import { checkInterval, runPlanOf, type Simulation, simulationOf, warningsOf } from './simulate.ts';
import { AutonomousSystem } from './swarm/nodes/autonomous-system.ts';
import { checkSwarm } from './swarm/plan/check.ts';
import { makePlan } from './swarm/plan/make-plan.ts';
import { Plan } from './swarm/plan/plan.ts';
import type { Swarm } from './swarm/plan/swarm.ts';
import type { AsReport } from './swarm/results/observations.ts';

/** How to run a swarm. Only `seed` affects the result. */
export interface SimulateHereOptions {
  /** Random seed. The result is the same as that of `simulate` with this seed. */
  readonly seed: number;
  /** Records a timeline with an interval of this many ms of simulated time. */
  readonly timelineMs?: number;
}

/**
 * Simulates `swarm` until every peer has the whole file; where peers come and go, until its time is
 * over, an event ends it, or it has died.
 *
 * @throws SwarmError if the swarm cannot be simulated as described, or certainly not complete
 * @throws SwarmStalled if peers lack pieces, and nothing pending can change this
 * @throws ActorFailed if an AS failed: a bug
 */
export function simulateHere(swarm: Swarm, { seed, timelineMs }: SimulateHereOptions): Simulation {
  checkSwarm(swarm);
  checkInterval('timelineMs', timelineMs);
  const plan = new Plan(makePlan(swarm, seed, timelineMs === undefined ? {} : { timelineMs }));
  warningsOf(plan);
  const make = (context: ConstructorParameters<typeof AutonomousSystem>[1]) =>
    new AutonomousSystem(plan, context);
  const { ending, reports } = runHere(runPlanOf(plan), make);
  if (ending.kind !== 'ended') {
    const { actor, atMs, error } = ending.kind === 'failed' ? ending.failure! : ABORTED;
    throw new ActorFailed({
      actors: [actor],
      atMs,
      what: `failed: ${String(error)}`,
      cause: error,
    });
  }
  const { kind: _, ...ended } = ending;
  const run = { ...ended, reports: reports as readonly AsReport[], workers: 1 };
  return simulationOf(plan, run, timelineMs);
}

/** The failure of a run that was aborted, which no other thread can do here. */
const ABORTED = { actor: 0, atMs: 0, error: 'it was aborted' };
