import type { PeerId } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import type { Candidate } from './candidate.ts';
import { electForSubTorrents, electLeaders } from './one-shot.ts';

/** A candidate is written `id:upload/download`, with capacities in kbit/s. */
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
    expect(electLeaders(candidates(of), percent)).toEqual(leaders);
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
    expect(electForSubTorrents(candidates(of), percent, subTorrents)).toEqual(leaders);
  });
});

function candidates(text: string): Candidate[] {
  return Array.from(text.matchAll(/(\d+):(\d+)\/(\d+)/g), ([, id, upload, download]) => ({
    id: Number(id) as PeerId,
    uploadKbps: Number(upload),
    downloadKbps: Number(download),
  }));
}
