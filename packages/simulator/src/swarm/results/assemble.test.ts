import { expect, test } from 'vitest';

import { simulatedHere } from '../../../test/swarm/simulated-here.ts';
import { FORTY } from '../../../test/swarm/swarms.ts';

test('utilisation and the pace of the last pieces are those of leechers', () => {
  const swarm = { ...FORTY, pieces: 64, pieceBits: 2 ** 17 };
  const result = simulatedHere(swarm, 1);
  const { uploadUtilisation, lastPiecesPace, classes, peers } = result;
  // What each class could have sent is the weight of its utilisation.
  const startMs = Math.min(...peers.completedAtMs);
  const capacityOf = (name: string) =>
    peers.completedAtMs.reduce(
      (sum, ms, row) =>
        peers.class[row] === name && peers.role[row] !== 'seed'
          ? sum + peers.uploadKbps[row]! * (ms - startMs)
          : sum,
      0,
    );
  const capacities = classes.map(({ name }) => capacityOf(name));
  const sent = classes.reduce((sum, each, i) => sum + each.uploadUtilisation! * capacities[i]!, 0);
  const all = capacities.reduce((a, b) => a + b, 0);
  expect(uploadUtilisation).toBeCloseTo(sent / all, 10);
  for (const { uploadUtilisation: share } of classes) {
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(1.01);
  }
  // The seed has sent at least one file, which does not count.
  const total = (bits: Float64Array) => bits.reduce((sum, each) => sum + each, 0);
  const fileBits = swarm.pieces * swarm.pieceBits;
  expect(total(result.leecherTrafficBits)).toBeLessThan(total(result.classTrafficBits) - fileBits);
  expect(total(result.leecherTrafficBits)).toBeGreaterThan(20 * fileBits);
  expect(lastPiecesPace).toBeGreaterThan(0.2);
  expect(lastPiecesPace).toBeLessThan(6);
  expect(simulatedHere({ ...FORTY, pieces: 19 }, 1).lastPiecesPace).toBeUndefined();
});

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
