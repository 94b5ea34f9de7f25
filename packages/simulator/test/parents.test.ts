/** Leaders that get pieces through those of a parent AS, and leaders divided by price. */

import type { PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { swarm as swarmOf, type SwarmConfig } from '../src/configuration/index.ts';
import { simulate } from '../src/simulate.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { Parents, PeerClass, Swarm } from '../src/swarm/plan/swarm.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

/** Eight workers start slowly on two cores. */
const TIMEOUT_MS = 120_000;

const LEADERS: Swarm = { ...FORTY, leaderPercent: 30 };

/** AS 0 is above 1, which is above 2; 3 has no parent. */
const CHAIN: Parents = [
  { as: 2, parent: 1 },
  { as: 1, parent: 0 },
];

const CACHE: PeerClass = {
  name: 'cache',
  uploadKbps: 8_000,
  downloadKbps: 8_000,
  caches: { places: 'all', leads: true },
};

describe('where AS have parents', () => {
  test.each([
    ['leaders that are elected', LEADERS],
    ['leaders in three sub-torrents', { ...LEADERS, subTorrents: 3 }],
    ['caches of providers', { ...FORTY, classes: [...FORTY.classes, CACHE] }],
  ] as const)('pieces come from the parent only, and everybody completes: %s', (_, swarm) => {
    for (let seed = 1; seed <= 6; seed++) {
      const { trafficBits, asCount, completion } = simulatedHere(
        { ...swarm, parents: CHAIN },
        seed,
      );
      expect(completion.count, `seed ${seed}`).toBe(39);
      const plan = new Plan(makePlan(swarm, seed));
      const sent = (from: number, to: number): number => {
        const index = (domain: number) =>
          Array.from({ length: asCount }, (_, as) => as).find(
            (as) => plan.domainOf(as) === domain,
          )!;
        return trafficBits[index(from) * asCount + index(to)]!;
      };
      for (const from of [0, 3]) expect(sent(from, 2), `seed ${seed}`).toBe(0);
      for (const from of [2, 3]) expect(sent(from, 1), `seed ${seed}`).toBe(0);
      // The first peer is the seed: where it lives, nothing has to come from elsewhere.
      const ofSeed = plan.domainOf(plan.asOf(1 as PeerId));
      if (ofSeed !== 2) expect(sent(1, 2), `seed ${seed}`).toBeGreaterThan(0);
      if (ofSeed !== 1) expect(sent(0, 1), `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  test('the AS above them sends more, and all others together less', () => {
    const redundancy = (parents?: Parents): number =>
      simulatedHere({ ...LEADERS, ...(parents === undefined ? {} : { parents }) }, 1).redundancy;
    const star: Parents = [1, 2, 3].map((as) => ({ as, parent: 0 }));
    expect(redundancy(star)).toBeLessThan(redundancy());
  });
});

test.each(Array.from({ length: 12 }, (_, n) => `parents ${n}`))(
  'everybody completes under random parents: seed %s',
  (seed) => {
    const random = seededRandom(seed);
    for (let run = 0; run < 4; run++) {
      // AS in random order: each may have one before it as its parent.
      const order = [0, 1, 2, 3].sort(() => random.unit() - 0.5);
      const parents = order.flatMap((as, i) =>
        i > 0 && random.below(4) > 0 ? [{ as, parent: order[random.below(i)]! }] : [],
      );
      if (parents.length === 0) continue;
      const bound = random.below(2) === 0 ? {} : { connectionsMax: 10 + random.below(20) };
      const options = { ...bound, subTorrents: 1 + random.below(2), parents };
      const leaders = { ...options, leaderPercent: 10 + random.below(40) };
      const at = `${seed}, run ${run}`;
      const { completion } = simulatedHere({ ...FORTY, ...leaders }, run + 1);
      expect(completion.count, at).toBe(39);
      // Of those who come and go, some give up: it is enough that the run ends as it should.
      expect(
        simulatedHere({ ...LIVING, ...leaders }, run + 1).completion.count,
        at,
      ).toBeGreaterThan(0);
    }
  },
  TIMEOUT_MS,
);

describe.each([
  ['where all come at once', LEADERS],
  ['where peers come and go', { ...LIVING, leaderPercent: 30 }],
  ['with few connections', { ...LEADERS, connectionsMax: 12 }],
] as const)('%s', (_, swarm) => {
  test(
    'the result is the same on 1, 2 and 7 workers',
    async () => {
      const withParents = { ...swarm, parents: CHAIN };
      const here = simulatedHere(withParents, 1);
      expect(here.resultHash).not.toBe(simulatedHere(swarm, 1).resultHash);
      for (const workers of [1, 2, 7]) {
        const { result } = await simulate(withParents, { seed: 1, workers });
        expect(result, `${workers} workers`).toEqual(here);
      }
    },
    TIMEOUT_MS,
  );
});

/** 21 and 22 are customers of 11, 23 of 12, these of 1; 21 and 22 are peers, and 12 and 22. */
const TREE = '1|11|-1\n1|12|-1\n11|21|-1\n11|22|-1\n12|23|-1\n21|22|0\n12|22|0\n';

function onTree(cache: SwarmConfig['cache'], more: Partial<SwarmConfig> = {}): SwarmConfig {
  return {
    peers: 60,
    file: { size: '4 MiB' },
    seeds: { as: 'AS1' },
    network: {
      topology: 'relationships',
      topologyFile: { name: 'tree.txt', network: { kind: 'relationships', text: TREE } },
      hosts: ['AS1', 'AS11', 'AS12', 'AS21', 'AS22', 'AS23'],
      sizes: 'equal',
    },
    cache: { leaders: 30, ...cache },
    ...more,
  };
}

/** For each AS by name its parent. */
function parentsIn(config: SwarmConfig): Record<string, string | undefined> {
  const plan = new Plan(makePlan(swarmOf(config), 1));
  const names = plan.asNames!;
  return Object.fromEntries(
    names.map((name, asId) => [name, names[plan.parentOf?.(asId as never) ?? -1]]),
  );
}

describe('the parent of an AS', () => {
  test.each([
    {
      parents: 'providers',
      is: { AS1: undefined, AS11: 'AS1', AS12: 'AS1', AS21: 'AS11', AS22: 'AS11', AS23: 'AS12' },
    },
    {
      // 12 has the larger cone of the two peers of 22.
      parents: 'peers',
      is: { AS1: undefined, AS11: undefined, AS12: undefined, AS22: 'AS12' },
    },
    {
      parents: 'cheapest',
      is: { AS1: undefined, AS11: 'AS1', AS12: 'AS1', AS21: 'AS11', AS22: 'AS12', AS23: 'AS12' },
    },
    {
      parents: [
        { as: 'AS21', parent: 12 },
        { as: 23, parent: 'as1' },
      ],
      is: { AS21: 'AS12', AS22: undefined, AS23: 'AS1' },
    },
  ] as const)('is above it: $parents', ({ parents, is }) => {
    expect(parentsIn(onTree({ parents }))).toMatchObject(is);
  });

  test('is passed over if nobody lives there', () => {
    const { network } = onTree({});
    const hosts = ['AS1', 'AS21', 'AS22'];
    const listed = [
      { as: 'AS21', parent: 'AS11' },
      { as: 'AS11', parent: 'AS1' },
    ];
    expect(parentsIn(onTree({ parents: listed }, { network: { ...network!, hosts } }))).toEqual({
      AS1: undefined,
      AS21: 'AS1',
      AS22: undefined,
    });
  });

  test.each([
    [{ parents: [] }, 'cache.parents: is empty'],
    [
      { parents: [{ as: 'AS99', parent: 'AS1' }] },
      'cache.parents[0].as: is "AS99", an AS that is not',
    ],
    [
      { parents: [{ as: 'AS1', parent: 'AS1' }] },
      'cache.parents[0].parent: makes an AS its own parent',
    ],
    [
      {
        parents: [
          { as: 'AS1', parent: 'AS11' },
          { as: 'AS11', parent: 'AS21' },
          { as: 'AS21', parent: 'AS1' },
        ],
      },
      'cache.parents[0].parent: makes an AS its own parent',
    ],
    [
      {
        parents: [
          { as: 'AS21', parent: 'AS11' },
          { as: 'AS21', parent: 'AS1' },
        ],
      },
      'cache.parents[1].as: names an AS that has a parent already',
    ],
    [{ leaderShare: 'price' }, 'cache.leaderShare: divides leaders by price, but traffic has none'],
  ] as const)('is refused: %j', (cache, message) => {
    expect(() => swarmOf(onTree(cache as SwarmConfig['cache']))).toThrow(message);
  });

  test('has no effect without leaders', () => {
    const { cache: _, ...plain } = onTree({});
    expect(() => swarmOf({ ...plain, cache: { parents: 'peers' } })).toThrow(
      'cache.parents: have no effect without leaders',
    );
    expect(() => swarmOf({ ...plain, cache: { leaderShare: 'price' } })).toThrow(
      'cache.leaderShare: has no effect without leaders',
    );
  });

  test('cannot be found where relationships are not known, or no neighbours host peers', () => {
    const inStubs = swarmOf({
      peers: 40,
      file: { size: '1 MiB' },
      cache: { leaders: 30, parents: 'providers' },
    });
    expect(() => makePlan(inStubs, 1)).toThrow('does not say who is a provider or a peer of whom');
    const { network } = onTree({});
    const apart = { ...network!, hosts: ['AS21', 'AS23'] };
    const swarm = swarmOf(
      onTree({ parents: 'providers' }, { network: apart, seeds: { as: 'AS21' } }),
    );
    expect(() => makePlan(swarm, 1)).toThrow('no AS that hosts peers has a provider that does');
  });
});

describe('leaders that are divided by price', () => {
  const prices = { transit: 2, exceptions: [{ as: 'AS23', transit: 8 }] };
  const { network } = onTree({});
  const priced = onTree(
    { leaders: 20, leaderShare: 'price' },
    { network: { ...network!, prices } },
  );

  test('are fewer, the more an AS pays for what enters it', () => {
    const plan = new Plan(makePlan(swarmOf(priced), 1));
    const percents = plan.asNames!.map((name, as) => [name, plan.electionIn(as)!.leaderPercent]);
    // Of five others: AS1 has customers only; AS11 hears three from above, AS12 two of them (22 is
    // its peer); 21 pays for three (22 is its peer), 22 for two, and 23 for all.
    const paid = { AS1: 0, AS11: 1.2, AS12: 1.2, AS21: 1.6, AS22: 0.8, AS23: 8 };
    const mean = Object.values(paid).reduce((a, b) => a + b) / 6;
    for (const [name, percent] of percents) {
      const price = paid[name as keyof typeof paid];
      const expected = price === 0 ? 100 : Math.min(100, (20 * mean) / price);
      expect(percent, String(name)).toBeCloseTo(expected, 9);
    }
  });

  test('lead in the run', () => {
    const { peers } = simulatedHere(swarmOf(priced), 1);
    const leadersIn = (as: number) =>
      [...peers.id.keys()].filter((row) => peers.as[row] === as && peers.role[row] === 'leader');
    // 60 peers in six AS; the seed is one more of AS1, and no leader in results.
    expect([0, 5].map((as) => leadersIn(as).length)).toEqual([10, 1]);
  });
});
