/**
 * After any sequence of arrivals, departures, crashes and returns, the tables of a swarm equal
 * those of a plain model; one who has left hears nothing any more, and is not heard of.
 */

import { CLIENT_QUIRKS, MAINLINE, TRANSMISSION } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import type { SessionTable } from '../src/swarm/plan/dynamics.ts';
import { makePlan } from '../src/swarm/plan/make-plan.ts';
import { Plan } from '../src/swarm/plan/plan.ts';
import type { Swarm } from '../src/swarm/plan/swarm.ts';
import { PlainModel } from './swarm/plain-model.ts';
import { FORTY } from './swarm/swarms.ts';
import { WatchedSwarm } from './swarm/watched-swarm.ts';

/** Forty peers arrive in two minutes; all have left for good long before the end. */
const CROWD: Swarm = {
  ...FORTY,
  seeds: 2,
  pieces: 40,
  arrivalGapMs: 3_000,
  horizonMs: 2_400_000,
};
const COMPARED_EVERY_MS = 1_000;

const VARIANTS: Readonly<Record<string, Partial<Swarm>>> = {
  'plain peers': {},
  'peers of Transmission, pieces of eight blocks': {
    client: TRANSMISSION,
    pieces: 20,
    pieceBits: 8 * 2 ** 17,
  },
  'peers whose choker runs once a minute': { rechokeIntervalMs: 60_000 },
  'super-seeds and mainline clients': { client: { ...MAINLINE, superSeeding: true } },
  'peers with neighbours of their own AS': { externalPercent: 34 },
  'leaders and followers': { leaderPercent: 30 },
  'leaders of two sub-torrents': { leaderPercent: 30, subTorrents: 2 },
  'a bound of connections': { connectionsMax: 8 },
  'a bound of connections, leaders and followers': { connectionsMax: 8, leaderPercent: 30 },
  'whole pieces': { quirks: { ...CLIENT_QUIRKS, wholePieces: true } },
};
const SEEDS = [0, 1, 2];

/**
 * Each peer has some reasons to leave, the last of which comes after at most ten minutes. With
 * `returns`, some come back.
 */
function sessionsOf(seed: number, count: number, returns: boolean): SessionTable {
  const random = seededRandom(seed, 'sessions');
  const column = (share: number, mostMs: number): Float64Array => {
    const values = new Float64Array(count).fill(Infinity);
    for (let id = 1; id < count; id++) {
      if (random.unit() < share) values[id] = Math.floor(random.unit() * mostMs);
    }
    return values;
  };
  const seedsForMs = column(0.5, 60_000);
  const shareRatio = column(0.2, 2);
  const patienceMs = column(0.3, 60_000);
  const crashesAfterMs = column(0.4, 100_000);
  const leavesAfterMs = column(1, 600_000);
  const returnsAfterMs = column(returns ? 0.5 : 0, 60_000);
  return { seedsForMs, shareRatio, patienceMs, crashesAfterMs, leavesAfterMs, returnsAfterMs };
}

function watch(changes: Partial<Swarm>, seed: number, returns: boolean) {
  const data = makePlan({ ...CROWD, ...changes }, seed);
  const sessions = sessionsOf(seed, data.placement.nodeCount, returns);
  const model = new PlainModel();
  let comparedAtMs = -Infinity;
  const swarm = new WatchedSwarm(new Plan({ ...data, sessions }), (watched, atMs) => {
    if (atMs < comparedAtMs + COMPARED_EVERY_MS) return;
    comparedAtMs = atMs;
    model.compare(watched, atMs);
  });
  const reports = swarm.run();
  model.compare(swarm, swarm.plan.swarm.horizonMs!);
  return { swarm, model, reports };
}

describe.each(Object.entries(VARIANTS))('%s that come and go', (_, changes) => {
  test.each(SEEDS)('are connected as a plain model says, seed %i', (seed) => {
    const { swarm, model } = watch(changes, seed, true);
    // The run is worth something.
    expect(swarm.departures).toBeGreaterThan(45);
    expect(swarm.lateMessages).toBeGreaterThan(0);
    expect(model.connections).toBeGreaterThan(5_000);
    expect(model.holders).toBeGreaterThan(5_000);
  });

  test.each(SEEDS)('leave nothing behind, seed %i', (seed) => {
    const { swarm, model, reports } = watch(changes, seed, false);
    expect(swarm.departures).toBe(40);
    expect(swarm.present.size).toBe(0);
    model.compareEmpty(swarm, reports);
  });
});
