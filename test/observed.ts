/**
 * Runs a swarm in the calling thread, and keeps data that the result of a run does not have: the
 * reports of the AS, and when pieces arrived.
 */

import { bitsOfSpan, type BlockIndex } from '@cachetorrent/protocol';
import type { SwarmResult, Swarm } from '@cachetorrent/simulator';
import { expect } from 'vitest';

import type { ActorContext } from '../packages/simulator/src/engine/behaviour.ts';
import { runHere } from '../packages/simulator/src/engine/threads/run-here.ts';
import { runPlanOf } from '../packages/simulator/src/simulate.ts';
import { assemble } from '../packages/simulator/src/swarm/results/assemble.ts';
import { AutonomousSystem } from '../packages/simulator/src/swarm/nodes/autonomous-system.ts';
import { PIECE } from '../packages/simulator/src/swarm/event-kinds.ts';
import { makePlan } from '../packages/simulator/src/swarm/plan/make-plan.ts';
import type { AsReport } from '../packages/simulator/src/swarm/results/observations.ts';
import { Plan } from '../packages/simulator/src/swarm/plan/plan.ts';
import { countOfSpan } from '../packages/simulator/src/swarm/transport/message-fields.ts';

export interface ObservedRun {
  readonly swarm: Swarm;
  readonly result: SwarmResult;
  /** By AS id. */
  readonly reports: readonly AsReport[];
  /** What arrived at any peer: whole pieces, or spans of blocks; in no order. */
  readonly arrivals: readonly Arrival[];
}

export interface Arrival {
  /** In ms since the start of the run. */
  readonly atMs: number;
  readonly bits: number;
}

export function observe(swarm: Swarm, seed: number): ObservedRun {
  const plan = new Plan(makePlan(swarm, seed));
  const arrivals: Arrival[] = [];

  class ObservedAs extends AutonomousSystem {
    override handle(kind: number, a: number, b: number, c: number): void {
      if (kind === PIECE) {
        const bits = bitsOfSpan(plan.blockLayout, c as BlockIndex, countOfSpan(b));
        arrivals.push({ atMs: this.nowMs, bits });
      }
      super.handle(kind, a, b, c);
    }
  }

  const { ending, reports } = runHere(
    { ...runPlanOf(plan), quietMs: 1e6 },
    (world: ActorContext) => new ObservedAs(plan, world),
  );
  expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });
  const systems = reports as readonly AsReport[];
  return { swarm, result: assemble(plan, systems), reports: systems, arrivals };
}
