/** Classes whose capacities change. */

import type { PeerId } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { CapacityChanges } from '../../src/swarm/plan/capacity-changes.ts';
import type { CapacityChange } from '../../src/swarm/plan/faults.ts';
import type { Swarm } from '../../src/swarm/plan/swarm.ts';
import { BASE, type FaultyRun, runWith, SECOND } from './faulty-run.ts';

const change = (fields: Partial<CapacityChange>): CapacityChange => ({
  fault: 'capacity',
  className: 'home',
  atMs: 10,
  ...fields,
});

const OWN = { uploadKbps: 100, downloadKbps: 1_000 };

describe('the capacities of a class', () => {
  test.each([
    { rule: 'change for good', changes: [change({ uploadKbps: 5 })], is: [100, 5, 5, 5, 5] },
    {
      rule: 'for a time',
      changes: [change({ uploadKbps: 5, forMs: 20 })],
      is: [100, 5, 5, 100, 100],
    },
    {
      rule: 'as the change says that began last',
      changes: [
        change({ atMs: 20, uploadKbps: 7, forMs: 10 }),
        change({ uploadKbps: 5, forMs: 30 }),
      ],
      is: [100, 5, 7, 5, 100],
    },
    {
      rule: 'as the one says that is listed last, of those of the same time',
      changes: [change({ uploadKbps: 5 }), change({ uploadKbps: 7, forMs: 20 })],
      is: [100, 7, 7, 5, 5],
    },
    {
      rule: 'of this class only',
      changes: [change({ className: 'x', uploadKbps: 5 })],
      is: [100, 100],
    },
    { rule: 'of upload or download', changes: [change({ downloadKbps: 5 })], is: [100, 100] },
  ])('$rule', ({ changes, is }) => {
    const capacities = new CapacityChanges(changes);
    const uploads = is.map((_, i) => capacities.capacityAt('home', OWN, 10 * i).uploadKbps);
    expect(uploads).toEqual(is);
    const none = { uploadKbps: 0, downloadKbps: 0 };
    expect(capacities.capacityAt('home', none, 15)).toEqual(none);
    // Every 10 ms, from 5 ms on.
    const bits = is.slice(0, -1).map((kbps, i) => 5 * kbps + 5 * is[i + 1]!);
    const sum = bits.reduce((a, b) => a + b, 0);
    expect(capacities.uploadBits('home', OWN, 5, 5 + 10 * bits.length)).toBe(sum);
  });
});

const HOME: Partial<Swarm> = {
  pieces: 200,
  classes: [BASE.classes[0]!, { name: 'home', count: 40, uploadKbps: 1_000, downloadKbps: 3_000 }],
};

/** The mean rate at which all have sent between two times, in kbit/s. */
function rateKbps({ plan, timeline }: FaultyRun, fromMs: number, toMs: number): number {
  let bits = 0;
  for (let row = 0; row < timeline.as.length; row++) {
    const isIn = timeline.toMs[row]! > fromMs && timeline.toMs[row]! <= toMs;
    if (isIn) bits += timeline.outsideBits[row]! + timeline.insideBits[row]!;
  }
  expect(plan.nodeCount).toBe(42);
  return bits / (toMs - fromMs);
}

test('flows follow the capacities', () => {
  const [from, until] = [20 * SECOND, 60 * SECOND];
  const slow = { uploadKbps: 50, atMs: from, forMs: until - from };
  const run = runWith([change(slow)], HOME);
  const rate = (fromMs: number, untilMs: number): number => rateKbps(run, fromMs, untilMs);
  expect(rate(from - 5 * SECOND, from)).toBeGreaterThan(20_000);
  // 40 peers, and the seed.
  expect(rate(from + SECOND, until)).toBeLessThan(40 * 50 + 1_000);
  expect(rate(from + SECOND, until)).toBeGreaterThan(0.8 * 40 * 50);
  expect(rate(until + SECOND, until + 5 * SECOND)).toBeGreaterThan(20_000);
  expect(run.result.faults).toEqual([{ atMs: from, event: 'capacity of class home', peers: 40 }]);
  expect(run.result.churn).toMatchObject({ leechersAtEnd: 0 });

  const { uploadUtilisation, fromMs } = run.timeline;
  for (const [row, share] of uploadUtilisation.entries()) {
    // What flows send is credited at allocations, of which one comes just after each row.
    if (fromMs[row] !== from) expect(share, `at ${fromMs[row]} ms`).toBeLessThan(1.1);
  }
  // It is the share of what the capacity is at that time: what is sent arrives.
  const { asCount } = run.plan;
  let sentBits = 0;
  for (const [row, share] of uploadUtilisation.entries()) {
    if (fromMs[row]! <= from || fromMs[row]! >= until) continue;
    const hasSeed = row % asCount === run.plan.asOf(1 as PeerId);
    const peers = run.plan.idsOf(row % asCount).filter((id) => id > 1).length;
    sentBits += share * (50 * peers + (hasSeed ? 1_000 : 0)) * SECOND;
  }
  const receivedBits = rate(from + SECOND, until) * (until - from - SECOND);
  // Blocks that are not complete have not arrived.
  expect(Math.abs(receivedBits / sentBits - 1)).toBeLessThan(0.1);
  const all = run.result.uploadUtilisation!;
  const without = runWith([change({ ...slow, atMs: 500 * SECOND })], HOME).result
    .uploadUtilisation!;
  expect(Math.abs(all - without)).toBeLessThan(0.1);
});

test('peers that arrive meanwhile have the changed capacities', () => {
  const late = {
    name: 'home',
    arrivals: [{ process: 'at-once', atMs: 30 * SECOND, count: 20 }],
    uploadKbps: 1_000,
    downloadKbps: 3_000,
  } as const;
  const changes = { ...HOME, classes: [BASE.classes[0]!, late], pieces: 20 };
  const median = (downloadKbps: number): number => {
    const run = runWith([change({ atMs: 10 * SECOND, downloadKbps })], changes);
    return run.result.completion.p50Ms!;
  };
  // 5 Mbit at 50 kbit/s take 100 s.
  expect(median(50)).toBeGreaterThan(100 * SECOND);
  expect(median(3_000)).toBeLessThan(100 * SECOND);
});
