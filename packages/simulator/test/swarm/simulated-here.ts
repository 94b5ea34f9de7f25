/** Simulates a swarm in the calling thread: the result that any number of workers must have. */

import { assert } from '@cachetorrent/std';

import { runHere } from '../../src/engine/threads/run-here.ts';
import { runPlanOf } from '../../src/simulate.ts';
import { assemble } from '../../src/swarm/results/assemble.ts';
import { AutonomousSystem } from '../../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../../src/swarm/plan/make-plan.ts';
import type { AsReport } from '../../src/swarm/results/observations.ts';
import { Plan } from '../../src/swarm/plan/plan.ts';
import type { SwarmResult } from '../../src/swarm/results/result.ts';
import type { Swarm } from '../../src/swarm/plan/swarm.ts';

export function simulatedHere(swarm: Swarm, seed: number): SwarmResult {
  const plan = new Plan(makePlan(swarm, seed));
  const run = { ...runPlanOf(plan), quietMs: 1e6 };
  const { ending, reports } = runHere(run, (context) => new AutonomousSystem(plan, context));
  assert(ending.kind === 'ended' && ending.outcome === 'finished', 'the swarm completes');
  return assemble(plan, reports as readonly AsReport[]);
}
