/** Simulates a swarm in the calling thread: what all numbers of workers must come to. */

import { assert } from '@cachetorrent/std';

import { runHere } from '../../src/engine/run-here.ts';
import { assemble } from '../../src/swarm/assemble.ts';
import { AutonomousSystem } from '../../src/swarm/autonomous-system.ts';
import { makePlan } from '../../src/swarm/make-plan.ts';
import type { SystemReport } from '../../src/swarm/observations.ts';
import { Plan } from '../../src/swarm/plan.ts';
import type { SwarmResult } from '../../src/swarm/result.ts';
import type { Swarm } from '../../src/swarm/spec.ts';

export function simulatedHere(swarm: Swarm, seed: number): SwarmResult {
  const plan = new Plan(makePlan(swarm, seed));
  const run = {
    actorCount: plan.systems,
    lookaheadMs: plan.lookaheadMs(),
    meetingIntervalMs: swarm.transferIntervalMs,
    stallMs: 1e6,
  };
  const { ending, reports } = runHere(run, (world) => new AutonomousSystem(plan, world));
  assert(ending.kind === 'over' && ending.outcome === 'finished', 'the swarm completes');
  return assemble(plan, reports as readonly SystemReport[]);
}
