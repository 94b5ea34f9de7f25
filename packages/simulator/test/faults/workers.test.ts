/** Swarms with faults have the same result on any number of workers. */

import { expect, test } from 'vitest';

import { simulate } from '../../src/simulate.ts';
import type { Fault } from '../../src/swarm/plan/faults.ts';
import type { PeerClass } from '../../src/swarm/plan/swarm.ts';
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
  [
    'capacities that change, and a new seed',
    [
      { fault: 'capacity', atMs: 30 * S, className: 'home', uploadKbps: 200, forMs: 60 * S },
      { fault: 'seed', atMs: 50 * S, classIndex: LIVING.classes.length },
    ],
  ],
  ['a silent tracker', [{ fault: 'tracker-silence', atMs: 30 * S, forMs: 60 * S }]],
];

const NEW_SEED: PeerClass = {
  name: 'seed',
  count: 1,
  arrivals: [{ process: 'at-once', atMs: 50 * S, count: 1 }],
  holdsFile: true,
  uploadKbps: 3_000,
  downloadKbps: 0,
};

test.each(SCHEDULES)('%s', async (_, faults) => {
  const classes = faults.some(({ fault }) => fault === 'seed')
    ? [...LIVING.classes, NEW_SEED]
    : LIVING.classes;
  const swarm = { ...LIVING, classes, leaderPercent: 30, faults };
  const here = simulatedHere(swarm, 1);
  for (const { peers } of here.faults!) expect(peers).toBeGreaterThan(0);
  for (const workers of [1, 2, 3]) {
    expect((await simulate(swarm, { seed: 1, workers })).result).toEqual(here);
  }
});
