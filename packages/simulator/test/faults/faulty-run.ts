/** Runs swarms with a schedule of faults, for the tests of the faults. */

import { expect } from 'vitest';

import { runHere } from '../../src/engine/threads/run-here.ts';
import { runPlanOf } from '../../src/simulate.ts';
import type { Fault } from '../../src/swarm/plan/faults.ts';
import { AutonomousSystem } from '../../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../../src/swarm/plan/make-plan.ts';
import { Plan } from '../../src/swarm/plan/plan.ts';
import type { Swarm } from '../../src/swarm/plan/swarm.ts';
import { assemble } from '../../src/swarm/results/assemble.ts';
import type { AsReport } from '../../src/swarm/results/observations.ts';
import type { SwarmResult } from '../../src/swarm/results/result.ts';
import { assembleTimeline, type Timeline } from '../../src/swarm/results/timeline.ts';
import { FORTY } from '../swarm/swarms.ts';

/** A minute of download for forty peers, of which some lead. */
export const BASE: Swarm = {
  ...FORTY,
  pieces: 100,
  leaderPercent: 30,
  horizonMs: 600_000,
  classes: [{ ...FORTY.classes[0]!, name: 'seed', count: 1 }, ...FORTY.classes],
};

export interface FaultyRun {
  readonly plan: Plan;
  readonly reports: readonly AsReport[];
  readonly result: SwarmResult;
  /** For each peer, when it has started, in ms, time after time. */
  readonly starts: ReadonlyMap<number, number[]>;
  /** One row for each second and AS. */
  readonly timeline: Timeline;
}

export const SECOND = 1_000;

export function runWith(
  faults: readonly Fault[],
  changes: Partial<Swarm> = {},
  seed = 1,
): FaultyRun {
  return runOf({ ...BASE, ...changes, faults }, seed);
}

export function runOf(swarm: Swarm, seed = 1): FaultyRun {
  const plan = new Plan(makePlan(swarm, seed, { timelineMs: SECOND }));
  const starts = new Map<number, number[]>();

  class ObservedAs extends AutonomousSystem {
    override nodeStarted(node: Parameters<AutonomousSystem['nodeStarted']>[0]): void {
      starts.set(node.id, [...(starts.get(node.id) ?? []), this.nowMs]);
      super.nodeStarted(node);
    }
  }

  const { ending, reports } = runHere(runPlanOf(plan), (context) => new ObservedAs(plan, context));
  if (ending.kind === 'failed') throw ending.failure!.error;
  expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });
  const reported = reports as readonly AsReport[];
  const timeline = assembleTimeline(plan, reported, SECOND);
  return { plan, reports: reported, result: assemble(plan, reported), starts, timeline };
}

/** The sum of a column of the timeline over all AS, in the interval that ends at `atMs`. */
export function totalAt(
  { plan, timeline }: FaultyRun,
  column: 'leaders' | 'leechers' | 'seeds' | 'outsideBits' | 'insideBits' | 'activeConnections',
  atMs: number,
): number {
  const from = (atMs / SECOND - 1) * plan.asCount;
  return sum(timeline[column].subarray(from, from + plan.asCount));
}

export const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** Of the bits that were sent, how many have neither arrived nor been lost. */
export function bitsUnderWay({ reports }: FaultyRun): number {
  const sent = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
  const received = sum(reports.flatMap(({ bitsFrom }) => [...bitsFrom]));
  const lost = sum(reports.map(({ lostBits }) => lostBits));
  return sent - received - lost;
}
