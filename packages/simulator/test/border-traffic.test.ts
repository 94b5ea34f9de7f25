/** The traffic at the borders of AS: all that was sent is counted, when it was sent. */

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { assert } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { runHere } from '../src/engine/threads/run-here.ts';
import type { Routes } from '../src/network/routes.ts';
import { sharedUint32 } from '../src/network/shared-arrays.ts';
import { runPlanOf, simulate } from '../src/simulate.ts';
import { AutonomousSystem } from '../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { Prices } from '../src/swarm/plan/prices.ts';
import type { Swarm } from '../src/swarm/plan/swarm.ts';
import { assemble } from '../src/swarm/results/assemble.ts';
import type { BorderTraffic } from '../src/swarm/results/border-traffic.ts';
import type { AsReport } from '../src/swarm/results/observations.ts';
import type { SwarmResult } from '../src/swarm/results/result.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

const SECOND = 1_000;
const BLOCK_BITS = 8 * 2 ** 14;

const PRICES: Prices = {
  currency: 'EUR',
  transit: 2,
  exceptions: [{ as: 'AS1', transit: 10 }],
  intervalMs: 5 * SECOND,
  percentile: 95,
};

interface MeteredRun {
  readonly plan: Plan;
  readonly result: SwarmResult;
  readonly borders: BorderTraffic;
  readonly reports: readonly AsReport[];
}

/** Runs a swarm in this thread; `routesOf` may replace the routes of its topology. */
function meter(
  swarm: Swarm,
  bordersMs: number,
  { seed = 3, routesOf }: { seed?: number; routesOf?: (asCount: number) => Routes } = {},
): MeteredRun {
  // The links of the topology need not have the relationships that those of `routesOf` have.
  const { peering: _, ...others } = swarm.prices ?? PRICES;
  const planned = swarm.prices === undefined ? swarm : { ...swarm, prices: others };
  const data = { ...makePlan(planned, seed, { bordersMs }), swarm };
  const { asCount } = data.placement;
  const routes = routesOf?.(asCount) ?? data.meter!.routes;
  const counters = { ...data.meter!.counters, linkCount: routes.links.from.length };
  const plan = new Plan({ ...data, meter: { ...data.meter!, routes, counters } });
  const run = { ...runPlanOf(plan), quietMs: 1e6 };
  const { ending, reports } = runHere(run, (context) => new AutonomousSystem(plan, context));
  assert(ending.kind === 'ended' && ending.outcome === 'finished', 'the swarm completes');
  const ofAs = reports as readonly AsReport[];
  const result = assemble(plan, ofAs);
  return { plan, result, borders: result.borders!, reports: ofAs };
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** What AS have sent to one another, in bits, without what they have sent to themselves. */
function sentBetween(reports: readonly AsReport[]): { from: number; to: number; bits: number }[] {
  return reports.flatMap(({ bitsTo }, from) =>
    Array.from(bitsTo, (bits, to) => ({ from, to, bits })).filter(({ to }) => to !== from),
  );
}

const SWARMS: readonly (readonly [string, Swarm])[] = [
  ['plain peers', FORTY],
  ['leaders', { ...FORTY, leaderPercent: 30 }],
  ['pieces of eight blocks', { ...FORTY, pieces: 8, pieceBits: 8 * BLOCK_BITS }],
  ['whole pieces', { ...FORTY, quirks: { ...CLIENT_QUIRKS, wholePieces: true } }],
  ['the rules of the original', { ...FORTY, quirks: ORIGINAL_QUIRKS, seedChoker: 'tit-for-tat' }],
  ['peers that come and go', { ...LIVING, pieces: 8, pieceBits: 8 * BLOCK_BITS }],
  [
    'AS that are cut off for a time',
    {
      ...LIVING,
      pieces: 8,
      pieceBits: 8 * BLOCK_BITS,
      faults: [{ fault: 'cut', atMs: 65 * SECOND, forMs: 40 * SECOND, as: [1, 2] }],
    },
  ],
];

/** The bits that have crossed each border, in both directions, one after the other. */
function totalsOf({ links, bits }: BorderTraffic): number[] {
  const totals = Array.from({ length: 2 * links.length }, () => 0);
  for (const [i, each] of bits.entries()) totals[i % totals.length]! += each;
  return totals;
}

describe.each(SWARMS)('of %s', (_, swarm) => {
  test('every block that is sent counts once at each border, whatever the interval', () => {
    const whole = meter(swarm, 3_600 * SECOND);
    const totals = totalsOf(whole.borders);
    expect(whole.borders.intervals).toBe(1);
    const sent = sentBetween(whole.reports);
    const linkCount = whole.borders.links.length;
    const toSend = totals.map((total, i) => {
      const as = Math.floor(i / 2);
      const ofAs = sent.filter(({ from, to }) => (i % 2 === 0 ? from : to) === as);
      return total - sum(ofAs.map(({ bits }) => bits));
    });
    // Reports count a span when its last block has been sent: some are in progress at the end.
    for (const bits of toSend) {
      expect(bits).toBeGreaterThanOrEqual(0);
      expect(bits).toBeLessThan(0.05 * (sum(totals) / linkCount));
      expect(bits % Math.min(BLOCK_BITS, swarm.pieceBits)).toBe(0);
    }
    // Each block crosses two links: up and down.
    expect(16 * whole.borders.byteHops).toBe(2 * sum(totals));
    for (const intervalMs of [700, 5 * SECOND]) {
      const { borders } = meter(swarm, intervalMs);
      expect(totalsOf(borders), `${intervalMs} ms`).toEqual(totals);
      expect(borders.bits).toHaveLength(2 * borders.intervals * linkCount);
      expect(borders.bits.every((bits) => bits >= 0)).toBe(true);
    }
  });

  test('metering does not change the result, nor do prices', () => {
    const { result } = meter(swarm, 700);
    const plan = new Plan(makePlan(swarm, 3));
    const { reports } = runHere({ ...runPlanOf(plan), quietMs: 1e6 }, (context) => {
      return new AutonomousSystem(plan, context);
    });
    const { borders: _borders, ...without } = result;
    expect(assemble(plan, reports as readonly AsReport[])).toEqual(without);
    expect(meter({ ...swarm, prices: PRICES }, 1).result.resultHash).toBe(without.resultHash);
  });
});

test('what arrives is what is sent, less what is lost or on its way at the end', () => {
  const { result, borders, reports } = meter(LIVING, 5 * SECOND);
  const arrived = sum(result.trafficBits);
  const within = sum(reports.map(({ bitsTo }, as) => bitsTo[as]!));
  const lost = sum(reports.map(({ lostBits }) => lostBits));
  const underway = 8 * (borders.byteHops / 2) + within - arrived - lost;
  expect(lost).toBeGreaterThan(0);
  expect(underway).toBeGreaterThanOrEqual(0);
  expect(underway).toBeLessThan(0.01 * arrived);
});

/** A seed in AS 0 and a leecher in AS 1, alone. */
const PAIR: Swarm = {
  ...FORTY,
  minPeers: 2,
  neighbours: 1,
  pieces: 4,
  pieceBits: 64 * BLOCK_BITS,
  arrivalGapMs: 0,
  classes: [
    { name: 'seed', count: 1, uploadKbps: 1_000, downloadKbps: 0, homes: [{ as: 0, share: 1 }] },
    {
      name: 'peer',
      count: 1,
      uploadKbps: 1_000,
      downloadKbps: 3_000,
      homes: [{ as: 1, share: 1 }],
    },
  ],
};

describe('of a seed and a leecher in two AS', () => {
  test('all traffic is what arrives', () => {
    const { borders, result, plan } = meter(PAIR, 2 * SECOND);
    const [seedAs, leecherAs] = [result.peers.as[0]!, result.peers.as[1]!];
    const arrived = result.trafficBits[seedAs * plan.asCount + leecherAs]!;
    expect(arrived).toBe(4 * 64 * BLOCK_BITS);
    expect(8 * borders.links[seedAs]!.bytes).toBe(arrived);
    expect(8 * borders.links[leecherAs]!.bytesBack).toBe(arrived);
    expect(sum(borders.links.map(({ bytes, bytesBack }) => bytes + bytesBack))).toBe(arrived / 4);
  });

  test('blocks count when they are sent, not when their span is', () => {
    const { borders, result } = meter(PAIR, 2 * SECOND);
    const seedAs = result.peers.as[0]!;
    const rates = Array.from({ length: borders.intervals }, (_, i) => {
      return borders.bits[2 * (i * borders.links.length + seedAs)]!;
    });
    // The seed sends at 1,000 kbit/s; a span lasts for up to three seconds.
    const busy = rates.slice(rates.findIndex((bits) => bits > 0) + 1, -1);
    expect(busy.length).toBeGreaterThan(10);
    for (const bits of busy) expect(Math.abs(bits - 2_000_000)).toBeLessThanOrEqual(BLOCK_BITS);
  });
});

test('the warm-up does not count, and its end begins the first interval', () => {
  const warmUpMs = 63 * SECOND;
  const swarm = { ...LIVING, warmUpMs };
  const { borders } = meter(swarm, 5 * SECOND);
  expect(borders.fromMs).toBe(warmUpMs);
  expect(borders.intervals).toBe(Math.ceil((600 - 63) / 5));
  const all = meter(LIVING, SECOND).borders;
  const after = all.bits.subarray(2 * 63 * all.links.length);
  expect(totalsOf(borders)).toEqual(totalsOf({ ...all, bits: after }));
});

/** AS 0 and AS 1 are peers, and customers of a provider; all others are customers of AS 1. */
function tieredRoutes(asCount: number): Routes {
  const others = Array.from({ length: asCount - 2 }, (_, i) => i + 2);
  const ends: [number, number, number][] = [
    [0, 1, 1],
    [0, asCount, 0],
    [1, asCount, 0],
    ...others.map((as): [number, number, number] => [as, 1, 0]),
  ];
  const uplink = (as: number): number[] => (as < 2 ? [] : [2 * (as + 1)]);
  const stepsOf = (from: number, to: number): number[] => {
    if (from === to) return [];
    const up = uplink(from);
    const down = uplink(to).map((step) => step + 1);
    if (from === 0) return [0, ...down];
    return to === 0 ? [...up, 1] : [...up, ...down];
  };
  const start = sharedUint32(asCount * asCount + 1);
  const steps: number[] = [];
  for (let pair = 0; pair < asCount * asCount; pair++) {
    steps.push(...stepsOf(Math.floor(pair / asCount), pair % asCount));
    start[pair + 1] = steps.length;
  }
  return {
    names: [...Array.from({ length: asCount }, (_, as) => `AS${as}`), 'AS-top'],
    links: {
      from: Uint32Array.from(ends, ([from]) => from),
      to: Uint32Array.from(ends, ([, to]) => to),
      relationship: Uint8Array.from(ends, ([, , relationship]) => relationship),
    },
    start,
    steps: Uint32Array.from(steps),
  };
}

describe('on routes of several relationships', () => {
  const prices: Prices = { ...PRICES, exceptions: [], peering: { ratio: 1, price: 1 } };
  const { borders, reports, plan } = meter({ ...FORTY, prices }, 1, {
    routesOf: tieredRoutes,
  });
  const sent = sentBetween(reports);

  test('bytes times hops are the traffic of all links', () => {
    const { start, steps: _ } = plan.meter!.routes;
    const bits = sent.map(({ from, to, bits: each }) => {
      const pair = from * plan.asCount + to;
      return each * (start[pair + 1]! - start[pair]!);
    });
    expect(8 * borders.byteHops).toBe(sum(bits));
  });

  test('an AS exchanges with its customers, peers and providers what it sends and carries', () => {
    const bytesOf = (isMeant: (from: number, to: number) => boolean): number =>
      sum(sent.filter(({ from, to }) => isMeant(from, to)).map(({ bits }) => bits)) / 8;
    const [first, second, third] = borders.as;
    expect(first!.providers).toEqual({ in: 0, out: 0 });
    expect(first!.peers).toEqual({
      in: bytesOf((_from, to) => to === 0),
      out: bytesOf((from) => from === 0),
    });
    expect(second!.peers).toEqual({ in: first!.peers.out, out: first!.peers.in });
    expect(second!.customers).toEqual({
      in: bytesOf((from) => from >= 2),
      out: bytesOf((_from, to) => to >= 2),
    });
    expect(third!.providers.out).toBe(bytesOf((from) => from === 2));
  });

  test('what some pay, others get', () => {
    expect(sum(borders.as.map(({ pays }) => pays))).toBeGreaterThan(0);
    expect(sum(borders.as.map(({ pays }) => pays))).toBeCloseTo(
      sum(borders.as.map(({ gets }) => gets)),
      9,
    );
    // The peer that sends more pays the other.
    const { peers, pays } = borders.as[0]!;
    expect(pays > 0).toBe(peers.out > peers.in);
  });
});

test('a bill is that of the percentile of what borders.bits has', () => {
  const { borders } = meter({ ...FORTY, prices: PRICES }, 1);
  const { links, bits, intervals, intervalMs } = borders;
  expect([borders.currency, intervalMs]).toEqual(['EUR', PRICES.intervalMs]);
  expect(intervals).toBeGreaterThan(2);
  for (const [link, { from, to, payer, bill, billedKbps, billedBackKbps }] of links.entries()) {
    const kbps = [0, 1].map((direction) => {
      const rates = Array.from({ length: intervals }, (_, i) => {
        return bits[2 * (i * links.length + link) + direction]! / intervalMs;
      });
      return rates.toSorted((a, b) => b - a)[Math.floor(intervals / 20)]!;
    });
    expect([billedKbps, billedBackKbps]).toEqual(kbps);
    expect([payer, to]).toEqual([from, 'transit']);
    expect(bill).toBeCloseTo(((from === 'AS1' ? 10 : 2) * Math.max(...kbps)) / 1_000, 12);
  }
});

test.each([
  ['all at once', FORTY],
  ['coming and going', LIVING],
])(
  'any number of workers count the same, of peers %s',
  async (_, swarm) => {
    const priced = { ...swarm, prices: PRICES };
    const { result } = meter(priced, 1);
    expect(sum(result.borders!.bits)).toBeGreaterThan(0);
    for (const workers of [1, 2, 7]) {
      const run = await simulate(priced, { seed: 3, workers });
      expect(run.result, `${workers} workers`).toEqual(result);
    }
  },
  120_000,
);

test('a run is metered on request, and not otherwise', async () => {
  const { result } = await simulate(FORTY, { seed: 3, workers: 1, bordersMs: 4 * SECOND });
  expect(result.borders).toEqual(meter(FORTY, 4 * SECOND).borders);
  expect(result.borders!.currency).toBeUndefined();
  expect(makePlan(FORTY, 3)).not.toHaveProperty('meter');
  await expect(simulate(FORTY, { seed: 3, bordersMs: 0 })).rejects.toThrow('bordersMs: is 0');
}, 60_000);
