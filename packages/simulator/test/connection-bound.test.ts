/** Swarms whose peers have a greatest number of connections. */

import { describe, expect, test } from 'vitest';

import { runHere } from '../src/engine/threads/run-here.ts';
import { AutonomousSystem } from '../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { Swarm } from '../src/swarm/plan/swarm.ts';
import { assemble } from '../src/swarm/results/assemble.ts';
import type { AsReport } from '../src/swarm/results/observations.ts';
import { runPlanOf, simulate } from '../src/simulate.ts';
import type { HostedPeer } from '../src/swarm/nodes/hosted-peer.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

/** Half an hour, in which nobody leaves. */
const STAYING: Swarm = { ...FORTY, horizonMs: 1_800_000 };

/** Runs a swarm, and calls `check` for the peers of each node when something flows or arrives. */
function run(swarm: Swarm, check: (hosted: HostedPeer, plan: Plan) => void) {
  const plan = new Plan(makePlan(swarm, 1));
  class ObservedAs extends AutonomousSystem {
    /** By row, which another peer takes when one has left. */
    readonly #present = new Map<number, HostedPeer>();
    override peerStarted(...args: Parameters<AutonomousSystem['peerStarted']>): void {
      this.#present.set(args[0].row, args[0]);
      super.peerStarted(...args);
    }
    override synchronize(round: number, atMs: number): boolean {
      for (const hosted of this.#present.values()) check(hosted, plan);
      return super.synchronize(round, atMs);
    }
  }
  const { ending, reports } = runHere(runPlanOf(plan), (context) => new ObservedAs(plan, context));
  if (ending.kind === 'failed') throw ending.failure!.error;
  expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });
  const all = reports as readonly AsReport[];
  return { result: assemble(plan, all), reports: all };
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

test.each<[string, Partial<Swarm>]>([
  ['plain peers', {}],
  ['leaders', { leaderPercent: 30 }],
  ['leaders of two sub-torrents', { leaderPercent: 30, subTorrents: 2 }],
])('a bound that nobody reaches changes nothing: %s', (_, changes) => {
  const swarm = { ...FORTY, ...changes };
  const bounded = simulatedHere({ ...swarm, connectionsMax: 100 }, 1);
  expect(bounded).toEqual(simulatedHere(swarm, 1));
});

describe('a peer has no more connections than it may', () => {
  test.each<[string, Swarm]>([
    ['all come at once', FORTY],
    ['peers stay', STAYING],
    ['peers come and go', LIVING],
  ])('where %s', (_, swarm) => {
    const connectionsMax = 6;
    let most = 0;
    const { result } = run({ ...swarm, connectionsMax }, (hosted) => {
      let open = 0;
      for (let connection = 0; connection < hosted.peer.connectionCount; connection++) {
        if (hosted.peer.isOpen(connection as never)) open++;
      }
      // One who has left has none.
      if (open > 0) expect(open).toBe(hosted.openCount);
      most = Math.max(most, open);
    });
    expect(most).toBe(connectionsMax);
    expect(result.messages.refused).toBeGreaterThan(0);
    expect(result.completion.count).toBeGreaterThan(10);
  });

  test('but for a leader, which takes all peers of its AS, and for its followers', () => {
    const swarm = { ...FORTY, leadersMax: 1, leaderPercent: 1, connectionsMax: 4 };
    let most = 0;
    const { result } = run(swarm, (hosted, plan) => {
      most = Math.max(most, hosted.openCount);
      const others = plan.idsOf(plan.asOf(hosted.id)).length - 1;
      expect(hosted.openCount).toBeLessThanOrEqual(hosted.leads ? 4 + others : 5);
    });
    expect(most).toBeGreaterThan(4);
    expect(result.completion.count).toBe(39);
    expect(result.messages.leaderLost).toBe(0);
  });
});

test('every five minutes some connections are closed for others, if almost all are in use', () => {
  const closesOf = (changes: Partial<Swarm>): number =>
    simulatedHere({ ...STAYING, seeds: 2, ...changes }, 1).messages.close;
  // A slow file keeps them busy: an idle connection would make way before.
  const slow = { pieces: 400, pieceBits: 2_000_000 };
  expect(closesOf(slow)).toBe(0);
  const early = closesOf({ ...slow, connectionsMax: 8, horizonMs: 299_000 });
  const later = closesOf({ ...slow, connectionsMax: 8, horizonMs: 310_000 });
  expect(later).toBeGreaterThan(early + 10);
});

test.each<[string, Swarm]>([
  ['plain peers', { ...FORTY, connectionsMax: 6 }],
  ['leaders', { ...FORTY, leaderPercent: 30, connectionsMax: 6 }],
  ['peers that come and go', { ...LIVING, connectionsMax: 5 }],
  ['leaders that come and go', { ...LIVING, leaderPercent: 30, connectionsMax: 5 }],
  ['a swarm that goes on', { ...STAYING, pieces: 60, connectionsMax: 6 }],
])('the result is the same on 1, 2 and 3 workers, and no bit is lost: %s', async (_, swarm) => {
  const { result, reports } = run(swarm, () => {});
  const sent = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
  const received = sum(reports.flatMap(({ bitsFrom }) => [...bitsFrom]));
  const lost = sum(reports.map(({ lostBits }) => lostBits));
  expect(received + lost).toBeLessThanOrEqual(sent);
  expect(received + lost).toBeGreaterThan(0.99 * sent);
  for (const workers of [2, 3]) {
    expect((await simulate(swarm, { seed: 1, workers })).result).toEqual(result);
  }
});
