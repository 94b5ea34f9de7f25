/** Peers that have completed the file, crash, and come back with it. */

import { expect, test } from 'vitest';

import { runHere } from '../src/engine/threads/run-here.ts';
import { AutonomousSystem } from '../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import { runPlanOf } from '../src/simulate.ts';
import { FORTY } from './swarm/swarms.ts';

/** All are complete after a minute; of the second class all crash after 10 minutes. */
const swarm = {
  ...FORTY,
  horizonMs: 7_200_000,
  classes: [
    { ...FORTY.classes[0]!, count: 36 },
    {
      ...FORTY.classes[1]!,
      count: 4,
      session: {
        crashesAfter: { distribution: 'fixed', value: 600_000 },
        returnsAfter: { distribution: 'fixed', value: 600_000 },
      },
    },
  ],
} as const;

test.each([1, 2])('a peer that comes back complete is named no seeds: %i sub-torrents', (parts) => {
  const plan = new Plan(makePlan({ ...swarm, leaderPercent: 20, subTorrents: parts }, 1));
  /** For each peer that comes back, how many neighbours it has been named. */
  const named: number[] = [];
  const came = new Set<number>();

  class ObservedAs extends AutonomousSystem {
    override nodeStarted(node: Parameters<AutonomousSystem['nodeStarted']>[0]): void {
      if (came.has(node.id)) named.push(node.peers[0]!.peer.connectionCount);
      came.add(node.id);
      super.nodeStarted(node);
    }
  }

  const { ending } = runHere(runPlanOf(plan), (context) => new ObservedAs(plan, context));
  expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });
  expect(named.length).toBeGreaterThanOrEqual(4);
  // All others are seeds by then.
  expect(named).toEqual(named.map(() => 0));
});
