import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import type { BorderLimit } from '../plan/borders.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import type { PeerClass, Swarm } from '../plan/swarm.ts';
import { minimumDistributionTimeMs } from './minimum-time.ts';
import { preflight } from './preflight.ts';

/** A seed in AS 0, and leechers in AS 1 and 2. */
const LEECHER: PeerClass = { name: 'a', count: 10, uploadKbps: 1_000, downloadKbps: 9_000 };
const SPREAD: Swarm = {
  ...FORTY,
  minPeers: 21,
  classes: [
    { name: 'seed', count: 1, uploadKbps: 5_000, downloadKbps: 0, homes: [{ as: 0, share: 1 }] },
    { ...LEECHER, homes: [{ as: 1, share: 1 }] },
    { ...LEECHER, name: 'b', homes: [{ as: 2, share: 1 }] },
  ],
};

function problemWith(borders: BorderLimit[], changes: Partial<Swarm> = {}): string | undefined {
  return preflight(new Plan(makePlan({ ...SPREAD, ...changes, borders }, 1))).problem?.problem;
}

describe('borders without capacity', () => {
  test('into an AS without a seed: nobody there could complete', () => {
    expect(problemWith([{ as: ['AS2'], downKbps: 0 }])).toBe(
      'have no capacity on any way from a seed to AS2, such as that into AS2: ' +
        '10 peers there could never complete',
    );
  });

  test('out of the AS of the only seed', () => {
    expect(problemWith([{ as: ['AS0'], upKbps: 0 }])).toContain('such as that out of AS0');
  });

  test('out of an AS without a seed harm nobody', () => {
    expect(problemWith([{ as: ['AS1'], upKbps: 0 }])).toBeUndefined();
  });

  test('into the AS of the seed harm nobody', () => {
    expect(problemWith([{ as: ['AS0'], downKbps: 0 }])).toBeUndefined();
  });

  test('into an AS with a seed of its own', () => {
    const [seed, a, b] = SPREAD.classes as [PeerClass, PeerClass, PeerClass];
    const second = { ...seed, homes: [{ as: 2, share: 1 }] };
    const changes = { seeds: 2, minPeers: 22, classes: [seed, second, a, b] };
    expect(problemWith([{ as: ['AS2'], downKbps: 0 }], changes)).toBeUndefined();
  });

  test('of all AS', () => {
    expect(problemWith([{ upKbps: 0 }])).toContain('have no capacity');
  });

  test('are refused before the run', async () => {
    const swarm = { ...SPREAD, borders: [{ as: ['AS1'], downKbps: 0 }] };
    await expect(simulate(swarm, { seed: 1, workers: 1 })).rejects.toThrow(/^borders: have no/);
  });
});

describe('the minimum distribution time', () => {
  const FILE_BITS = FORTY.pieces * FORTY.pieceBits;
  const leastKbps = (borders: BorderLimit[], changes: Partial<Swarm> = {}): number =>
    FILE_BITS / minimumDistributionTimeMs({ ...SPREAD, ...changes, borders });
  const without = leastKbps([]);

  test.each<{ rule: string; borders: BorderLimit[]; kbps: number; changes?: Partial<Swarm> }>([
    { rule: 'is that of the uplink of the seed', borders: [{ upKbps: 300 }], kbps: 300 },
    {
      rule: 'is that of the narrowest downlink of leechers',
      borders: [{ downKbps: 300 }, { as: ['AS2'], downKbps: 200 }],
      kbps: 200,
    },
    {
      rule: 'does not depend on borders that nobody has to cross',
      borders: [
        { as: ['AS0'], downKbps: 1 },
        { as: ['AS1'], upKbps: 1 },
      ],
      kbps: without,
    },
    {
      rule: 'takes the widest of the borders that leechers may be behind',
      borders: [{ downKbps: 300 }, { as: ['AS2'], downKbps: 200 }],
      changes: { classes: [SPREAD.classes[0]!, { ...LEECHER, count: 20 }] },
      kbps: 300,
    },
    {
      rule: 'takes the widest of the borders that the seed may be behind',
      borders: [{ upKbps: 300 }, { as: ['AS2'], upKbps: 400 }],
      changes: { classes: FORTY.classes, minPeers: 40 },
      kbps: 400,
    },
    {
      rule: 'does not depend on borders if all live in one AS',
      borders: [{ upKbps: 1, downKbps: 1 }],
      changes: {
        classes: SPREAD.classes.map((each) => ({ ...each, homes: [{ as: 0, share: 1 }] })),
      },
      kbps: without,
    },
  ])('$rule', ({ borders, kbps, changes = {} }) => {
    expect(leastKbps(borders, changes)).toBeCloseTo(kbps, 6);
  });
});
