/** Runs that end at a time, by an event, or with the death of the swarm; and what of them counts. */

import { type BlockIndex, bitsOfSpan, type PeerId } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { swarm as swarmOf, type SwarmConfig } from '../src/configuration/index.ts';
import { simulate, type Simulation } from '../src/simulate.ts';
import { simulateHere } from '../src/simulate-here.ts';
import type { RunEvent } from '../src/swarm/plan/dynamics.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { PeerClass, Swarm } from '../src/swarm/plan/swarm.ts';
import type { SwarmResult } from '../src/swarm/results/result.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

const [SEED, HOME, CROWD] = LIVING.classes as [PeerClass, PeerClass, PeerClass];
const { returnsAfter: _, ...STAYS_ONCE } = HOME.session!;

/** As `LIVING`, but nobody comes back: the table of peers has the only stay of each. */
const ONCE: Swarm = { ...LIVING, classes: [SEED, { ...HOME, session: STAYS_ONCE }, CROWD] };

/** As `LIVING`, with pieces of equal blocks. */
const EVEN: Swarm = { ...LIVING, pieceBits: 2 ** 18 };

/** The seed leaves before it has sent the whole file. */
const DYING: Swarm = {
  ...ONCE,
  pieces: 400,
  classes: [
    { ...SEED, session: { crashesAfter: { distribution: 'fixed', value: 40_000 } } },
    { ...HOME, session: { patience: { distribution: 'fixed', value: 300_000 } } },
  ],
};

/** Peers arrive at a constant rate, and stay for a short time after their download. */
const STEADY: Swarm = {
  ...ONCE,
  horizonMs: 7_200_000,
  classes: [
    { ...SEED, uploadKbps: 20_000 },
    {
      name: 'home',
      arrivals: [{ process: 'poisson', fromMs: 0, perMs: 1 / 3_000 }],
      uploadKbps: 1_000,
      downloadKbps: 3_000,
      session: { seedsFor: { distribution: 'exponential', mean: 20_000 } },
    },
  ],
};

const LEAVING: Swarm = {
  ...ONCE,
  classes: [
    { ...SEED, session: { crashesAfter: { distribution: 'fixed', value: 250_000 } } },
    {
      ...HOME,
      session: {
        seedsFor: { distribution: 'exponential', mean: 30_000 },
        patience: { distribution: 'fixed', value: 100_000 },
      },
    },
  ],
};

const run = (swarm: Swarm, timelineMs?: number): Simulation =>
  simulateHere(swarm, { seed: 1, ...(timelineMs === undefined ? {} : { timelineMs }) });
const endsOn = (swarm: Swarm, event: RunEvent): Swarm => ({ ...swarm, endsOn: event });
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

const { horizonMs: _horizon, ...UNTIL_COMPLETE } = DYING;

const RUNS: readonly (readonly [string, Swarm])[] = [
  ['ends at a time', ONCE],
  ['ends at a time, with leaders', { ...ONCE, leaderPercent: 30 }],
  ['ends at a time within a download', { ...ONCE, horizonMs: 70_123.5 }],
  ['ends when all are complete', endsOn(ONCE, { event: 'complete' })],
  ['ends after some completions', endsOn(ONCE, { event: 'completions', count: 20 })],
  ['ends when nobody is there', endsOn(LEAVING, { event: 'empty' })],
  ['ends when the swarm dies', endsOn(DYING, { event: 'died' })],
  ['ends when it is steady', endsOn(STEADY, { event: 'steady', windowMs: 600_000 })],
  ['would end when all are complete, and dies', UNTIL_COMPLETE],
];

describe("the mean number of those who are there is the sum of all stays (Little's law)", () => {
  const withWarmUp = RUNS.filter(([, { horizonMs }]) => horizonMs !== undefined).map(
    ([name, swarm]) => [`${name}, after a warm-up`, { ...swarm, warmUpMs: 35_000 }] as const,
  );
  test.each([...RUNS, ...withWarmUp])('in a run that %s', (_, swarm) => {
    const { peers, churn, end, measuredFromMs } = run(swarm).result;
    const { meanLeechers, meanSeeds } = churn!;
    const { atMs } = end!;
    let [leecherMs, seedMs] = [0, 0];
    const within = (fromMs: number, toMs: number): number =>
      Math.max(0, Math.min(toMs, atMs) - Math.max(fromMs, measuredFromMs));
    for (const [row, arrivedMs] of peers.arrivedAtMs.entries()) {
      const leftMs = peers.leftAtMs[row]!;
      const untilMs = Number.isNaN(leftMs) ? atMs : leftMs;
      const completedMs = peers.completedAtMs[row]!;
      const isSeed = peers.role[row] === 'seed';
      const wasLeecherUntilMs = isSeed ? arrivedMs : Math.min(untilMs, completedMs || untilMs);
      leecherMs += within(arrivedMs, wasLeecherUntilMs);
      seedMs += within(wasLeecherUntilMs, untilMs);
    }
    const measuredMs = atMs - measuredFromMs;
    expect(leecherMs).toBeGreaterThan(0);
    expect((meanLeechers * measuredMs) / leecherMs).toBeCloseTo(1, 12);
    expect((meanSeeds * measuredMs) / seedMs).toBeCloseTo(1, 12);
  });

  test.each([...RUNS, ...withWarmUp])('and nobody is lost in a run that %s', (_, swarm) => {
    const churn = run(swarm).result.churn!;
    const { leechersAtStart, seedsAtStart, arrivals, finished, aborted, crashed } = churn;
    const there = leechersAtStart + seedsAtStart + arrivals - finished - aborted - crashed;
    expect(churn.leechersAtEnd + churn.seedsAtEnd).toBe(there);
  });
});

describe('the end', () => {
  test('is at the time if no event comes before', () => {
    const late = endsOn(ONCE, { event: 'completions', count: 10_000 });
    expect(run(late).result.end).toEqual({ reason: 'time', atMs: 600_000 });
    expect(run(late).result.resultHash).toBe(run(ONCE).result.resultHash);
  });

  test('comes at the allocation instant after the event, and the run until then is the same', () => {
    const event = { event: 'completions', count: 15 } as const;
    const { end, churn, peers } = run(endsOn(ONCE, event)).result;
    expect(end!.reason).toBe('completions');
    expect(churn!.completions).toBeGreaterThanOrEqual(15);
    const all = run(ONCE).result.peers;
    const isBefore = (ms: number): boolean => ms < end!.atMs;
    expect(peers.arrivedAtMs).toEqual(all.arrivedAtMs.filter(isBefore));
    expect(peers.completedAtMs.filter(isBefore)).toEqual(all.completedAtMs.filter(isBefore));
    expect(peers.leftAtMs.filter(isBefore)).toEqual(all.leftAtMs.filter(isBefore));
    const leechers = all.completedAtMs.filter((_, row) => all.role[row] !== 'seed');
    const fifteenth = leechers.filter((ms) => !Number.isNaN(ms)).sort()[14]!;
    const { allocationIntervalMs } = ONCE;
    expect(end!.atMs).toBe(allocationIntervalMs * Math.floor(fifteenth / allocationIntervalMs + 1));
  });

  test('comes when the last peer has left', () => {
    const { end, peers, churn } = run(endsOn(LEAVING, { event: 'empty' })).result;
    expect(end!.reason).toBe('empty');
    expect(churn).toMatchObject({ leechersAtEnd: 0, seedsAtEnd: 0 });
    expect(end!.atMs - Math.max(...peers.leftAtMs)).toBeGreaterThan(0);
    expect(end!.atMs - Math.max(...peers.leftAtMs)).toBeLessThanOrEqual(500);
  });

  test('comes when the swarm is steady, and what is steady is as long as the transient', () => {
    const { end } = run(endsOn(STEADY, { event: 'steady', windowMs: 600_000 })).result;
    expect(end!.reason).toBe('steady');
    expect(end!.atMs).toBeLessThan(STEADY.horizonMs!);
    expect(end!.atMs - end!.steadyFromMs!).toBeGreaterThanOrEqual(end!.atMs / 2);
    expect(end!.atMs - end!.steadyFromMs!).toBeGreaterThanOrEqual(600_000);
  });

  test('comes with the end of the warm-up if the event has come before', () => {
    const swarm = endsOn({ ...DYING, warmUpMs: 100_000 }, { event: 'died' });
    const { end, death, churn } = run(swarm).result;
    expect(end).toEqual({ reason: 'died', atMs: 100_000 });
    expect(death!.atMs).toBeLessThan(100_000);
    expect(churn!.meanLeechers).toBe(churn!.leechersAtEnd);
  });

  test('counts the completions since the warm-up', () => {
    const swarm = endsOn(STEADY, { event: 'completions', count: 30 });
    const { churn, end } = run({ ...swarm, warmUpMs: 1_800_000 }).result;
    expect(end!.atMs).toBeGreaterThan(1_800_000);
    expect(churn!.completions).toBeGreaterThanOrEqual(30);
    expect(churn!.completions).toBeLessThan(33);
  });
});

describe('a swarm dies', () => {
  test('when the last copy of a piece goes: which, and who was left', () => {
    const { result, timeline } = run(DYING, 1_000);
    const { death, end, peers } = result;
    expect(end).toEqual({ reason: 'time', atMs: DYING.horizonMs });
    // The seed crashes 40 s after it has begun to take part.
    expect(death!.atMs).toBe(500 * Math.ceil(peers.leftAtMs[0]! / 500));
    expect(death!.pieces.length).toBeGreaterThan(0);
    expect(death!.pieces.length).toBeLessThan(400);
    const row = timeline!.toMs.indexOf(1_000 * Math.ceil(death!.atMs / 1_000));
    const there = sum(timeline!.leechers.subarray(row, row + result.asCount));
    expect(Math.abs(death!.peers.length - there)).toBeLessThanOrEqual(1);
    expect(death!.peers).not.toContain(1);
    expect(timeline!.availability[row]).toBe(0);
    expect(result.completion.count).toBe(0);
  });

  test('and the run ends then if it would end when all are complete', () => {
    const { death, end } = run(UNTIL_COMPLETE).result;
    expect(end!.reason).toBe('died');
    expect(end!.atMs).toBeGreaterThan(death!.atMs);
    expect(end!.atMs - death!.atMs).toBeLessThan(5_000);
    expect(death).toEqual(run(DYING).result.death);
  });

  test('not while one who holds the piece will come back', () => {
    const seed: PeerClass = {
      ...DYING.classes[0]!,
      session: {
        crashesAfter: { distribution: 'fixed', value: 40_000 },
        returnsAfter: { distribution: 'fixed', value: 0 },
      },
    };
    const patience = { distribution: 'fixed', value: 3_600_000 } as const;
    const home: PeerClass = { ...DYING.classes[1]!, session: { patience } };
    const { death, churn, peers } = run({
      ...DYING,
      classes: [{ ...seed, uploadKbps: 2_000 }, home],
      horizonMs: 1_200_000,
    }).result;
    expect(churn!.crashed).toBeGreaterThan(1);
    expect(death).toBeUndefined();
    expect(Number.isNaN(peers.completedAtMs[5]!)).toBe(false);
  });

  test('not before its seeds have begun to take part', () => {
    const latency = { model: 'fixed', fixedMs: 2_000 } as const;
    const { death, completion } = run({ ...ONCE, latency }).result;
    expect(death).toBeUndefined();
    expect(completion.count).toBeGreaterThan(0);
  });

  test('not if everybody has what is needed, and goes', () => {
    const { end, death } = run(endsOn(LEAVING, { event: 'empty' })).result;
    expect(end!.reason).toBe('empty');
    expect(death).toBeUndefined();
  });
});

describe('a warm-up', () => {
  const warmUpMs = 60_000;
  const cold = run(EVEN, warmUpMs);
  const warm = run({ ...EVEN, warmUpMs }, warmUpMs);

  test('changes nothing in the run, nor in its timeline', () => {
    expect(warm.result.peers).toEqual(cold.result.peers);
    expect(warm.timeline).toEqual(cold.timeline);
  });

  test('is left out of traffic, arrivals, completions and departures', () => {
    const { result, timeline } = warm;
    const from = result.asCount;
    const since = (column: Float64Array): number => sum(column.subarray(from));
    const bits = since(timeline!.insideBits) + since(timeline!.outsideBits);
    expect(sum(result.trafficBits)).toBe(bits);
    expect(bits).toBeLessThan(sum(cold.result.trafficBits));
    expect(sum(result.classTrafficBits)).toBe(bits);
    expect(result.traffic).toBeCloseTo(bits / (EVEN.pieces * EVEN.pieceBits), 9);
    for (const name of ['arrivals', 'completions', 'finished', 'aborted', 'crashed'] as const) {
      expect(result.churn![name], name).toBe(since(timeline![name]));
    }
    expect(result.churn!.leechersAtStart).toBe(sum(timeline!.leechers.subarray(0, from)));
    expect(result.messages.piece).toBeLessThan(cold.result.messages.piece);
  });

  test('leaves the times of those who arrived before out', () => {
    const { peers, completion, classes } = warm.result;
    const counts = (row: number): boolean =>
      peers.role[row] !== 'seed' && peers.arrivedAtMs[row]! >= warmUpMs;
    const completed = peers.completedAtMs.filter((ms, row) => !Number.isNaN(ms) && counts(row));
    expect(completion.count).toBe(completed.length);
    expect(sum(classes.map(({ count }) => count))).toBe(completed.length);
    expect(completion.count).toBeLessThan(cold.result.completion.count);
  });

  test('after which nobody lacks anything leaves nothing to measure', () => {
    const { result } = run({ ...ONCE, warmUpMs: 590_000 });
    expect(result.churn).toMatchObject({ leechersAtStart: 0, arrivals: 0, meanLeechers: 0 });
    expect(result).toMatchObject({ importsPerPiece: 0, redundancy: 0, traffic: 0 });
    expect(result.completion).toMatchObject({ count: 0, meanMs: undefined });
    expect(result.uploadUtilisation).toBeUndefined();
    expect(result.churn!.meanSeeds).toBeGreaterThan(0.9);
  });

  test('measures the utilisation from then on', () => {
    const swarm = { ...STEADY, warmUpMs: 3_600_000 };
    const [late, early] = [run(swarm).result, run(STEADY).result];
    expect(late.uploadUtilisation).toBeGreaterThan(0);
    expect(late.uploadUtilisation! / early.uploadUtilisation!).toBeGreaterThan(0.7);
    expect(late.uploadUtilisation! / early.uploadUtilisation!).toBeLessThan(1.4);
  });
});

test.each(RUNS)('a run that %s is the same on three workers', async (_, swarm) => {
  const changed = { ...swarm, ...(swarm.horizonMs === undefined ? {} : { warmUpMs: 30_000 }) };
  const { result } = await simulate(changed, { seed: 1, workers: 3 });
  expect(result).toEqual(run(changed).result);
});

test('imports per piece are those of all AS that leechers live in', () => {
  const importsOf = ({ asCount, trafficBits, peers }: SwarmResult): number => {
    const within = sum(
      Array.from({ length: asCount }, (_, as) => trafficBits[as * (asCount + 1)]!),
    );
    const homes = new Set(peers.as.filter((_, row) => peers.role[row] !== 'seed'));
    return (sum(trafficBits) - within) / (homes.size * EVEN.pieces * EVEN.pieceBits);
  };
  const forty = { ...FORTY, pieceBits: EVEN.pieceBits };
  for (const swarm of [forty, { ...forty, externalPercent: 34 }, EVEN]) {
    const { result } = run(swarm);
    expect(result.importsPerPiece).toBeCloseTo(importsOf(result), 9);
    expect(result.importsPerPiece).toBeLessThanOrEqual(result.redundancy);
  }
});

test('the redundancy may rank swarms otherwise than imports per piece, and bytes over borders', () => {
  const small = {
    peers: 20,
    upload: '10 kbit/s',
    download: '20 kbit/s',
    file: { pieces: 100, pieceSize: '196 bit' },
    network: {
      as: 2,
      routersPerAs: 50,
      transitDomains: 10,
      routersPerTransitDomain: 50,
      allocationInterval: '10 ms',
    },
    client: { rules: 'original', uploadSlots: 4, optimisticSlots: 1, rechokeInterval: '10 s' },
  } as const;
  const resultOf = (tracker: SwarmConfig['tracker'] & object): SwarmResult =>
    run(swarmOf({ ...small, tracker })).result;
  const plain = resultOf({ neighbours: 5 });
  const biased = resultOf({ neighbours: 5, externalNeighbours: 40 });
  expect(biased.redundancy).toBeGreaterThan(plain.redundancy);
  expect(biased.importsPerPiece).toBeLessThan(plain.importsPerPiece);
  expect(biased.interAsShare).toBeLessThan(plain.interAsShare);
});

test.each<[string, Swarm]>([
  ['plain peers', ONCE],
  ['leaders, and peers that come back', { ...LIVING, leaderPercent: 30 }],
])('at every instant, what is not on its way has arrived or is lost: %s', async (_, swarm) => {
  const intervalMs = 500;
  const plan = new Plan(makePlan(swarm, 1));
  const { blockLayout } = plan;
  /** When each span arrives, and its bits. */
  const spans: { readonly atMs: number; readonly bits: number }[] = [];
  const { result, timeline } = await simulate(swarm, {
    seed: 1,
    workers: 1,
    timelineMs: intervalMs,
    messageLog: {
      kinds: ['piece'],
      onMessages: (messages) => {
        for (let i = 0; i < messages.count; i++) {
          const [from, to] = [messages.from(i) as PeerId, messages.to(i) as PeerId];
          const first = messages.piece(i) * blockLayout.blocksPerPiece + messages.block(i);
          const bits = bitsOfSpan(blockLayout, first as BlockIndex, messages.blocks(i));
          spans.push({ atMs: messages.atMs(i) + plan.latencyMs(from, to), bits });
        }
      },
    },
  });
  const { asCount } = result;
  spans.sort((a, b) => a.atMs - b.atMs);
  let [expected, counted, next] = [0, 0, 0];
  for (let row = 0; row < timeline!.toMs.length; row += asCount) {
    const toMs = timeline!.toMs[row]!;
    for (; next < spans.length && spans[next]!.atMs < toMs; next++) expected += spans[next]!.bits;
    for (const column of [timeline!.insideBits, timeline!.outsideBits, timeline!.lostBits]) {
      counted += sum(column.subarray(row, row + asCount));
    }
    expect(counted, `at ${toMs} ms`).toBe(expected);
  }
  expect(counted).toBeGreaterThan(20 * plan.fileBits);
  expect(result.churn!.lostBytes).toBe(sum(timeline!.lostBits) / 8);
});
