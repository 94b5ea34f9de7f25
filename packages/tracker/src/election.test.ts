import type { PeerId } from '@cachetorrent/protocol';
import { describe, expect, test } from 'vitest';

import { type Candidate, electForSubTorrents, electLeaders } from './election.ts';

/** A candidate is written `id:upload/download`, the speeds in kbit/s. */
describe('the leaders of an AS', () => {
  test.each([
    { rule: 'are the fastest uploaders',               of: '1:10/20 2:30/20 3:20/20', percent: 67, leaders: [2, 3] },
    { rule: 'of these the fastest downloaders',        of: '1:10/20 2:10/30',         percent: 50, leaders: [2] },
    { rule: 'of these the lowest ids',                 of: '10:10/20 9:10/20',        percent: 50, leaders: [9] },
    { rule: 'are a share rounded down',                of: '1:9/1 2:8/1 3:7/1',       percent: 99, leaders: [1, 2] },
    { rule: 'are one at least, however small the share', of: '1:9/1 2:8/1',           percent: 1,  leaders: [1] },
    { rule: 'are one at least, even of no share',      of: '1:9/1 2:8/1',             percent: 0,  leaders: [1] },
    { rule: 'are all of them at 100 percent',          of: '1:9/1 2:8/1',             percent: 100, leaders: [1, 2] },
    { rule: 'are none where nobody stands',            of: '',                        percent: 50, leaders: [] },
  ])('$rule', ({ of, percent, leaders }) => {
    expect(electLeaders(candidates(of), percent)).toEqual(leaders);
  });
});

describe('the leaders of sub-torrents', () => {
  test.each([
    { rule: 'are a share of those who do not lead an earlier one', of: '1:9/1 2:8/1 3:7/1 4:6/1', percent: 50, parts: 2, leaders: [[1, 2], [3]] },
    { rule: 'are one at least of those who remain',    of: '1:9/1 2:8/1 3:7/1', percent: 50, parts: 3, leaders: [[1], [2], [3]] },
    { rule: 'are all of the AS where nobody remains',  of: '2:8/1 1:9/1', percent: 100, parts: 2, leaders: [[1, 2], [1, 2]] },
  ])('$rule', ({ of, percent, parts, leaders }) => {
    expect(electForSubTorrents(candidates(of), percent, parts)).toEqual(leaders);
  });
});

function candidates(text: string): Candidate[] {
  return Array.from(text.matchAll(/(\d+):(\d+)\/(\d+)/g), ([, id, upload, download]) => ({
    id: Number(id) as PeerId,
    uploadKbps: Number(upload),
    downloadKbps: Number(download),
  }));
}
