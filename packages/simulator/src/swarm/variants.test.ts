import { describe, expect, test } from 'vitest';

import { simulatedHere } from '../../test/swarm/simulated-here.ts';
import { FORTY, VARIANTS } from '../../test/swarm/swarms.ts';
import { simulate } from '../simulate.ts';
import type { Swarm } from './plan/swarm.ts';

describe.each(Object.entries(VARIANTS))('%s', (_, variant) => {
  const swarm = { ...FORTY, ...variant };
  const here = simulatedHere(swarm, 1);

  test('completes every peer', () => {
    expect(here.completion.count).toBe(39);
    expect(here.peers.completedAtMs.every((ms) => ms > 0)).toBe(true);
  });

  test('has the same result on 3 workers', async () => {
    expect((await simulate(swarm, { seed: 1, workers: 3 })).result).toEqual(here);
  });
});

test('all variants have different results', () => {
  // Round-robin is the default of seeds. libtorrent has one choker for leechers and seeds, so
  // tit-for-tat is the same thing under its rules: where nothing is received, peers take turns.
  const isDefault = ({ seedChoker, quirks }: Partial<Swarm>) =>
    seedChoker === 'round-robin' || (seedChoker === 'tit-for-tat' && quirks === undefined);
  const variants = Object.values(VARIANTS).filter((variant) => !isDefault(variant));
  const hashes = [{}, ...variants].map(
    (variant) => simulatedHere({ ...FORTY, ...variant }, 1).resultHash,
  );
  expect(new Set(hashes).size).toBe(hashes.length);
});
