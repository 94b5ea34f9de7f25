import { describe, expect, test } from 'vitest';

import { simulatedHere } from '../../test/swarm/simulated-here.ts';
import { FORTY, VARIANTS } from '../../test/swarm/swarms.ts';
import { simulate } from '../simulate.ts';

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
  // Round-robin is the default of seeds.
  const variants = Object.values(VARIANTS).filter(({ seedChoker }) => seedChoker !== 'round-robin');
  const hashes = [{}, ...variants].map(
    (variant) => simulatedHere({ ...FORTY, ...variant }, 1).resultHash,
  );
  expect(new Set(hashes).size).toBe(hashes.length);
});
