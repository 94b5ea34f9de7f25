/** Swarms on topologies from files: results do not depend on the number of workers. */

import { describe, expect, test } from 'vitest';

import { swarm as swarmOf, type SwarmConfig } from '../src/configuration/index.ts';
import { simulate } from '../src/simulate.ts';
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

describe.each([
  { what: 'that all arrive at the start', config: SWARM },
  { what: 'that come and go', config: LIVING },
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
