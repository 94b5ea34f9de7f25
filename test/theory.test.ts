/** Bounds and expectations from theory, checked on whole runs. */

import type { Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { observe, type ObservedRun } from './observed.ts';
import { smallSwarm, VARIANTS } from './swarms.ts';

const RULES = ['client', 'original'] as const;

describe('no swarm is faster than the minimum distribution time', () => {
  const bounds: readonly { bound: string; classes: Swarm['classes']; lastMs: number }[] = [
    {
      bound: 'all uploads together',
      classes: [
        seedOf(20_000),
        { name: 'peer', count: 39, uploadKbps: 2_000, downloadKbps: 6_000 },
      ],
      lastMs: (39 * 60e6) / (20_000 + 39 * 2_000),
    },
    {
      bound: 'a slow seed',
      classes: [seedOf(500), { name: 'peer', count: 39, uploadKbps: 4_000, downloadKbps: 6_000 }],
      lastMs: 120_000,
    },
    {
      bound: 'slow downloads',
      classes: [
        { name: 'fast', count: 30, uploadKbps: 4_000, downloadKbps: 6_000 },
        { name: 'slow', count: 10, uploadKbps: 4_000, downloadKbps: 500 },
      ],
      lastMs: 120_000,
    },
  ];
  const cases = bounds.flatMap((bound) =>
    VARIANTS.flatMap(({ variant, changes }) =>
      RULES.map((rules) => ({ ...bound, variant, changes, rules })),
    ),
  );

  test.each(cases)(
    '$bound; $variant, rules of the $rules',
    ({ classes, changes, rules, lastMs }) => {
      const run = observe(smallSwarm({ rules, pieces: 60, changes: { ...changes, classes } }), 3);
      const least = minimumTimes(run);
      expect(least.lastMs).toBeCloseTo(lastMs, 6);
      const { completedAtMs } = run.result.peers;
      const tookMs = Array.from(completedAtMs, (atMs) => atMs - completedAtMs[0]!);
      expect(Math.max(...tookMs)).toBeGreaterThanOrEqual(least.lastMs);
      expect(Math.min(...tookMs.slice(1))).toBeGreaterThanOrEqual(least.firstMs);
      tookMs.forEach((ms, row) => expect(ms).toBeGreaterThanOrEqual(least.ownMs[row]!));
    },
  );
});

/**
 * Every download comes from a random holder, which is outside the AS with the probability that a
 * random other peer is. So an AS with n of the N peers imports a piece about n (1 - n/N) times. All
 * latencies are equal here; otherwise near peers would learn of pieces first, and request them first.
 */
test.each(RULES)(
  'without bias, an AS of n out of N peers imports a piece n (1 - n/N) times, rules of the %s',
  (rules) => {
    const runs = [1, 2, 3].map((seed) =>
      observe(
        smallSwarm({
          peers: 100,
          pieces: 150,
          rules,
          changes: { neighbours: 10, latency: { model: 'fixed', fixedMs: 50 } },
        }),
        seed,
      ),
    );
    const ratios = runs.map((run) => run.result.redundancy / unbiasedRedundancy(run));
    expect(mean(ratios), `${ratios.join(' ')}`).toBeGreaterThan(0.95);
    expect(mean(ratios), `${ratios.join(' ')}`).toBeLessThan(1.05);
  },
);

describe('leechers of a plain swarm use nearly all of their upload capacity in the middle half of a run', () => {
  // Bharambe, Herley and Padmanabhan, Analyzing and improving a BitTorrent network's performance
  // mechanisms (2006), find over 0.9 if the seed is not the bottleneck.
  test('with a seed that is faster', () => {
    const run = observe(
      smallSwarm({
        peers: 60,
        pieces: 400,
        changes: {
          neighbours: 10,
          classes: [
            seedOf(8_000),
            { name: 'peer', count: 59, uploadKbps: 2_000, downloadKbps: 6_000 },
          ],
        },
      }),
      1,
    );
    expect(utilisation(run, 1 / 4, 3 / 4)).toBeGreaterThan(0.9);
  });

  // New pieces enter the swarm at no more than the seed's rate, less if it sends one twice. That
  // limits the downloads of all peers, and so their uploads.
  test('but not with one that is as slow', () => {
    const run = observe(smallSwarm({ peers: 60, pieces: 400, changes: { neighbours: 10 } }), 1);
    expect(utilisation(run, 1 / 4, 3 / 4)).toBeGreaterThan(0.6);
    expect(utilisation(run, 1 / 4, 3 / 4)).toBeLessThan(0.95);
  });
});

/**
 * Kumar and Ross, Peer-assisted file distribution: the minimum distribution time (2006). The seeds
 * must send every bit once, the slowest leecher must receive all bits, and all peers together must
 * send a copy to every leecher.
 */
function minimumTimes({ swarm, result: { peers } }: ObservedRun) {
  const fileBits = swarm.pieces * swarm.pieceBits;
  const rows = [...peers.id.keys()];
  const leechers = rows.filter((row) => row >= swarm.seeds);
  const seedsKbps = sum(peers.uploadKbps.subarray(0, swarm.seeds));
  const firstMs = fileBits / seedsKbps;
  return {
    /** No leecher is complete before this. */
    firstMs,
    /** The last leecher is not complete before this: T_min. */
    lastMs: Math.max(
      firstMs,
      fileBits / Math.min(...leechers.map((row) => peers.downloadKbps[row]!)),
      (leechers.length * fileBits) / sum(peers.uploadKbps),
    ),
    /** No leecher is complete before its own download capacity allows it. */
    ownMs: rows.map((row) => (row < swarm.seeds ? 0 : fileBits / peers.downloadKbps[row]!)),
  };
}

/** The mean of n (1 - n/N) over AS, where no peer downloads from itself, times the repeats. */
function unbiasedRedundancy({ swarm, result: { peers, traffic, asCount } }: ObservedRun): number {
  const count = peers.id.length;
  const members = new Array<number>(asCount).fill(0);
  const leechers = new Array<number>(asCount).fill(0);
  peers.as.forEach((as, row) => {
    members[as]!++;
    if (peers.role[row] !== 'seed') leechers[as]!++;
  });
  const imports = leechers.map((n, as) => (n * (count - members[as]!)) / (count - 1));
  const repeats = traffic / (count - swarm.seeds);
  return mean(imports.filter((n) => n > 0)) * repeats;
}

/** The used share of the leechers' upload capacity between two points of a run, from 0 to 1. */
function utilisation({ swarm, result, arrivals }: ObservedRun, from: number, to: number): number {
  const { completedAtMs, uploadKbps } = result.peers;
  const atMs = (share: number) => completedAtMs[0]! + share * result.durationMs;
  const isWithin = (ms: number) => ms >= atMs(from) && ms < atMs(to);
  const arrivedBits = sum(arrivals.filter(({ atMs: ms }) => isWithin(ms)).map(({ bits }) => bits));
  const tookMs = atMs(to) - atMs(from);
  // A lower bound: as if the seeds had never been idle.
  const seedsBits = sum(uploadKbps.subarray(0, swarm.seeds)) * tookMs;
  const leechersKbps = sum(uploadKbps.subarray(swarm.seeds));
  return (arrivedBits - seedsBits) / (leechersKbps * tookMs);
}

/** A seed that downloads nothing. */
function seedOf(uploadKbps: number): Swarm['classes'][number] {
  return { name: 'seed', count: 1, uploadKbps, downloadKbps: 0 };
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
