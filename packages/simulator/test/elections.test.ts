/** Elections by policy, with a floor and a ceiling, and what they leave undone. */

import { describe, expect, test } from 'vitest';

import { simulate } from '../src/simulate.ts';
import type { Swarm } from '../src/swarm/plan/swarm.ts';
import type { SwarmResult } from '../src/swarm/results/result.ts';
import { simulatedHere } from './swarm/simulated-here.ts';
import { FORTY, LIVING } from './swarm/swarms.ts';

const CLOSED: Swarm = { ...FORTY, leaderPercent: 30 };
const OPEN: Swarm = { ...LIVING, leaderPercent: 30 };

/** The ids of the leaders of each AS. A seed may lead, too, but is reported as a seed. */
function leadersOf({ peers }: SwarmResult, asCount: number): number[][] {
  return Array.from({ length: asCount }, (_, as) =>
    [...peers.id].filter((_id, row) => peers.as[row] === as && peers.role[row] === 'leader'),
  );
}

describe.each([
  ['all come at once', CLOSED],
  ['peers come and go', OPEN],
])('where %s', (_, swarm) => {
  test.each<[string, Partial<Swarm>]>([
    ['uptime', { electionPolicy: 'uptime' }],
    ['stability', { electionPolicy: 'stability', arrivalGapMs: 4_000 }],
    ['random', { electionPolicy: 'random' }],
    ['random, for two sub-torrents', { electionPolicy: 'random', subTorrents: 2 }],
    ['at least two', { leadersMin: 2, leaderPercent: 0 }],
    ['at most one', { leadersMax: 1 }],
  ])('the result is the same on 1, 2 and 3 workers: %s', async (_policy, changes) => {
    const changed = { ...swarm, ...changes };
    const here = simulatedHere(changed, 1);
    const { arrivalGapMs } = changed;
    const otherwise = simulatedHere({ ...swarm, arrivalGapMs }, 1);
    // In a short run nobody stays for long enough to be preferred for it.
    if (changed.electionPolicy !== 'stability' || swarm === CLOSED) {
      expect(here.resultHash).not.toBe(otherwise.resultHash);
    }
    for (const workers of [2, 3]) {
      expect((await simulate(changed, { seed: 1, workers })).result).toEqual(here);
    }
  });
});

describe('the leaders of a swarm in which all come at once', () => {
  /** Peers of one AS come every second or so, and wait for the last one. */
  const slowly: Swarm = {
    ...CLOSED,
    arrivalGapMs: 1_000,
    topology: { ...FORTY.topology, stubDomains: 1, stubDomainSize: 80 },
  };
  const leaders = (changes: Partial<Swarm>, seed = 1): number[] =>
    leadersOf(simulatedHere({ ...slowly, ...changes }, seed), 1)[0]!;

  test('are the fastest by default', () => {
    // The seed has come first, but is slow.
    expect(leaders({})).toEqual(Array.from({ length: 12 }, (_, i) => 21 + i));
  });

  test('are the first to come by uptime, of which one is the seed', () => {
    const first = leaders({ electionPolicy: 'uptime' });
    expect(first).toHaveLength(11);
    // One that has arrived a little later may have found the tracker a little earlier.
    expect(first[0]).toBe(2);
    expect(Math.max(...first)).toBeLessThanOrEqual(14);
  });

  test('are drawn, for each seed of the run others', () => {
    const drawn = leaders({ electionPolicy: 'random' });
    expect(leaders({ electionPolicy: 'random' })).toEqual(drawn);
    expect(leaders({ electionPolicy: 'random' }, 2)).not.toEqual(drawn);
    expect(drawn.filter((id) => id <= 20).length).toBeGreaterThan(0);
  });

  test.each([
    { changes: { leadersMin: 5, leaderPercent: 0 }, count: 5 },
    { changes: { leadersMax: 2 }, count: 2 },
    { changes: { leadersMin: 99 }, count: 39 },
  ])('are as many as asked for: $changes', ({ changes, count }) => {
    expect(leaders(changes)).toHaveLength(count);
  });
});

describe('the AS that had fewer leaders than asked for', () => {
  test('are none where all come at once, and the share is 0', () => {
    const { leaderShortages, missingLeaderShare } = simulatedHere(CLOSED, 1);
    expect(leaderShortages).toEqual([]);
    expect(missingLeaderShare).toBe(0);
  });

  test('are unknown without elections', () => {
    expect(simulatedHere(FORTY, 1)).not.toHaveProperty('leaderShortages');
  });

  test.each([1, 2])('are those of late peers, who are no candidates: %i sub-torrents', (parts) => {
    const late = { ...CLOSED, minPeers: 8, arrivalGapMs: 500, subTorrents: parts };
    const result = simulatedHere(late, 1);
    const elected = leadersOf(result, 4);
    expect(result.leaderShortages!.length).toBeGreaterThan(0);
    for (const { as, asked, missing, shortMs, presentMs } of result.leaderShortages!) {
      const peers = result.peers.as.filter((each) => each === as).length;
      const first = Math.max(1, Math.floor(0.3 * peers));
      const second = Math.max(1, Math.floor(0.3 * (peers - first)));
      expect(asked).toBeCloseTo(parts === 1 ? first : first + second, 9);
      expect(shortMs).toBe(presentMs);
      const hasSeed = result.peers.as[0] === as;
      const lead = asked - missing;
      // With two sub-torrents peers may lead both; the seed may lead unseen.
      expect(elected[as]!.length).toBeLessThanOrEqual(Math.round(lead));
      expect(elected[as]!.length).toBeGreaterThanOrEqual(hasSeed || parts === 2 ? 0 : lead - 1e-9);
    }
    expect(result.missingLeaderShare).toBeGreaterThan(0.2);
  });

  test('are those with fewer peers than leaders at least', () => {
    const { leaderShortages, peers } = simulatedHere({ ...CLOSED, leadersMin: 11 }, 1);
    const sizes = [0, 1, 2, 3].map((as) => peers.as.filter((each) => each === as).length);
    const small = [...sizes.keys()].filter((as) => sizes[as]! < 11);
    expect(small.length).toBeGreaterThan(0);
    expect(leaderShortages!.map(({ as, missing }) => [as, Math.round(missing)])).toEqual(
      small.map((as) => [as, 11 - sizes[as]!]),
    );
  });

  test('are those whose leaders crash, until the tracker has others', () => {
    const session = { crashesAfter: { distribution: 'fixed', value: 120_000 } } as const;
    const [slow, fast] = FORTY.classes as [Swarm['classes'][0], Swarm['classes'][0]];
    const leading = { ...fast, uploadKbps: 5_000, session };
    const crashing = { ...CLOSED, horizonMs: 600_000, classes: [leading, slow] };
    const result = simulatedHere(crashing, 1);
    expect(result.leaderShortages!.length).toBeGreaterThan(0);
    for (const { presentMs, shortMs } of result.leaderShortages!) {
      // Followers notice it after two minutes.
      expect(shortMs).toBeGreaterThan(120_000);
      expect(shortMs).toBeLessThan(presentMs);
    }
    const staying = simulatedHere({ ...CLOSED, horizonMs: 600_000 }, 1);
    expect(staying.missingLeaderShare).toBeLessThan(0.01);
    expect(staying.missingLeaderShare!).toBeLessThan(result.missingLeaderShare!);
  });
});
