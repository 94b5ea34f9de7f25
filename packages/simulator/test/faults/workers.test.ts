/** Swarms with faults have the same result on any number of workers. */

import { expect, test } from 'vitest';

import { simulate } from '../../src/simulate.ts';
import type { Fault } from '../../src/swarm/plan/faults.ts';
import { simulatedHere } from '../swarm/simulated-here.ts';
import { LIVING } from '../swarm/swarms.ts';

const S = 1_000;

const SCHEDULES: readonly (readonly [string, readonly Fault[]])[] = [
  ['leaders that crash', [{ fault: 'crash', atMs: 30 * S, who: 'leaders', percent: 50 }]],
  [
    'peers that leave and crash',
    [
      { fault: 'leave', atMs: 30 * S, who: 'peers', percent: 30 },
      { fault: 'crash', atMs: 70 * S, who: 'peers', percent: 50, as: [0, 2] },
    ],
  ],
  [
    'AS that are cut off for a short and for a long time',
    [
      { fault: 'cut', atMs: 30 * S, forMs: 40 * S, as: [0, 2] },
      { fault: 'cut', atMs: 100 * S, forMs: 130 * S, as: [1] },
    ],
  ],
  ['a silent tracker', [{ fault: 'tracker-silence', atMs: 30 * S, forMs: 60 * S }]],
];

test.each(SCHEDULES)('%s', async (_, faults) => {
  const swarm = { ...LIVING, leaderPercent: 30, faults };
  const here = simulatedHere(swarm, 1);
  for (const { peers } of here.faults!) expect(peers).toBeGreaterThan(0);
  for (const workers of [1, 2, 3]) {
    expect((await simulate(swarm, { seed: 1, workers })).result).toEqual(here);
  }
});
