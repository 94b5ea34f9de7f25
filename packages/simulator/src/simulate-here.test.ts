import { expect, test } from 'vitest';

import { FORTY } from '../test/swarm/swarms.ts';
import { simulate } from './simulate.ts';
import { simulateHere } from './simulate-here.ts';

test.each([
  { of: 'plain peers', swarm: FORTY },
  { of: 'leaders', swarm: { ...FORTY, leaderPercent: 30 } },
])('a swarm of $of has the same result in this thread as in workers', async ({ swarm }) => {
  const here = simulateHere(swarm, { seed: 3, timelineMs: 5_000 });
  const there = await simulate(swarm, { seed: 3, timelineMs: 5_000, workers: 2 });
  expect(here.result).toEqual(there.result);
  expect(here.timeline).toEqual(there.timeline);
  expect([here.workers, here.windows]).toEqual([1, there.windows]);
});

test('an invalid swarm is refused', () => {
  expect(() => simulateHere({ ...FORTY, seeds: 0 }, { seed: 1 })).toThrow('seeds');
  expect(() => simulateHere(FORTY, { seed: 1, timelineMs: 0 })).toThrow('at least 1 ms');
});
