/** Neighbour selection by policies, and caches of providers, in whole swarms. */

import { describe, expect, test } from 'vitest';

import { swarm as swarmOf, type SwarmConfig } from '../src/configuration/index.ts';
import { forecastPeers } from '../src/swarm/forecast/neighbours.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { CacheClass, LocalitySelection, PeerClass, Swarm } from '../src/swarm/plan/swarm.ts';
import { simulate } from '../src/simulate.ts';
import type { SwarmResult } from '../src/swarm/results/result.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

/** Eight workers start slowly on two cores. */
const TIMEOUT_MS = 120_000;

const BY_HOPS: LocalitySelection = { policy: 'hops', externalPercent: 20, sampleSize: 20 };
const BUDGET: LocalitySelection = { policy: 'budget', interAsConnections: 3 };
const EVERYWHERE: CacheClass = { places: 'all', leads: true };
const REGION: CacheClass = { places: [{ as: 1, serves: [1, 2] }], leads: true };

function cachesOf(caches: CacheClass): PeerClass {
  return { name: 'cache', uploadKbps: 8_000, downloadKbps: 8_000, caches };
}

function withCaches(swarm: Swarm, ...caches: readonly CacheClass[]): Swarm {
  return { ...swarm, classes: [...swarm.classes, ...caches.map(cachesOf)] };
}

const SWARMS: Readonly<Record<string, (swarm: Swarm) => Swarm>> = {
  hops: (swarm) => ({ ...swarm, selection: BY_HOPS }),
  latency: (swarm) => ({ ...swarm, selection: { ...BY_HOPS, policy: 'latency' } }),
  cost: (swarm) => ({ ...swarm, selection: { policy: 'cost', externalPercent: 40 } }),
  budget: (swarm) => ({ ...swarm, selection: BUDGET }),
  'caches that lead': (swarm) => withCaches(swarm, EVERYWHERE),
  'caches that are near': (swarm) => withCaches(swarm, { ...EVERYWHERE, leads: false }),
  'a region, a budget, and leaders elsewhere': (swarm) =>
    withCaches({ ...swarm, selection: BUDGET, leaderPercent: 30 }, REGION),
};

/** Those that remember nothing; variants.test.ts has them on three workers, too. */
function isSimple(name: string): boolean {
  return ['hops', 'cost', 'caches that are near'].includes(name);
}

describe.each([
  ['where all come at once', FORTY],
  ['where peers come and go', LIVING],
])('%s', (_, swarm) => {
  test.each(Object.entries(SWARMS).filter(([name]) => swarm === FORTY || !isSimple(name)))(
    'the result is the same on 1, 2 and 7 workers: %s',
    async (_name, changed) => {
      const here = simulatedHere(changed(swarm), 1);
      expect(here.resultHash).not.toBe(simulatedHere(swarm, 1).resultHash);
      for (const workers of [1, 2, 7]) {
        const { result } = await simulate(changed(swarm), { seed: 1, workers });
        expect(result, `${workers} workers`).toEqual(here);
      }
    },
    TIMEOUT_MS,
  );
});

/** For each peer, whether each neighbour that the tracker names is of another AS. */
function externalCounts(swarm: Swarm, seed: number): number[] {
  const peers = forecastPeers(swarm, seed);
  return peers.map(
    ({ as, neighbours }) => neighbours.filter((id) => peers[id - 1]!.as !== as).length,
  );
}

describe('neighbours', () => {
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

  test('by hops and by latency are mostly of the own AS, which is nearest', () => {
    const selection = { ...BY_HOPS, sampleSize: 39 };
    const uniform = sum(externalCounts(FORTY, 1));
    for (const policy of ['hops', 'latency'] as const) {
      const near = sum(externalCounts({ ...FORTY, selection: { ...selection, policy } }, 1));
      expect(near).toBeLessThan(uniform / 2);
      expect(near).toBeGreaterThan(0);
    }
  });

  test('by latency are the nearest of the sample', () => {
    const selection: LocalitySelection = {
      policy: 'latency',
      externalPercent: 0,
      sampleSize: 39,
    };
    const swarm: Swarm = { ...FORTY, selection };
    const plan = new Plan(makePlan(swarm, 1));
    for (const { id, neighbours } of forecastPeers(swarm, 1)) {
      const ms = (other: number): number => plan.latencyMs(id as never, other as never);
      const others = Array.from({ length: 40 }, (_, i) => i + 1).filter((each) => each !== id);
      const nearest = others.map(ms).sort((a, b) => a - b);
      expect(neighbours.map(ms)).toEqual(nearest.slice(0, 6));
    }
  });

  test('with a budget have so many links with each AS at most', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const peers = forecastPeers({ ...FORTY, selection: BUDGET }, seed);
      const links = new Set(
        peers.flatMap(({ id, as, neighbours }) =>
          neighbours
            .filter((other) => peers[other - 1]!.as !== as)
            .map((other) => [id, other].sort((a, b) => a - b).join()),
        ),
      );
      const ends = [...links].flatMap((link) => link.split(',').map((id) => peers[+id - 1]!.as));
      for (const as of [0, 1, 2, 3]) {
        expect(ends.filter((each) => each === as).length).toBeLessThanOrEqual(3);
      }
      expect(links.size).toBeGreaterThanOrEqual(3);
    }
  });

  test('a budget reduces what crosses borders, and everybody completes', () => {
    const plain = simulatedHere(FORTY, 1);
    const budget = simulatedHere({ ...FORTY, selection: BUDGET }, 1);
    expect(budget.completion.count).toBe(39);
    expect(budget.redundancy).toBeLessThan(plain.redundancy / 2);
  });
});

/** The rows of caches in the table of peers. */
function cachesIn({ peers }: SwarmResult): readonly number[] {
  return [...peers.id.keys()].filter((row) => peers.role[row] === 'cache');
}

describe('caches of providers', () => {
  const cached = withCaches(FORTY, EVERYWHERE);

  test('leave the places, capacities and arrivals of all other peers as they are', () => {
    const without = new Plan(makePlan(FORTY, 3));
    const plan = new Plan(makePlan(cached, 3));
    const moved = plan.nodeCount - without.nodeCount;
    expect(moved).toBe(without.asCount);
    for (let id = 0; id < without.nodeCount; id++) {
      const there = (id <= FORTY.seeds ? id : id + moved) as never;
      expect(plan.domainOf(plan.asOf(there))).toBe(without.domainOf(without.asOf(id as never)));
      expect(plan.arrivesAtMs(there)).toBe(without.arrivesAtMs(id as never));
      expect(plan.capacityOf(there)).toEqual(without.capacityOf(id as never));
      for (let other = 0; other < id; other++) {
        const otherThere = (other <= FORTY.seeds ? other : other + moved) as never;
        expect(plan.latencyMs(there, otherThere)).toBe(
          without.latencyMs(id as never, other as never),
        );
      }
    }
  });

  test('lead their AS: only they, and seeds, get pieces from others', () => {
    const result = simulatedHere(cached, 1);
    const { peers, classes } = result;
    expect(cachesIn(result)).toHaveLength(4);
    expect(new Set(cachesIn(result).map((row) => peers.as[row]))).toEqual(new Set([0, 1, 2, 3]));
    expect(peers.role.filter((role) => role === 'follower')).toHaveLength(39);
    expect(result.leaders.count).toBe(0);
    // That no follower receives a piece from another AS is asserted in every run.
    expect(result.redundancy).toBeLessThan(1.2);
    // They are a class of their own, and no part of the others.
    expect(result.completion.count).toBe(39);
    expect(classes.map(({ name, count }) => [name, count])).toEqual([
      ['slow', 19],
      ['fast', 20],
      ['cache', 4],
    ]);
  });

  test('serve their AS: peers are faster than without', () => {
    const plain = simulatedHere(FORTY, 1).completion.p90Ms!;
    expect(simulatedHere(cached, 1).completion.p90Ms).toBeLessThan(plain);
    const near = simulatedHere(withCaches(FORTY, { ...EVERYWHERE, leads: false }), 1);
    expect(near.completion.p90Ms).toBeLessThan(plain);
    expect(new Set(near.peers.role)).toEqual(new Set(['seed', 'peer', 'cache']));
  });

  test('serve as many peers at a time as they have slots', () => {
    const narrow = withCaches(FORTY, { ...EVERYWHERE, uploadSlots: 1 });
    expect(simulatedHere(narrow, 1).completion.p90Ms).toBeGreaterThan(
      simulatedHere(cached, 1).completion.p90Ms!,
    );
  });

  test('lead only where they are: elsewhere peers are plain, or elect leaders', () => {
    const one: CacheClass = { places: [{ as: 2, serves: [2] }], leads: true };
    for (const [leaderPercent, others] of [
      [undefined, ['peer']],
      [30, ['follower', 'leader']],
    ] as const) {
      const base = leaderPercent === undefined ? FORTY : { ...FORTY, leaderPercent };
      const { peers } = simulatedHere(withCaches(base, one), 1);
      const rolesIn = (isThere: boolean) => [
        ...new Set(
          peers.role.filter((role, row) => role !== 'seed' && (peers.as[row] === 2) === isThere),
        ),
      ];
      expect(rolesIn(true).sort()).toEqual(['cache', 'follower']);
      expect(rolesIn(false).sort()).toEqual(others);
    }
  });

  test('lead a region: its peers exchange pieces, and follow one cache', () => {
    const result = simulatedHere(withCaches(FORTY, REGION), 1);
    const { peers, trafficBits, asCount } = result;
    const bits = (from: number, to: number): number => trafficBits[from * asCount + to]!;
    expect(cachesIn(result).map((row) => peers.as[row])).toEqual([1]);
    const roles = peers.role.filter((role, row) => peers.as[row] === 2 && role !== 'seed');
    expect(new Set(roles)).toEqual(new Set(['follower']));
    expect(bits(1, 2)).toBeGreaterThan(0);
    // From outside, pieces come to the AS of the cache only.
    expect(bits(0, 2) + bits(3, 2)).toBe(0);
    expect(bits(0, 1) + bits(3, 1)).toBeGreaterThan(0);
  });

  test('are left out of AS where nobody lives', () => {
    const crowded: Swarm = {
      ...FORTY,
      classes: FORTY.classes.map((each) => ({ ...each, homes: [{ as: 1, share: 1 }] })),
    };
    const result = simulatedHere(withCaches(crowded, EVERYWHERE), 1);
    expect(cachesIn(result)).toHaveLength(1);
    const empty: CacheClass = { places: [{ as: 3, serves: [3, 0] }], leads: true };
    expect(cachesIn(simulatedHere(withCaches(crowded, empty), 1))).toHaveLength(0);
  });

  test('neither end a run nor count among those who come and go', () => {
    const session = { seedsFor: { distribution: 'fixed', value: 60_000 } } as const;
    const leaving: Swarm = {
      ...FORTY,
      horizonMs: 3_600_000,
      classes: FORTY.classes.map((each) => ({ ...each, session })),
    };
    for (const event of ['complete', 'empty'] as const) {
      const swarm: Swarm = { ...leaving, endsOn: { event } };
      const result = simulatedHere(withCaches(swarm, { ...EVERYWHERE, leads: false }), 1);
      const { end, churn, peers } = result;
      expect(end!.reason).toBe(event);
      expect(churn).toMatchObject({ arrivals: 40, completions: 39 });
      expect(churn!.seedsAtEnd + churn!.leechersAtEnd).toBe(event === 'complete' ? 40 : 0);
      const departed = cachesIn(result).filter((row) => !Number.isNaN(peers.leftAtMs[row]));
      expect(departed).toEqual([]);
    }
  });

  test('are spared by faults', () => {
    const config: SwarmConfig = {
      peers: 40,
      file: { pieces: 16 },
      network: { as: 4 },
      until: { time: '1 h', event: 'complete' },
      cache: { providerCaches: [{ as: 'all' }] },
      faults: [{ at: '5 s', crash: { peers: '50 %' } }],
    };
    const { peers } = simulatedHere(swarmOf(config), 1);
    const crashed = peers.role.filter((_, row) => peers.departure[row] === 'crashed');
    expect(crashed.length).toBeGreaterThan(10);
    expect(crashed).not.toContain('cache');
  });
});
