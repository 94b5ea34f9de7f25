/** The same swarm and seed give the same result, bit by bit. */

import { simulate, type Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { observe } from './observed.ts';
import { smallSwarm, VARIANTS } from './swarms.ts';

/** More AS than 7 workers, so that one worker per AS is yet another number. */
const AS_COUNT = 8;
/** Eight threads start slowly on two cores. */
const TIMEOUT_MS = 120_000;
const small = (rules: 'client' | 'original', changes: Partial<Swarm>) =>
  smallSwarm({ peers: 24, asCount: AS_COUNT, pieces: 24, rules, changes });

const hashHere = (swarm: Swarm, seed: number) => observe(swarm, seed).result.resultHash;
const hashOn = async (workers: number | 'as', swarm: Swarm, seed: number) =>
  (await simulate(swarm, { seed, workers })).result.resultHash;

describe('BitTorrent and CacheTorrent have the same result with any number of workers', () => {
  test.each(VARIANTS.slice(0, 2))(
    '$variant',
    async ({ changes }) => {
      const swarm = small('client', changes);
      const hash = hashHere(swarm, 1);
      for (const workers of [1, 2, 3, 7, 'as'] as const) {
        expect(await hashOn(workers, swarm, 1), `${workers} workers`).toBe(hash);
      }
    },
    TIMEOUT_MS,
  );
});

describe.each(['client', 'original'] as const)('by the rules of the %s', (rules) => {
  test.each(VARIANTS)(
    '$variant has the same result with 1, 2 and 3 workers',
    async ({ changes }) => {
      const swarm = small(rules, changes);
      const hash = hashHere(swarm, 1);
      for (const workers of [1, 2, 3]) {
        expect(await hashOn(workers, swarm, 1), `${workers} workers`).toBe(hash);
      }
    },
    TIMEOUT_MS,
  );

  test.each(VARIANTS)(
    '$variant has the same result twice in a row, and another with each seed',
    async ({ changes }) => {
      const swarm = small(rules, changes);
      const seeds = [2, 3, 4];
      const hashes = seeds.map((seed) => hashHere(swarm, seed));
      expect(seeds.map((seed) => hashHere(swarm, seed))).toEqual(hashes);
      expect(new Set(hashes).size).toBe(seeds.length);
      expect(await hashOn(2, swarm, 4), 'two workers').toBe(hashes[2]);
    },
    TIMEOUT_MS,
  );
});

test('the whole result is the same, not only its hash', async () => {
  const swarm = small('client', { leaderPercent: 30 });
  const { result } = await simulate(swarm, { seed: 5, workers: 3 });
  expect(result).toEqual(observe(swarm, 5).result);
});

test('the variants have different results', () => {
  const hashes = VARIANTS.map(({ changes }) => hashHere(small('client', changes), 1));
  expect(new Set(hashes).size).toBe(VARIANTS.length);
});
