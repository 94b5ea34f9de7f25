import type { PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { electForSubTorrents, type ElectionSettings, type TimedCandidate } from './one-shot.ts';

/** A candidate is written `id:upload/download@joined`, in kbit/s and minutes. */
describe('the leaders of an AS', () => {
  test.each([
    {
      rule: 'have the highest upload capacity',
      of: '1:10/20 2:30/20 3:20/20',
      percent: 67,
      leaders: [2, 3],
    },
    {
      rule: 'at equal upload, the highest download capacity',
      of: '1:10/20 2:10/30',
      percent: 50,
      leaders: [2],
    },
    {
      rule: 'at equal capacities, the lowest ids',
      of: '10:10/20 9:10/20',
      percent: 50,
      leaders: [9],
    },
    {
      rule: 'are a percentage, rounded down',
      of: '1:9/1 2:8/1 3:7/1',
      percent: 99,
      leaders: [1, 2],
    },
    {
      rule: 'are at least one, however small the percentage',
      of: '1:9/1 2:8/1',
      percent: 1,
      leaders: [1],
    },
    { rule: 'are at least one, even at 0 percent', of: '1:9/1 2:8/1', percent: 0, leaders: [1] },
    { rule: 'are all candidates at 100 percent', of: '1:9/1 2:8/1', percent: 100, leaders: [1, 2] },
    { rule: 'are none if there are no candidates', of: '', percent: 50, leaders: [] },
  ])('$rule', ({ of, percent, leaders }) => {
    expect(elect(of, { leaderPercent: percent })).toEqual([leaders]);
  });
});

describe('the leaders of an AS are, by the policy', () => {
  const of = '1:9/1@3 2:8/1@0 3:9/1@0 4:1/1@0 5:40/1@9';
  test.each([
    { rule: 'those with the highest capacity', policy: 'capacity', leaders: [5, 1] },
    { rule: 'those that came first, of them those with more', policy: 'uptime', leaders: [3, 2] },
    { rule: 'those with the highest product', policy: 'stability', leaders: [3, 2] },
  ] as const)('$rule', ({ policy, leaders }) => {
    expect(elect(of, { leaderPercent: 40, policy })).toEqual([leaders]);
  });

  test('drawn by lot, whatever they have to give', () => {
    const wins = new Map<number, number>();
    for (let seed = 0; seed < 200; seed++) {
      const leader = elect(of, { leaderPercent: 20, policy: 'random' }, 1, seed)[0]![0]!;
      wins.set(leader, (wins.get(leader) ?? 0) + 1);
    }
    // 200 draws, each with the probability 1/5: 40 with a deviation of 5.7.
    for (let id = 1; id <= 5; id++) expect(wins.get(id)).toBeGreaterThan(40 - 4.5 * 5.7);
  });

  test.each([
    { rule: 'at least so many', leadersMin: 3, leaders: 3 },
    { rule: 'at most so many', leadersMax: 1, leaders: 1 },
    { rule: 'no more than there are', leadersMin: 9, leaders: 5 },
  ])('$rule', ({ leaders, ...numbers }) => {
    expect(elect(of, { leaderPercent: 40, ...numbers })[0]).toHaveLength(leaders);
  });
});

describe('the leaders of sub-torrents', () => {
  test.each([
    {
      rule: 'are a percentage of those that lead no earlier one',
      of: '1:9/1 2:8/1 3:7/1 4:6/1',
      percent: 50,
      subTorrents: 2,
      leaders: [[1, 2], [3]],
    },
    {
      rule: 'are at least one of those that remain',
      of: '1:9/1 2:8/1 3:7/1',
      percent: 50,
      subTorrents: 3,
      leaders: [[1], [2], [3]],
    },
    {
      rule: 'are all candidates of the AS if none remains',
      of: '2:8/1 1:9/1',
      percent: 100,
      subTorrents: 2,
      leaders: [
        [1, 2],
        [1, 2],
      ],
    },
  ])('$rule', ({ of, percent, subTorrents, leaders }) => {
    expect(elect(of, { leaderPercent: percent }, subTorrents)).toEqual(leaders);
  });
});

/** Elects at minute 10. */
function elect(of: string, settings: ElectionSettings, subTorrents = 1, seed = 0) {
  const random = seededRandom('lots', seed);
  return electForSubTorrents(candidates(of), settings, subTorrents, 600_000, random);
}

function candidates(text: string): TimedCandidate[] {
  const entries = text.matchAll(/(\d+):(\d+)\/(\d+)(?:@(\d+))?/g);
  return Array.from(entries, ([, id, upload, download, joined = 0]) => ({
    candidate: {
      id: Number(id) as PeerId,
      uploadKbps: Number(upload),
      downloadKbps: Number(download),
    },
    joinedAtMs: 60_000 * Number(joined),
  }));
}
