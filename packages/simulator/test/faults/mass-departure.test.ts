/** Shares of the leaders, or of the peers, that crash or leave. */

import type { PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { leaderCount } from '@cachetorrent/tracker';
import { describe, expect, test } from 'vitest';

import type { FaultedAs } from '../../src/swarm/faults/fault-kind.ts';
import type { ActorContext } from '../../src/engine/behaviour.ts';
import { MASS_DEPARTURE } from '../../src/swarm/faults/mass-departure.ts';
import { FaultSchedule } from '../../src/swarm/faults/schedule.ts';
import type { MassDeparture } from '../../src/swarm/plan/faults.ts';
import { runWith, SECOND, sum, totalAt } from './faulty-run.ts';

const AT = 10 * SECOND;
const SEED = 1 as PeerId;
const crash = (fields: Partial<MassDeparture>): MassDeparture => ({
  fault: 'crash',
  atMs: AT,
  who: 'peers',
  percent: 100,
  ...fields,
});

describe('leaders', () => {
  test.each([
    { percent: 0, isThere: (before: number) => before },
    { percent: 50, isThere: (before: number) => before / 2 },
    { percent: 100, isThere: () => 0 },
  ])('crash, $percent % of those of every AS', ({ percent, isThere }) => {
    const run = runWith([crash({ who: 'leaders', percent })]);
    const { asCount } = run.plan;
    for (let as = 0; as < asCount; as++) {
      // The seed leads its AS, and is spared.
      if (as === run.plan.asOf(SEED)) continue;
      const before = run.timeline.leaders[(AT / SECOND - 1) * asCount + as]!;
      const after = run.timeline.leaders[(AT / SECOND) * asCount + as]!;
      expect(before).toBeGreaterThan(0);
      expect(Math.abs(after - isThere(before)), `AS ${as}`).toBeLessThan(1);
    }
    const { peers, faults } = run.result;
    const crashed = peers.id.filter((_, row) => peers.departure[row] === 'crashed');
    expect(faults).toEqual([{ atMs: AT, event: 'crash of leaders', peers: crashed.length }]);
    for (const id of crashed) {
      expect(peers).toMatchObject({ leftAtMs: { [id - 1]: AT } });
      expect(peers.role[id - 1]).toBe('leader');
    }
  });

  test('that crash are replaced, and all others complete', () => {
    const run = runWith([crash({ who: 'leaders' })]);
    expect(totalAt(run, 'leaders', AT + SECOND)).toBe(1);
    expect(totalAt(run, 'leaders', 590 * SECOND)).toBeGreaterThanOrEqual(run.plan.asCount);
    const { churn } = run.result;
    expect(churn).toMatchObject({ leechersAtEnd: 0, seedsAtEnd: 41 - churn!.crashed });
  });

  test('of which an AS keeps some are replaced by as many', () => {
    // Half a swarm of leechers that upload next to nothing: all are there to the end.
    const classes = [
      { name: 'slow', count: 20, uploadKbps: 20, downloadKbps: 3_000 },
      { name: 'fast', count: 22, uploadKbps: 21, downloadKbps: 4_000 },
    ];
    const changes = { neighbours: 30, leaderPercent: 40, classes, horizonMs: 900 * SECOND };
    const run = runWith([crash({ who: 'leaders', percent: 50 })], changes);
    const [before, after] = [AT, AT + SECOND].map((at) => totalAt(run, 'leaders', at));
    expect(after).toBeLessThan(0.7 * before!);
    // The crash is noticed after 120 s, and all have told the tracker, and have been told, 5 minutes
    // later. Only one that was elected after it had asked does not know yet that it leads.
    const { asCount } = run.plan;
    for (let as = 0; as < asCount; as++) {
      const isThere = (id: number) => id > 0 && run.result.peers.departure[id - 1] !== 'crashed';
      const candidates = [...run.plan.idsOf(as)].filter(isThere).length;
      const asked = leaderCount(candidates, { leaderPercent: 40 });
      const leaders = run.timeline.leaders[(AT / SECOND + 500) * asCount + as]!;
      expect([asked - 1, asked], `AS ${as}`).toContain(leaders);
    }
    expect(totalAt(run, 'leaders', AT + 500 * SECOND)).toBeGreaterThan(after!);
  });

  test('of one sub-torrent are leaders', () => {
    const event = crash({ who: 'leaders', percent: 100 });
    const run = runWith([event], { subTorrents: 2, leaderPercent: 20 });
    expect(totalAt(run, 'leaders', AT)).toBeGreaterThan(2 * run.plan.asCount - 1);
    expect(totalAt(run, 'leaders', AT + SECOND)).toBe(1);
  });
});

test('a share of the peers of an AS leaves, complete or not, and says so', () => {
  const as = 2;
  const { result, plan } = runWith([crash({ fault: 'leave', percent: 100, as: [as] })]);
  const { peers, churn, faults } = result;
  const left = peers.id.filter((_, row) => peers.departure[row] !== undefined);
  const isThere = (id: number) => plan.domainOf(plan.asOf(id as PeerId)) === as;
  expect(left).toEqual(peers.id.filter((id) => isThere(id) && id !== SEED));
  expect(faults![0]).toMatchObject({ event: 'departure of peers', peers: left.length });
  expect(churn).toMatchObject({ aborted: left.length, crashed: 0 });
});

test('a share of a class crashes', () => {
  const { peers } = runWith([crash({ className: 'fast', percent: 25 })]).result;
  const crashed = peers.id.filter((_, row) => peers.departure[row] === 'crashed');
  expect(crashed.length).toBeGreaterThan(0);
  expect(crashed.length).toBeLessThan(10);
  for (const id of crashed) expect(peers.class[id - 1]).toBe('fast');
});

test('an event after the end of the run hits nobody', () => {
  const run = runWith([crash({ atMs: 3_600_000 })], { horizonMs: 60_000 });
  expect(run.result.faults).toEqual([
    { atMs: 3_600_000, event: 'crash of peers', peers: undefined },
  ]);
});

describe('whom an AS chooses', () => {
  const plan = { holdsFile: () => false, isCache: () => false };
  const nodes = Array.from({ length: 7 }, (_, i) => ({
    id: (i + 1) as PeerId,
    hasStarted: true,
    peers: [],
    incompleteSubTorrents: 1,
  }));
  const gone = (percent: number, seed: number): number[] => {
    const ids: number[] = [];
    const as = {
      plan,
      nodes: () => nodes,
      leave: (id: number) => ids.push(id),
    } as unknown as FaultedAs;
    let count = 0;
    MASS_DEPARTURE.apply(crash({ percent }), as, {
      step: 0,
      random: () => seededRandom(seed, 'x'),
      hit: (peers) => (count += peers),
    });
    expect(count).toBe(ids.length);
    return ids;
  };
  const runs = Array.from({ length: 2_000 }, (_, seed) => gone(50, seed));

  test('differs from AS to AS, from event to event and from seed to seed', () => {
    const choices = new Set<string>();
    for (const [seed, asId, index] of [
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]) {
      const ids: number[] = [];
      const event = crash({ percent: 50 });
      const as = {
        plan: { ...plan, seed, swarm: { faults: [event, event] } },
        asId,
        nodes: () => Array.from({ length: 40 }, (_, id) => ({ ...nodes[0], id: id + 1 })),
        leave: (id: number) => ids.push(id),
      };
      const schedule = new FaultSchedule(
        as as unknown as FaultedAs,
        { schedule: () => {} } as unknown as ActorContext,
      );
      schedule.handle(index!, 0);
      expect(schedule.peersHit[index!]).toBe(20);
      choices.add(ids.join(' '));
    }
    expect(choices.size).toBe(4);
  });

  test('is half of seven on average, and 3 or 4', () => {
    expect(new Set(runs.map(({ length }) => length))).toEqual(new Set([3, 4]));
    // 3.5 ± 4.5 standard deviations of the mean of 2,000 numbers.
    const mean = sum(runs.map(({ length }) => length)) / runs.length;
    expect(Math.abs(mean - 3.5)).toBeLessThan(4.5 * 0.5 * Math.sqrt(1 / runs.length));
  });

  test('is each of them as often', () => {
    for (const { id } of nodes) {
      const share = runs.filter((ids) => ids.includes(id)).length / runs.length;
      expect(Math.abs(share - 0.5), `node ${id}`).toBeLessThan(
        (4.5 * 0.5) / Math.sqrt(runs.length),
      );
    }
  });
});
