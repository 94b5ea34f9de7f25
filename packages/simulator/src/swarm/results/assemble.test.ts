import { expect, test } from 'vitest';

import { simulatedHere } from '../../../test/swarm/simulated-here.ts';
import { FORTY } from '../../../test/swarm/swarms.ts';

test('leechers are broken down by class, and seeds belong to no breakdown', () => {
  const { classes, completion, peers } = simulatedHere(FORTY, 1);
  const timesOf = (name: string) =>
    peers.completedAtMs.filter((_, row) => peers.class[row] === name && peers.role[row] !== 'seed');
  const startMs = Math.min(...peers.completedAtMs);
  for (const { name, count, meanMs } of classes) {
    const times = timesOf(name);
    expect(count).toBe(times.length);
    expect(meanMs).toBeCloseTo(times.reduce((sum, ms) => sum + ms - startMs, 0) / count);
  }
  expect(classes.map(({ name, count }) => `${count} ${name}`)).toEqual(['19 slow', '20 fast']);
  expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(completion.count);
  peers.class.forEach((name, row) => {
    expect(peers.uploadKbps[row]).toBe(name === 'fast' ? 1_500 : 1_000);
  });
});
