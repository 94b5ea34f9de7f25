/** The first promise of the simulator: the same swarm and seed give the same result, to the bit. */

import { simulate, type Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { observe } from './observed.ts';
import { smallSwarm, VARIANTS } from './swarms.ts';

/** More AS than 7 workers, so that one worker each is yet another number. */
const SYSTEMS = 8;
/** Eight threads take their time to start where there are two cores. */
const SLOW_MS = 120_000;
const small = (rules: 'client' | 'original', but: Partial<Swarm>) =>
  smallSwarm({ peers: 24, asCount: SYSTEMS, pieces: 24, rules, changes: but });

const hashHere = (swarm: Swarm, seed: number) => observe(swarm, seed).result.resultHash;
const hashOn = async (workers: number | 'as', swarm: Swarm, seed: number) =>
  (await simulate(swarm, { seed, workers })).result.resultHash;

describe('BitTorrent and CacheTorrent come to the same on any number of workers', () => {
  test.each(VARIANTS.slice(0, 2))('$variant', async ({ but }) => {
    const swarm = small('client', but);
    const hash = hashHere(swarm, 1);
    for (const workers of [1, 2, 3, 7, 'as'] as const) {
      expect(await hashOn(workers, swarm, 1), `${workers} workers`).toBe(hash);
    }
  }, SLOW_MS);
});

describe.each(['client', 'original'] as const)('by the rules of the %s', (rules) => {
  test.each(VARIANTS)('$variant comes to the same on 1, 2 and 3 workers', async ({ but }) => {
    const swarm = small(rules, but);
    const hash = hashHere(swarm, 1);
    for (const workers of [1, 2, 3]) {
      expect(await hashOn(workers, swarm, 1), `${workers} workers`).toBe(hash);
    }
  }, SLOW_MS);

  test.each(VARIANTS)('$variant comes to the same twice in a row, and to another with each seed', async ({ but }) => {
    const swarm = small(rules, but);
    const seeds = [2, 3, 4];
    const hashes = seeds.map((seed) => hashHere(swarm, seed));
    expect(seeds.map((seed) => hashHere(swarm, seed))).toEqual(hashes);
    expect(new Set(hashes).size).toBe(seeds.length);
    expect(await hashOn(2, swarm, 4), 'two workers').toBe(hashes[2]);
  }, SLOW_MS);
});

test('all of a result is the same, not its hash alone', async () => {
  const swarm = small('client', { leaderPercent: 30 });
  const { result } = await simulate(swarm, { seed: 5, workers: 3 });
  expect(result).toEqual(observe(swarm, 5).result);
});

test('the variants are not the same swarm by another name', () => {
  const hashes = VARIANTS.map(({ but }) => hashHere(small('client', but), 1));
  expect(new Set(hashes).size).toBe(VARIANTS.length);
});
