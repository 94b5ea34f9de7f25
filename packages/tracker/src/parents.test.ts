import type { AsId, PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { uniformSelection } from './neighbours/policies/uniform.ts';
import { OpenTracker } from './open-tracker.ts';
import { type ParentOf, withLeadersAbove } from './parents.ts';
import { ProviderCaches } from './provider-caches.ts';
import { Tracker, type TrackerOptions } from './tracker.ts';

/** 0 is above 1, which is above 2. */
const CHAIN: ParentOf = (asId) => (asId === 0 ? undefined : ((asId - 1) as AsId));

describe('the leaders that are named to', () => {
  const LEADERS: readonly (readonly number[])[] = [[10, 11], [20], [30, 31]];
  test.each([
    { whom: 'a follower are those of its AS', id: 32, asId: 2, own: [30, 31], named: [30, 31] },
    {
      whom: 'a leader are they, and those above',
      id: 31,
      asId: 2,
      own: [30, 31],
      named: [30, 31, 20],
    },
    { whom: 'a leader without a parent are they', id: 10, asId: 0, own: [10, 11], named: [10, 11] },
    {
      whom: 'a peer of an AS without leaders are those above',
      id: 32,
      asId: 2,
      own: [],
      named: [20],
    },
    {
      whom: 'the leader of both AS are those above both',
      id: 20,
      asId: 2,
      own: [20],
      named: [20, 10, 11],
    },
  ])('$whom', ({ id, asId, own, named }) => {
    const leadersOf = (as: AsId) => LEADERS[as] as PeerId[];
    expect(withLeadersAbove(id as PeerId, asId as AsId, own as PeerId[], CHAIN, leadersOf)).toEqual(
      named,
    );
  });

  test('an AS above without leaders is passed over', () => {
    const leadersOf = (as: AsId) => (as === 0 ? [10 as PeerId] : []);
    expect(withLeadersAbove(30 as PeerId, 2 as AsId, [30 as PeerId], CHAIN, leadersOf)).toEqual([
      30, 10,
    ]);
  });
});

/** Six peers: 1 and 2 in AS 0, 3 and 4 in AS 1, 5 and 6 in AS 2; later ones have more capacity. */
function ledBy(options: Partial<TrackerOptions>, candidates = [1, 2, 3, 4, 5, 6]): string[] {
  const sent: string[] = [];
  const tracker = new Tracker(
    {
      neighbours: () => {},
      seedRes: () => {},
      leaders: (to, _, ids) => void sent.push(`${to}: ${[...ids].join(' ')}`),
    },
    {
      minPeers: 6,
      seeds: 1,
      pieceCount: 1,
      selection: uniformSelection(1),
      subTorrents: 1,
      random: seededRandom('tracker'),
      election: { leaderPercent: 50, random: seededRandom('lots') },
      parentOf: CHAIN,
      ...options,
    },
  );
  const asOf = (id: number) => Math.floor((id - 1) / 2) as AsId;
  for (const id of candidates) tracker.join(id as PeerId, id > 6 ? (1 as AsId) : asOf(id), 0);
  for (const id of candidates) {
    tracker.candidate({ id: id as PeerId, uploadKbps: id, downloadKbps: 1 }, 0);
  }
  return sent.toSorted();
}

test('an election names the leaders above, whatever the order of AS', () => {
  const sent = ['1: 2', '2: 2', '3: 4', '4: 4 2', '5: 6', '6: 6 4'];
  expect(ledBy({})).toEqual(sent);
  expect(ledBy({}, [6, 5, 4, 3, 2, 1])).toEqual(sent);
});

test('a cache learns whom it follows when that is elected', () => {
  const caches = new ProviderCaches([{ id: 7 as PeerId, serves: [1 as AsId], leads: true }]);
  const sent = ['1: 2', '2: 2', '3: 7', '4: 7', '5: 6', '6: 6 7', '7: 7 2'];
  expect(ledBy({ caches }, [7, 1, 2, 3, 4, 5, 6])).toEqual(sent);
});

test('AS may have other shares of leaders', () => {
  const election = {
    leaderPercent: 50,
    leaderPercentOf: (asId: AsId) => (asId === 1 ? 100 : 50),
    random: seededRandom('lots'),
  };
  expect(ledBy({ election })).toEqual(['1: 2', '2: 2', '3: 4 3 2', '4: 4 3 2', '5: 6', '6: 6 4 3']);
});

test('where peers come and go, those above are named as they are now', () => {
  const tracker = new OpenTracker({
    selection: uniformSelection(9),
    intervalS: 1_800,
    random: seededRandom('tracker'),
    election: {
      leaderPercent: 1,
      leaderPercentOf: (asId) => (asId === 0 ? 100 : 1),
      random: seededRandom('lots'),
    },
    parentOf: CHAIN,
  });
  const announce = (id: number, as: number, event: 'started' | 'stopped') =>
    tracker.announce(
      {
        id: id as PeerId,
        asId: as as AsId,
        event,
        isSeed: false,
        capacity: { uploadKbps: 1, downloadKbps: 1 },
      },
      0,
      0,
    );
  const leadersOf = (id: number, as: number) => tracker.leadersOf(id as PeerId, as as AsId)[0];
  announce(1, 1, 'started');
  expect(leadersOf(1, 1)).toEqual([1]);
  for (const id of [2, 3]) announce(id, 0, 'started');
  expect(leadersOf(1, 1)).toEqual([1, 2, 3]);
  announce(2, 0, 'stopped');
  expect(leadersOf(1, 1)).toEqual([1, 3]);
});
