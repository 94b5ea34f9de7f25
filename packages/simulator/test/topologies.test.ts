/** Swarms on topologies from files: results do not depend on the number of workers. */

import type { PeerId } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { swarm as swarmOf, type SwarmConfig } from '../src/configuration/index.ts';
import type { RelationshipData } from '../src/network/as-network.ts';
import { RelationshipNetwork } from '../src/network/relationship-network.ts';
import { simulate } from '../src/simulate.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { RELATIONSHIPS } from './swarm/swarms.ts';

const { network } = RELATIONSHIPS;

const SWARM: SwarmConfig = {
  peers: 60,
  seeds: { as: 'AS1' },
  classes: [
    { name: 'home', share: 70 },
    { name: 'campus', share: 30, as: [17, { index: 'AS18', share: 3 }] },
  ],
  file: { pieces: 16, pieceSize: '64 KiB' },
  network: {
    topology: 'relationships',
    topologyFile: { name: 'rel.txt', network },
    hosts: { count: 5 },
    sizes: 'equal',
  },
  faults: [{ at: '2 s', cut: { as: 'AS17' }, for: '3 s' }],
};

const LIVING: SwarmConfig = {
  ...SWARM,
  peers: 1,
  until: '4 min',
  classes: [
    { name: 'home', arrivals: { rate: '1/s', until: '1 min' }, leaves: { after: '20 s' } },
    { name: 'campus', arrivals: { trace: [{ time: '5 s', as: 'as19' }, { time: '9 s' }] } },
  ],
};

/** What keeps traffic local: routes, which decide who is near, and a cache of a provider. */
const LOCAL: SwarmConfig = {
  ...SWARM,
  tracker: { neighbourSelection: 'hops', sampleSize: 30 },
  cache: { leaders: 30, providerCaches: [{ as: ['AS17', '18'], upload: '20 Mbit/s' }] },
};

describe.each([
  { what: 'that all arrive at the start', config: SWARM },
  { what: 'that come and go', config: LIVING },
  { what: 'that are near by hops, and have caches', config: LOCAL },
])('peers $what', ({ config }) => {
  const swarm = swarmOf(config);
  const here = simulatedHere(swarm, 3);

  test.each([1, 2, 7])('have the same result on %d workers', async (workers) => {
    expect((await simulate(swarm, { seed: 3, workers })).result).toEqual(here);
  });

  test('have another result in other AS', () => {
    expect(simulatedHere(swarm, 4).resultHash).not.toBe(here.resultHash);
  });
});

test('a cache of a provider is one more node of its AS', () => {
  const without = new Plan(makePlan(swarmOf({ ...LOCAL, cache: { leaders: 30 } }), 3));
  const plan = new Plan(makePlan(swarmOf(LOCAL), 3));
  const { seeds } = plan.swarm;
  const caches = [seeds + 1, seeds + 2] as PeerId[];
  expect(plan.nodeCount).toBe(without.nodeCount + 2);
  expect(caches.every((id) => plan.isCache(id))).toBe(true);
  expect(caches.map((id) => plan.asNames![plan.asOf(id)])).toEqual(['AS17', 'AS18']);
  // All others live where they live without them.
  for (let id = 0; id < without.nodeCount; id++) {
    const there = (id <= seeds ? id : id + 2) as PeerId;
    expect(plan.asOf(there)).toBe(without.asOf(id as PeerId));
    expect(plan.arrivesAtMs(there)).toBe(without.arrivesAtMs(id as PeerId));
  }
});

test('a cost map names AS as all else does', () => {
  const costMap = [
    { from: 'AS17', to: 18, cost: 3 },
    { from: 'as18', to: '17', cost: 1 },
  ];
  const swarm = swarmOf({ ...SWARM, tracker: { neighbourSelection: 'cost', costMap } });
  const byName = new RelationshipNetwork(network as RelationshipData, 'rel.txt', {
    hopMs: 20,
    intraMs: 5,
  });
  const [from, to] = ['AS17', 'AS18'].map((name) => byName.indexOf(name));
  expect(swarm.selection).toMatchObject({
    costs: [
      { from, to, cost: 3 },
      { from: to, to: from, cost: 1 },
    ],
  });
});

test.each([
  [{ cache: { providerCaches: [{ as: 'AS99' }] } }, 'cache.providerCaches[0].as'],
  [{ cache: { providerCaches: [{ region: ['AS11', 99] }] } }, 'cache.providerCaches[0].region[1]'],
  [
    { tracker: { neighbourSelection: 'cost', costMap: [{ from: 'AS11', to: 'x', cost: 1 }] } },
    'tracker.costMap[0].to',
  ],
] as const)('an AS that is not in the file is refused: %j', (more, at) => {
  const resolve = () => swarmOf({ ...SWARM, ...more });
  expect(resolve).toThrow(`${at}: is `);
  expect(resolve).toThrow('an AS that is not in rel.txt');
});
describe('a throttled link between two AS of a file', () => {
  // All that AS11 gets comes from AS1, its only provider, or from AS12, its only peer.
  const { faults: _, ...swarmWithoutCut } = SWARM;
  const throttled: SwarmConfig = {
    ...swarmWithoutCut,
    seeds: { as: 'AS12' },
    classes: [{ name: 'home', share: 100, as: ['AS11'] }],
    network: { ...SWARM.network, borders: [{ between: [11, 'AS12'], capacity: '400 kbit/s' }] },
  };
  const swarm = swarmOf(throttled);
  const here = simulatedHere(swarm, 3);

  test('lets the file through no faster than its capacity', () => {
    const fileBits = swarm.pieces * swarm.pieceBits;
    expect(here.durationMs).toBeGreaterThan(fileBits / 400);
    const { borders: _, ...network } = throttled.network!;
    expect(simulatedHere(swarmOf({ ...throttled, network }), 3).durationMs).toBeLessThan(
      fileBits / 400,
    );
  });

  test.each([1, 2])('gives the same result on %d workers', async (workers) => {
    expect((await simulate(swarm, { seed: 3, workers })).result).toEqual(here);
  });

  test('gives a bill of the same traffic, on the same routes', () => {
    const network = { ...throttled.network, prices: { transit: 2 } };
    const { borders, ...others } = simulatedHere(swarmOf({ ...throttled, network }), 3);
    expect(others.resultHash).toBe(here.resultHash);
    const crossed = borders!.links.filter(({ bytes, bytesBack }) => bytes + bytesBack > 0);
    expect(crossed.map(({ from, to }) => [from, to])).toEqual([['AS11', 'AS12']]);
  });

  test('has no effect if no route crosses it', () => {
    const elsewhere = { between: ['AS1', 'AS2'], capacity: 0 };
    const { borders: _, ...network } = throttled.network!;
    const free = simulatedHere(swarmOf({ ...throttled, network }), 3);
    const network2 = { ...network, borders: [elsewhere] };
    expect(simulatedHere(swarmOf({ ...throttled, network: network2 }), 3)).toEqual(free);
  });
});
