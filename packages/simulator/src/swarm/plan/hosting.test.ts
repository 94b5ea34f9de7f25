/** Which AS host peers, how many, and how they are laid out. */

import { describe, expect, test } from 'vitest';

import { FORTY, RELATIONSHIPS } from '../../../test/swarm/swarms.ts';
import { swarm as swarmOf, type SwarmConfig } from '../../configuration/index.ts';
import { SwarmError } from '../../errors.ts';
import { windowOf } from '../forecast/window.ts';
import { effectiveHostCount } from './hosting.ts';
import { openNetwork } from './lay-out.ts';
import { makePlan } from './make-plan.ts';
import type { AsSizes, FileTopology, Hosts, LocalitySelection, Swarm } from './swarm.ts';

/** 1, 2 and 3 are at the top; 11 to 19 have no customers; 30 and 31 are an island. */
const { network } = RELATIONSHIPS;
const TEXT = network.kind === 'relationships' ? network.text : '';
const ISLAND = `${TEXT}\n30|31|-1`;

const NETWORK: SwarmConfig['network'] = {
  topology: 'relationships',
  topologyFile: { name: 'rel.txt', network },
};

function swarmIn(more: SwarmConfig['network'], rest: Partial<SwarmConfig> = {}): Swarm {
  return swarmOf({ peers: 100, file: { pieces: 8 }, network: { ...NETWORK, ...more }, ...rest });
}

/** The number of peers of each AS, by name; the tracker is left out. */
function peersByAs(swarm: Swarm, seed = 1): Record<string, number> {
  const { placement } = makePlan(swarm, seed);
  const named = openNetwork(swarm.topology as FileTopology);
  const counts: Record<string, number> = {};
  for (let id = 1; id < placement.nodeCount; id++) {
    const asId = placement.asOfNode[placement.nodeOfArrival[id]!]!;
    const name = named.nameOf(placement.domainOfAs[asId]!);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('peers', () => {
  test('are divided equally between all AS without customers', () => {
    const counts = peersByAs(swarmIn({}, { peers: 90 }));
    expect(counts).toEqual(
      Object.fromEntries([11, 12, 13, 14, 15, 16, 17, 18, 19].map((as) => [`AS${as}`, 10])),
    );
  });

  test.each([
    {
      rule: 'by the shares of listed AS',
      more: {
        hosts: [
          { as: 'AS12', share: 3 },
          { as: 1, share: 1 },
        ],
      },
      counts: { AS12: 75, AS1: 25 },
    },
    {
      rule: 'equally, if AS are listed without shares',
      more: { hosts: ['AS12', 13] },
      counts: { AS12: 50, AS13: 50 },
    },
    {
      rule: 'by Zipf’s law, in the order of the list',
      more: { hosts: ['AS12', 11], sizes: 'zipf' },
      counts: { AS12: 67, AS11: 33 },
    },
    {
      rule: 'by Zipf’s law with an exponent',
      more: { hosts: ['AS12', 11], sizes: { zipf: 2 } },
      counts: { AS12: 80, AS11: 20 },
    },
    {
      rule: 'by the sizes of a list',
      more: { hosts: ['AS12', 11, 13], sizes: [1, 0, 4] },
      counts: { AS12: 20, AS13: 80 },
    },
    {
      rule: 'by the users of drawn AS',
      more: {
        hosts: {
          count: 2,
          users: {
            name: 'u.csv',
            rows: [
              ['AS11', 300],
              [12, 100],
              ['AS99', 7],
            ],
          },
        },
        sizes: 'users',
      },
      counts: { AS11: 75, AS12: 25 },
    },
  ] as const)('are divided $rule', ({ more, counts }) => {
    expect(peersByAs(swarmIn(more))).toEqual(counts);
  });

  test('of a class with AS of its own live there, also if these host no others', () => {
    const classes = [
      { name: 'a', count: 39 },
      { name: 'b', count: 60, as: 'AS4' },
    ];
    const counts = peersByAs(swarmIn({ hosts: ['AS11', 'AS12'] }, { classes }));
    expect(counts).toEqual({ AS11: 20, AS12: 20, AS4: 60 });
  });

  test('that arrive draw an AS each, by the sizes', () => {
    const swarm = swarmIn(
      {
        hosts: [
          { as: 11, share: 3 },
          { as: 12, share: 1 },
        ],
      },
      { peers: 1, until: '1 h', classes: [{ name: 'a', arrivals: { at: 0, count: 4_000 } }] },
    );
    const { AS11 = 0, AS12 = 0 } = peersByAs(swarm);
    expect(AS11 + AS12).toBe(4_001);
    expect(Math.abs(AS11 - 3_000)).toBeLessThan(5 * Math.sqrt(4_000 * 0.75 * 0.25));
  });

  test.each([
    { sizes: { sizes: 'equal' }, counts: [10, 10, 10, 10] },
    { sizes: { sizes: 'zipf', exponent: 1 }, counts: [19, 10, 6, 5] },
    { sizes: { sizes: 'given', shares: [3, 0, 0, 1] }, counts: [30, 0, 0, 10] },
  ] as const)('are divided between stubs, too: $sizes', ({ sizes, counts }) => {
    const swarm = { ...FORTY, topology: { ...FORTY.topology, sizes } as Swarm['topology'] };
    const { placement } = makePlan(swarm, 1);
    const found = [0, 0, 0, 0];
    for (let id = 1; id < placement.nodeCount; id++) {
      found[placement.domainOfAs[placement.asOfNode[placement.nodeOfArrival[id]!]!]!]!++;
    }
    expect(found).toEqual(counts);
  });
});

describe('AS that are drawn', () => {
  const drawnWith = (hosts: Hosts, seeds: number, text = TEXT): Record<string, number> => {
    const counts: Record<string, number> = {};
    const base = swarmIn({}).topology as FileTopology;
    const topology = { ...base, network: { kind: 'relationships', text } as const, hosts };
    for (let seed = 1; seed <= seeds; seed++) {
      for (const name of Object.keys(peersByAs({ ...swarmIn({}), topology }, seed))) {
        counts[name] = (counts[name] ?? 0) + 1;
      }
    }
    return counts;
  };

  test('have no customers, and are drawn with the seed', () => {
    const counts = drawnWith({ count: 3, by: 'uniform' }, 60);
    expect(Object.keys(counts).toSorted()).toEqual(
      [11, 12, 13, 14, 15, 16, 17, 18, 19].map((as) => `AS${as}`),
    );
    expect(drawnWith({ count: 3, by: 'uniform' }, 5)).toEqual(
      drawnWith({ count: 3, by: 'uniform' }, 5),
    );
  });

  test('by their customer cones are more often those that have customers', () => {
    const counts = drawnWith({ count: 1, by: 'cone' }, 100);
    // The cone of 1 has 5 of 27 AS, that of 19 only itself.
    expect(counts['AS1']).toBeGreaterThan(8);
    expect(counts['AS19'] ?? 0).toBeLessThan(12);
  });

  test('by their users are never those without', () => {
    const users = [
      [5, 900],
      [6, 100],
    ] as const;
    const counts = drawnWith({ count: 1, by: 'users', users }, 60);
    expect(Object.keys(counts)).toHaveLength(2);
  });

  test('reach one another: those on an island are passed over', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const counts = drawnWith({ count: 9, by: 'uniform' }, 1, ISLAND);
      expect(counts['AS31']).toBe(undefined);
    }
    expect(() => drawnWith({ count: 10, by: 'uniform' }, 1, ISLAND)).toThrow(
      /asks for 10 AS, but there are only 9 without customers, and 1 others have no route to these/,
    );
  });
});

test('AS that are named must reach one another', () => {
  const swarm = swarmIn({
    topologyFile: { name: 'rel.txt', network: { kind: 'relationships', text: ISLAND } },
    hosts: ['AS11', 'AS31', 'AS12'],
  });
  expect(() => makePlan(swarm, 1)).toThrow(SwarmError);
  expect(() => makePlan(swarm, 1)).toThrow(
    /^topology.hosts: there is no route from AS11 to AS31, nor between 2 other pairs; let AS31 host no/,
  );
});

describe('a plan', () => {
  const BY_HOPS: LocalitySelection = { policy: 'hops', externalPercent: 20, sampleSize: 20 };

  test('has routes if something follows them, with the AS that have nodes first', () => {
    const swarm = swarmIn({ hosts: ['AS11', 'AS12', 'AS13'] });
    expect(makePlan(swarm, 1).routes).toBe(undefined);
    const { routes, placement, asNames } = makePlan({ ...swarm, selection: BY_HOPS }, 1);
    expect(asNames).toEqual(['AS11', 'AS12', 'AS13']);
    expect(routes!.names.slice(0, 3)).toEqual(['AS11', 'AS12', 'AS13']);
    expect(routes!.start).toHaveLength(placement.asCount ** 2 + 1);
  });

  test('has an uplink of each AS as routes of a transit–stub topology', () => {
    const { routes } = makePlan({ ...FORTY, selection: BY_HOPS }, 1);
    expect(routes!.names).toEqual(['AS0', 'AS1', 'AS2', 'AS3', 'transit']);
    expect([...routes!.links.from]).toEqual([0, 1, 2, 3]);
    expect([...routes!.steps.subarray(0, 2)]).toEqual([0, 3]);
  });
});

describe('the window of synchronization', () => {
  test('is the smallest latency between AS that have nodes', () => {
    // 11 and 12 are peers: 5 ms and one hop.
    expect(windowOf(swarmIn({ hosts: ['AS19', 'AS11', 'AS12'] }), 1)).toMatchObject({
      asCount: 3,
      windowMs: 25,
      between: ['AS11', 'AS12'],
      links: { most: 4 },
    });
  });

  test('is one time for all messages, if so', () => {
    expect(windowOf(swarmIn({ latency: '7 ms' }), 1).windowMs).toBe(7);
  });

  test('is not there in a single AS', () => {
    expect(windowOf(swarmIn({ hosts: ['AS19'] }), 1)).toEqual({ asCount: 1 });
  });

  test('of a transit–stub topology is above twice the shortest link to the backbone', () => {
    expect(windowOf(FORTY, 1).windowMs).toBeGreaterThanOrEqual(196);
  });
});

test.each([
  { sizes: { sizes: 'equal' }, count: 4 },
  { sizes: { sizes: 'given', shares: [1, 0, 0, 1] }, count: 2 },
  { sizes: { sizes: 'given', shares: [1, 0, 0, 0] }, count: 1 },
] as const)('of sizes $sizes, peers have as many others at home as in $count AS', (each) => {
  const topology = { ...FORTY.topology, sizes: each.sizes as AsSizes } as Swarm['topology'];
  expect(effectiveHostCount({ topology })).toBeCloseTo(each.count);
});
