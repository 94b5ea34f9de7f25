/** Swarms whose borders have capacities, and whose flows are bounded by TCP. */

import { describe, expect, test } from 'vitest';

import { runHere } from '../src/engine/threads/run-here.ts';
import type { BorderTable } from '../src/network/borders.ts';
import type { RateAllocation } from '../src/network/bordered-allocation.ts';
import { runPlanOf, simulate } from '../src/simulate.ts';
import { AutonomousSystem } from '../src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { PeerClass, Swarm } from '../src/swarm/plan/swarm.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

const home = (as: number): Pick<PeerClass, 'homes'> => ({ homes: [{ as, share: 1 }] });

/** A seed in AS 0 and leechers in AS 1, which do not upload: all comes over the border. */
function oneWay(seedKbps: number, leechers: number, downloadKbps: number): Swarm {
  return {
    ...FORTY,
    minPeers: 1 + leechers,
    neighbours: leechers,
    arrivalGapMs: 0,
    pieceBits: 2 ** 17,
    pieces: 64,
    latency: { model: 'fixed', fixedMs: 10 },
    classes: [
      { name: 'seed', count: 1, uploadKbps: seedKbps, downloadKbps: 0, ...home(0) },
      { name: 'leecher', count: leechers, uploadKbps: 0, downloadKbps, ...home(1) },
    ],
  };
}

describe('a border that all must cross makes the time what it must be', () => {
  const FILE_BITS = 64 * 2 ** 17;
  const WIDE = 1e6;
  test.each([
    { rule: 'into the AS of one leecher', leechers: 1, borders: [{ as: ['AS1'], downKbps: 400 }] },
    { rule: 'into the AS of four', leechers: 4, borders: [{ as: ['AS1'], downKbps: 400 }] },
    { rule: 'out of the AS of the seed', leechers: 4, borders: [{ as: ['AS0'], upKbps: 400 }] },
    {
      rule: 'over the link of an AS',
      leechers: 4,
      borders: [{ between: ['AS1', 'transit'] as const, capacityKbps: 400 }],
    },
    { rule: 'through transit', leechers: 4, borders: [{ as: ['transit'], downKbps: 400 }] },
  ])('$rule', ({ leechers, borders }) => {
    const { durationMs } = simulatedHere({ ...oneWay(WIDE, leechers, WIDE), borders }, 1);
    const leastMs = (leechers * FILE_BITS) / 400;
    // The first unchoke, the first rates, and blocks that are sent twice.
    expect(durationMs).toBeGreaterThanOrEqual(leastMs);
    expect(durationMs).toBeLessThan(1.03 * leastMs + 5_000);
  });

  test('as if the seed were as slow as its uplink', () => {
    const narrow = simulatedHere({ ...oneWay(WIDE, 4, WIDE), borders: [{ upKbps: 400 }] }, 1);
    const slow = simulatedHere(oneWay(400, 4, WIDE), 1);
    expect(narrow.resultHash).toBe(slow.resultHash);
    const wide = simulatedHere(oneWay(WIDE, 4, WIDE), 1);
    expect(narrow.resultHash).not.toBe(wide.resultHash);
  });

  test('as if the leechers had an equal part of their downlink', () => {
    const borders = [{ as: ['AS1'], downKbps: 400 }];
    const narrow = simulatedHere({ ...oneWay(WIDE, 4, WIDE), borders }, 1);
    const slow = simulatedHere(oneWay(WIDE, 4, 100), 1);
    expect(narrow.resultHash).toBe(slow.resultHash);
  });

  test('as if each leecher had the capacity of a window in a round trip', () => {
    // 20 ms there and back.
    const windows = { ...oneWay(WIDE, 4, WIDE), tcp: { windowBits: 20 * 150 } };
    expect(simulatedHere(windows, 1).resultHash).toBe(
      simulatedHere(oneWay(WIDE, 4, 150), 1).resultHash,
    );
  });
});

describe('a loss at a border makes far peers as slow as Mathis et al. say', () => {
  const WIDE = 1e6;
  /** 20 ms there and back; both links lose. */
  const kbps = (lostPart: number): number => ((1460 * 8) / 20) * Math.sqrt(1.5 / lostPart);
  test.each<{ rule: string; swarm: Partial<Swarm>; lost: number }>([
    {
      rule: 'of one link, in place of that of all',
      swarm: {
        tcp: { windowBits: 1e9, lossPercent: 5 },
        borders: [{ between: ['AS1', 'transit'], lossPercent: 8 }],
      },
      lost: 1 - 0.95 * (1 - 8 / 100),
    },
    {
      rule: 'of both AS',
      swarm: {
        tcp: { windowBits: 1e9 },
        borders: [
          { as: ['AS0'], lossPercent: 10 },
          { as: ['AS1'], lossPercent: 5 },
        ],
      },
      lost: 1 - 0.9 * 0.95,
    },
  ])('$rule', ({ swarm, lost }) => {
    const lossy = simulatedHere({ ...oneWay(WIDE, 4, WIDE), ...swarm }, 1);
    const slow = simulatedHere(oneWay(WIDE, 4, kbps(lost)), 1);
    expect(lossy.durationMs).toBeCloseTo(slow.durationMs, 6);
    expect(lossy.durationMs).toBeGreaterThan((64 * 2 ** 17) / kbps(lost));
  });
});

/**
 * A seed, four peers near it, and four at the other end of the world, all with the same lines. They
 * do not upload, so that all comes from the seed.
 */
describe('without help, far peers', () => {
  const PIECES = 256;
  const PIECE_BITS = 2 ** 18;
  const network = {
    kind: 'table',
    names: ['seed', 'near', 'far'],
    latencyMs: [
      [5, 10, 150],
      [10, 5, 200],
      [250, 200, 5],
    ],
  } as const;
  const leecher = { count: 4, uploadKbps: 0, downloadKbps: 10_000 };
  const swarm: Swarm = {
    ...FORTY,
    minPeers: 9,
    neighbours: 8,
    uploadSlots: 8,
    arrivalGapMs: 0,
    pieceBits: PIECE_BITS,
    pieces: PIECES,
    topology: { file: { name: 't.csv' }, network, asCount: 3, intraMs: 5 },
    classes: [
      { name: 'seed', count: 1, uploadKbps: 1e6, downloadKbps: 0, ...home(0) },
      { name: 'near', ...leecher, ...home(1) },
      { name: 'far', ...leecher, ...home(2) },
    ],
  };
  const meanMs = (changes: Partial<Swarm>): { near: number; far: number } => {
    const { classes } = simulatedHere({ ...swarm, ...changes }, 1);
    const of = (name: string): number => classes.find((each) => each.name === name)!.meanMs!;
    return { near: of('near'), far: of('far') };
  };

  test('get a file as fast as near ones, if round trips bound nothing', () => {
    const { near, far } = meanMs({});
    expect(far).toBeLessThan(1.3 * near);
  });

  test('take as long as a window in each round trip allows, with TCP', () => {
    const windowBits = 2 ** 19;
    const { near, far } = meanMs({ tcp: { windowBits } });
    const rttMs = 150 + 250;
    expect(near).toBe(meanMs({}).near);
    const leastMs = (PIECES * PIECE_BITS * rttMs) / windowBits;
    expect(far).toBeGreaterThanOrEqual(leastMs);
    expect(far).toBeLessThan(leastMs + 3_000);
  });
});

test('borders that are wider than all lines together change nothing', () => {
  const wide: Partial<Swarm> = {
    borders: [
      { upKbps: 1e6, downKbps: 1e6 },
      { as: ['transit'], upKbps: 1e7 },
    ],
    tcp: { windowBits: 1e12 },
  };
  expect(simulatedHere({ ...FORTY, ...wide }, 1)).toEqual(simulatedHere(FORTY, 1));
});

test('the narrower the borders, the longer it takes', () => {
  const times = [undefined, 8_000, 2_000, 500].map((kbps) => {
    const borders = kbps === undefined ? {} : { borders: [{ upKbps: kbps, downKbps: kbps }] };
    return simulatedHere({ ...FORTY, ...borders }, 1).durationMs;
  });
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[3]).toBeGreaterThan(3 * times[0]!);
});

describe('no border carries more than its capacity in any interval', () => {
  test.each<{ swarm: string; changes: Partial<Swarm> }>([
    { swarm: 'uplinks', changes: { borders: [{ upKbps: 2_000, downKbps: 2_500 }] } },
    {
      swarm: 'a link, transit, and a closed border',
      changes: {
        borders: [
          { between: ['AS1', 'transit'], capacityKbps: 700 },
          { as: ['transit'], downKbps: 6_000 },
          { as: ['AS0'], upKbps: 0 },
        ],
      },
    },
    {
      swarm: 'uplinks and windows, leaders',
      changes: {
        borders: [{ upKbps: 2_000, downKbps: 2_500 }],
        tcp: { windowBits: 200_000, lossPercent: 0.1 },
        leaderPercent: 30,
      },
    },
  ])('$swarm', ({ changes }) => {
    const plan = new WatchedPlan(makePlan({ ...FORTY, ...changes }, 1));
    const { ending } = runHere({ ...runPlanOf(plan), quietMs: 1e6 }, (context) => {
      return new AutonomousSystem(plan, context);
    });
    expect(ending).toMatchObject({ kind: 'ended', outcome: 'finished' });

    const { capacityKbps, names } = plan.borders!;
    const fullCount = capacityKbps.map(() => 0);
    expect(plan.carriedKbps.length).toBeGreaterThan(10);
    for (const [instant, carried] of plan.carriedKbps.entries()) {
      for (const [border, kbps] of carried.entries()) {
        const limit = capacityKbps[border]!;
        expect(kbps, `${names[border]}, instant ${instant}`).toBeLessThanOrEqual(
          limit * (1 + 1e-9),
        );
        if (kbps >= limit * (1 - 1e-9)) fullCount[border]!++;
      }
    }
    expect(Math.max(...fullCount), 'borders are full at times').toBeGreaterThan(10);
  });
});

/** A plan whose allocations report the rates that cross each border, for each instant. */
class WatchedPlan extends Plan {
  readonly carriedKbps: number[][] = [];

  override makeAllocation(asId: number): RateAllocation {
    const allocation = super.makeAllocation(asId);
    const table = this.borders!;
    const counted = new Set<string>();
    let instant = -1;
    const begin = allocation.begin.bind(allocation);
    allocation.begin = () => {
      instant++;
      counted.clear();
      begin();
    };
    const rateKbps = allocation.rateKbps.bind(allocation);
    allocation.rateKbps = (source, target) => {
      const rate = rateKbps(source, target);
      // Both ends ask, and a flow may go on within an interval: each counts once.
      const isNew = !counted.has(`${source} ${target}`);
      if (this.#asOfNode(source) !== asId || !isNew) return rate;
      counted.add(`${source} ${target}`);
      const carried = (this.carriedKbps[instant] ??= new Array<number>(table.names.length).fill(0));
      for (const border of crossedBy(table, asId, this.#asOfNode(target))) carried[border]! += rate;
      return rate;
    };
    return allocation;
  }

  #asOfNode(node: number): number {
    let asId = 0;
    while (node >= this.nodesOf(asId).firstNode + this.nodesOf(asId).nodeCount) asId++;
    return asId;
  }
}

function crossedBy({ start, crossed, asCount }: BorderTable, from: number, to: number): number[] {
  const pair = from * asCount + to;
  return [...crossed.subarray(start[pair], start[pair + 1])];
}

describe.each<{ swarm: string; changes: Swarm }>([
  {
    swarm: 'peers that come and go over uplinks',
    changes: { ...LIVING, borders: [{ upKbps: 1_000, downKbps: 1_500 }] },
  },
  {
    swarm: 'leaders behind links and transit, with losses',
    changes: {
      ...FORTY,
      leaderPercent: 30,
      borders: [
        { between: ['AS1', 'transit'], capacityKbps: 700 },
        { as: ['transit'], upKbps: 6_000 },
      ],
      tcp: { windowBits: 400_000, lossPercent: 0.2 },
      topology: { ...FORTY.topology, stubDomains: 8, stubDomainSize: 12 },
    },
  },
])('$swarm', ({ changes }) => {
  const here = simulatedHere(changes, 1);

  const sameOn = async (workers: number): Promise<void> => {
    expect((await simulate(changes, { seed: 1, workers })).result).toEqual(here);
  };
  test.each([1, 2, 7])('have the same result on %d workers', sameOn, 120_000);
});

test('a swarm in which a closed border leaves peers without a source stalls, and says why', async () => {
  const swarm = { ...FORTY, neighbours: 1, borders: [{ as: ['AS0'], upKbps: 0 }] };
  await expect(simulate(swarm, { seed: 1, workers: 1 })).rejects.toThrow(
    /stalled.*open the borders without capacity/,
  );
});
