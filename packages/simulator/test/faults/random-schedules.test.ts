/** Random schedules of faults, in swarms whose peers come, leave, crash and return. */

import { type Random, seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import type { Fault, MassDeparture } from '../../src/swarm/plan/faults.ts';
import type { PeerClass, Swarm } from '../../src/swarm/plan/swarm.ts';
import { LIVING } from '../swarm/swarms.ts';
import { bitsUnderWay, runOf, SECOND, sum } from './faulty-run.ts';

const HORIZON = 900 * SECOND;
/** The last event ends so long before the end that all can complete, and all messages arrive. */
const EVENTS_UNTIL = 300 * SECOND;

/** Peers arrive for five minutes, some of them crash and return; all leave before the end. */
const CLASSES: readonly PeerClass[] = [
  LIVING.classes[0]!,
  {
    name: 'home',
    arrivals: [{ process: 'poisson', fromMs: 0, untilMs: 300 * SECOND, perMs: 1 / 6_000 }],
    uploadKbps: 1_000,
    downloadKbps: 3_000,
    session: {
      seedsFor: { distribution: 'exponential', mean: 60 * SECOND },
      crashesAfter: { distribution: 'exponential', mean: 200 * SECOND },
      returnsAfter: { distribution: 'fixed', value: 0 },
    },
  },
  { name: 'crowd', count: 10, uploadKbps: 1_500, downloadKbps: 4_000 },
];

function randomEvent(random: Random): Fault {
  const atMs = random.below(250 * SECOND);
  const forMs = 1 + random.below(EVENTS_UNTIL - atMs);
  const as = [0, 1, 2, 3].filter(() => random.below(3) === 0);
  const mass = (): MassDeparture => ({
    fault: random.below(2) === 0 ? 'crash' : 'leave',
    atMs,
    who: random.below(2) === 0 ? 'leaders' : 'peers',
    percent: random.below(101),
    ...(as.length === 0 ? {} : { as }),
    ...(random.below(2) === 0 ? {} : { className: 'home' }),
  });
  switch (random.below(6)) {
    case 0:
      return { fault: 'tracker-silence', atMs, forMs };
    case 1:
    case 2:
      return as.length === 0 ? mass() : { fault: 'cut', atMs, forMs, as };
    case 3:
      return { fault: 'capacity', atMs, className: 'home', uploadKbps: 1 + random.below(3_000) };
    default:
      return mass();
  }
}

function randomSwarm(seed: number): Swarm {
  const random = seededRandom(seed, 'faults');
  const faults = Array.from({ length: 1 + random.below(6) }, () => randomEvent(random));
  const leaders = random.below(4) === 0 ? {} : { leaderPercent: 10 * (1 + random.below(5)) };
  const subTorrents = 'leaderPercent' in leaders ? 1 + random.below(2) : 1;
  const seedMs = random.below(300 * SECOND);
  const late: PeerClass = {
    name: 'seed',
    count: 1,
    arrivals: [{ process: 'at-once', atMs: seedMs, count: 1 }],
    holdsFile: true,
    uploadKbps: 3_000,
    downloadKbps: 0,
  };
  return {
    ...LIVING,
    horizonMs: HORIZON,
    pieces: 60,
    ...leaders,
    subTorrents,
    classes: [...CLASSES, late],
    faults: [...faults, { fault: 'seed', atMs: seedMs, classIndex: CLASSES.length }],
  };
}

/** The last two are those with which messages once overtook others at a border. */
const SEEDS = [...Array.from({ length: 15 }, (_, seed) => seed), 166, 267];

test.each(SEEDS)('every bit arrives or is lost, and all who stay complete: seed %i', (seed) => {
  const run = runOf(randomSwarm(seed), seed);
  const { churn, faults, peers } = run.result;
  // Nothing is under way at the end but what somebody who has come back downloads.
  const returned = sum([...run.starts.values()].map((times) => times.length - 1));
  const under = bitsUnderWay(run);
  expect(under).toBeGreaterThanOrEqual(0);
  if (churn!.leechersAtEnd === 0) expect(under).toBe(0);
  expect(churn!.leechersAtEnd).toBeLessThanOrEqual(returned);
  expect(churn!.arrivals).toBe(peers.id.length + returned);
  const { finished, aborted, crashed, leechersAtEnd, seedsAtEnd } = churn!;
  expect(finished + aborted + crashed + leechersAtEnd + seedsAtEnd).toBe(churn!.arrivals);
  for (const { peers: hit } of faults!) expect(hit).toBeGreaterThanOrEqual(0);
});
