/** Swarms in which peers come, leave, crash, and come back. */

import { CLIENT_QUIRKS, MAINLINE, type PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { runHere } from '../src/engine/threads/run-here.ts';
import { AutonomousSystem } from '../src/swarm/nodes/autonomous-system.ts';
import { DEPARTURES, type SessionTable } from '../src/swarm/plan/dynamics.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { Swarm } from '../src/swarm/plan/swarm.ts';
import type { AsReport } from '../src/swarm/results/observations.ts';
import { assembleTimeline } from '../src/swarm/results/timeline.ts';
import { runPlanOf, simulate } from '../src/simulate.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

/** Peers arrive during five minutes; all have left long before the end. */
const CROWD: Swarm = {
  ...FORTY,
  seeds: 2,
  pieces: 40,
  arrivalGapMs: 8_000,
  horizonMs: 3_600_000,
};

/** Each peer has some reasons to leave, the last of which comes after at most 20 minutes. */
function sessionsOf(seed: number, count: number): SessionTable {
  const random = seededRandom(seed, 'sessions');
  const column = (share: number, mostMs: number): Float64Array => {
    const values = new Float64Array(count).fill(Infinity);
    for (let id = 1; id < count; id++) {
      if (random.unit() < share) values[id] = Math.floor(random.unit() * mostMs);
    }
    return values;
  };
  return {
    seedsForMs: column(0.5, 60_000),
    shareRatio: column(0.2, 2),
    patienceMs: column(0.3, 100_000),
    crashesAfterMs: column(0.3, 200_000),
    leavesAfterMs: column(1, 1_200_000),
    returnsAfterMs: column(0.3, 300_000).map((afterMs, id) => (id % 2 === 0 ? afterMs : Infinity)),
  };
}

interface LivingRun {
  readonly plan: Plan;
  readonly reports: readonly AsReport[];
  /** For each peer, when it came, in ms, time after time. */
  readonly arrivals: ReadonlyMap<number, number[]>;
}

function run(
  changes: Partial<Swarm>,
  seed: number,
  session: Partial<SessionTable> = {},
  timelineMs?: number,
): LivingRun {
  const recording = timelineMs === undefined ? {} : { timelineMs };
  const data = makePlan({ ...CROWD, ...changes }, seed, recording);
  const sessions = { ...sessionsOf(seed, data.placement.nodeCount), ...session };
  const plan = new Plan({ ...data, sessions });
  const arrivals = new Map<number, number[]>();

  class ObservedAs extends AutonomousSystem {
    override nodeStarted(node: Parameters<AutonomousSystem['nodeStarted']>[0]): void {
      arrivals.set(node.id, [...(arrivals.get(node.id) ?? []), this.nowMs]);
      super.nodeStarted(node);
    }
  }

  const { ending, reports } = runHere(runPlanOf(plan), (context) => new ObservedAs(plan, context));
  if (ending.kind === 'failed') throw ending.failure!.error;
  expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });
  return { plan, reports: reports as readonly AsReport[], arrivals };
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

const VARIANTS: readonly (readonly [string, Partial<Swarm>])[] = [
  ['plain peers', {}],
  ['leaders and followers', { leaderPercent: 30 }],
  ['leaders of two sub-torrents', { leaderPercent: 30, subTorrents: 2 }],
  ['peers with neighbours of their own AS', { externalPercent: 34 }],
  ['super-seeds and mainline clients', { client: { ...MAINLINE, superSeeding: true } }],
  ['whole pieces', { quirks: { ...CLIENT_QUIRKS, wholePieces: true } }],
];
const SEEDS = Array.from({ length: 6 }, (_, seed) => seed);

describe.each(VARIANTS)('%s that come and go', (_, changes) => {
  test.each(SEEDS)(
    'leave once they have a reason, and every bit that is sent arrives or is lost, seed %i',
    (seed) => {
      const { plan, reports, arrivals } = run(changes, seed);
      let presentCount = 0;
      for (const [asId, { completedAtMs, leftAtMs, departures }] of reports.entries()) {
        for (const [localNode, id] of plan.idsOf(asId).entries()) {
          if (id === 0) continue;
          const [completed, left] = [completedAtMs[localNode]!, leftAtMs[localNode]!];
          const reason = DEPARTURES[departures[localNode]! - 1];
          const isThere = !(left >= arrivals.get(id)!.at(-1)!);
          presentCount += Number(isThere);
          // Whoever has no other reason leaves after 20 minutes, but one who returns returns.
          if (isThere) expect(plan.sessions!.returnsAfterMs[id], `peer ${id}`).not.toBe(Infinity);
          else if (!Number.isNaN(completed)) expect(completed).toBeLessThanOrEqual(left);
          if (reason === 'finished') expect(completed, `peer ${id}`).not.toBeNaN();
          if (reason === 'aborted') expect(completed, `peer ${id}`).toBeNaN();
        }
      }
      const sent = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
      const received = sum(reports.flatMap(({ bitsFrom }) => [...bitsFrom]));
      const lost = sum(reports.map(({ lostBits }) => lostBits));
      expect(received + lost).toBeLessThanOrEqual(sent);
      // What is on its way at the horizon is on its way to somebody.
      if (presentCount === 0) expect(received + lost).toBe(sent);
    },
  );
});

test('a timeline counts who is there at any time, and who has come and gone', () => {
  const intervalMs = 20_000;
  const horizonMs = 900_000;
  const { plan, reports, arrivals } = run({ horizonMs }, 4, {}, intervalMs);
  const timeline = assembleTimeline(plan, reports, intervalMs);
  const rows = timeline.toMs.length / plan.asCount;
  const total = (column: Float64Array, interval: number): number =>
    sum(column.subarray(interval * plan.asCount, (interval + 1) * plan.asCount));
  let [arrived, gone] = [0, 0];
  for (let interval = 0; interval < rows; interval++) {
    arrived += total(timeline.arrivals, interval);
    gone +=
      total(timeline.finished, interval) +
      total(timeline.aborted, interval) +
      total(timeline.crashed, interval);
    const present = total(timeline.leechers, interval) + total(timeline.seeds, interval);
    expect(present, `at ${(interval + 1) * intervalMs} ms`).toBe(arrived - gone);
    const availability = timeline.availability[interval * plan.asCount]!;
    expect(availability).toBeLessThanOrEqual(present);
  }
  expect(arrived).toBe(sum([...arrivals.values()].map((times) => times.length)));
  expect(gone).toBeGreaterThan(0);
});

test("the time integral of who is there is the sum of all stays (Little's law)", () => {
  const never = new Float64Array(41).fill(Infinity);
  const { plan, reports } = run({}, 3, { returnsAfterMs: never }, 60_000);
  // The last sample is taken at the end; its last column weights each peer with its capacity.
  const integral = sum(reports.map(({ timeline }) => timeline!.at(-1)!));
  let stays = 0;
  for (const [asId, { leftAtMs }] of reports.entries()) {
    for (const [localNode, id] of plan.idsOf(asId).entries()) {
      if (id === 0) continue;
      const { uploadKbps } = plan.capacityOf(id as PeerId);
      stays += uploadKbps * (leftAtMs[localNode]! - plan.arrivesAtMs(id as PeerId));
    }
  }
  expect(stays).toBeGreaterThan(0);
  expect(integral / stays).toBeCloseTo(1, 12);
});

test('one who leaves in the middle does not keep what it lacks from the others', () => {
  const never = new Float64Array(41).fill(Infinity);
  const stay = {
    seedsForMs: never,
    shareRatio: never,
    patienceMs: never,
    crashesAfterMs: never,
    leavesAfterMs: never.map((_, id) => (id > 2 && id % 2 === 0 ? 20_000 : Infinity)),
    returnsAfterMs: never,
  };
  const { plan, reports } = run({ horizonMs: 7_200_000 }, 1, stay);
  for (const [asId, { completedAtMs }] of reports.entries()) {
    for (const [localNode, id] of plan.idsOf(asId).entries()) {
      if (id % 2 === 1) expect(completedAtMs[localNode], `peer ${id}`).not.toBeNaN();
    }
  }
});

describe('a swarm of which the plan draws who comes and goes', () => {
  test.each<[string, Partial<Swarm>]>([
    ['plain peers', {}],
    ['leaders', { leaderPercent: 30 }],
    ['leaders of two sub-torrents', { leaderPercent: 20, subTorrents: 2 }],
    ['biased neighbours', { externalPercent: 34 }],
  ])('has the same result on 1 and on 3 workers: %s', async (_, changes) => {
    const swarm = { ...LIVING, ...changes };
    const here = simulatedHere(swarm, 1);
    const { arrivals, completions, aborted, crashed, finished } = here.churn!;
    // All that can happen does.
    for (const count of [arrivals, completions, aborted, crashed, finished]) {
      expect(count).toBeGreaterThan(0);
    }
    expect((await simulate(swarm, { seed: 1, workers: 3 })).result).toEqual(here);
  });
});
