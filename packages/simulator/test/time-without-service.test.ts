/** For how long peers lack pieces while nothing flows to them. */

import { expect, test } from 'vitest';

import { simulate } from '../src/simulate.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

test('is at most the time that a peer has spent as a leecher, and none of a seed', () => {
  const { peers } = simulatedHere(LIVING, 1);
  let served = 0;
  for (const [row, role] of peers.role.entries()) {
    const unservedMs = peers.unservedMs[row]!;
    const arrivedMs = peers.arrivedAtMs[row]!;
    const leftMs = peers.leftAtMs[row]!;
    const untilMs = Number.isNaN(leftMs) ? LIVING.horizonMs! : leftMs;
    const completedMs = peers.completedAtMs[row]!;
    if (role === 'seed') expect(unservedMs).toBe(0);
    if (Number.isNaN(completedMs)) {
      expect(unservedMs).toBeLessThanOrEqual(untilMs - arrivedMs);
    } else {
      expect(unservedMs).toBeLessThanOrEqual(completedMs - arrivedMs);
      if (role !== 'seed' && unservedMs < (completedMs - arrivedMs) / 2) served++;
    }
  }
  expect(served).toBeGreaterThan(10);
});

test('is longer if the only seed is slower', () => {
  const total = (uploadKbps: number): number => {
    const [seed, leechers] = FORTY.classes;
    const classes = [{ ...seed!, uploadKbps }, leechers!];
    const { peers } = simulatedHere({ ...FORTY, classes }, 1);
    return peers.unservedMs.reduce((sum, ms) => sum + ms, 0);
  };
  expect(total(200)).toBeGreaterThan(2 * total(20_000));
});

test('is the same on 1 and on 3 workers, and in the timeline', async () => {
  const timelineMs = 100;
  const [one, three] = await Promise.all(
    [1, 3].map((workers) => simulate(LIVING, { seed: 2, workers, timelineMs })),
  );
  expect(three!.result.peers.unservedMs).toEqual(one!.result.peers.unservedMs);
  expect(three!.timeline!.unserved).toEqual(one!.timeline!.unserved);
  // Flows begin and end every 500 ms. Each sample counts for its interval, which gives about the same time.
  const sampled = one!.timeline!.unserved.reduce((sum, count) => sum + count, 0) * timelineMs;
  const exact = one!.result.peers.unservedMs.reduce((sum, ms) => sum + ms, 0);
  expect(sampled / exact).toBeGreaterThan(0.9);
  expect(sampled / exact).toBeLessThan(1.1);
});

test('is unknown if pieces are moved whole', () => {
  const quirks = { ...FORTY.quirks, wholePieces: true };
  const { peers } = simulatedHere({ ...FORTY, quirks }, 1);
  expect(peers.unservedMs).toEqual(new Float64Array(40).fill(NaN));
});
