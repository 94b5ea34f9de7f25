import type { PeerId, AsId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { uniformSelection } from './neighbours/policies/uniform.ts';
import { NO_CANDIDATE } from './election/candidate.ts';
import { Tracker, type TrackerOptions } from './tracker.ts';

const HALF = { leaderPercent: 50, random: seededRandom('lots') };

/** A tracker whose messages are written down, one line each. */
function trackerWith(options: Partial<TrackerOptions> = {}) {
  const sent: string[] = [];
  const host = {
    neighbours: (to: PeerId, ids: Uint32Array, asIds: Uint32Array) =>
      void sent.push(`${to}: neighbours ${[...ids].map((id, i) => `${id}@${asIds[i]}`).join(' ')}`),
    seedRes: (to: PeerId, pieces: number) => void sent.push(`${to}: holds ${pieces}`),
    leaders: (to: PeerId, subTorrent: number, ids: Uint32Array) =>
      void sent.push(`${to}: sub-torrent ${subTorrent} led by ${[...ids].join(' ')}`),
  };
  const tracker = new Tracker(host, {
    minPeers: 3,
    seeds: 1,
    pieceCount: 9,
    selection: uniformSelection(1),
    subTorrents: 1,
    random: seededRandom('tracker'),
    ...options,
  });
  return {
    join: (id: number, asId = 0, atMs = 0) => tracker.join(id as PeerId, asId as AsId, atMs),
    stand: (id: number, uploadKbps = 1, atMs = 0) =>
      tracker.candidate({ id: id as PeerId, uploadKbps, downloadKbps: 1 }, atMs),
    decline: (id: number) => tracker.candidate({ id: id as PeerId, ...NO_CANDIDATE }, 0),
    seedReq: (id: number) => tracker.seedReq(id as PeerId),
    takeSent: () => sent.splice(0),
  };
}

test('no peer is answered before enough have joined; then all are, in order of id', () => {
  const { join, takeSent } = trackerWith({ selection: uniformSelection(2) });
  join(3);
  join(1);
  expect(takeSent()).toEqual([]);
  join(2, 4);
  const lines = takeSent();
  expect(lines.map((line) => line.slice(0, 13))).toEqual([
    '1: neighbours',
    '2: neighbours',
    '3: neighbours',
  ]);
  expect(lines[0]!.split(' ').slice(2).toSorted()).toEqual(['2@4', '3@0']);
});

test('the result does not depend on the order of messages', () => {
  const runs = [
    [1, 2, 3],
    [3, 1, 2],
  ].map((order) => {
    const { join, stand, takeSent } = trackerWith({ election: HALF });
    for (const id of order) join(id);
    for (const id of order) stand(id);
    return takeSent();
  });
  expect(runs[1]).toEqual(runs[0]);
});

test('a later peer is answered at once', () => {
  const { join, takeSent } = trackerWith();
  for (const id of [1, 2, 3]) join(id);
  takeSent();
  join(4);
  expect(takeSent()).toHaveLength(1);
});

test('a peer that joins twice is counted once', () => {
  const { join, takeSent } = trackerWith();
  for (const id of [1, 1, 2]) join(id);
  expect(takeSent()).toEqual([]);
});

test('the first peers are the seeds', () => {
  const { seedReq, takeSent } = trackerWith({ seeds: 2 });
  for (const id of [1, 2, 3]) seedReq(id);
  expect(takeSent()).toEqual(['1: holds 9', '2: holds 9', '3: holds 0']);
});

test('an election waits for enough candidates, and is held in each AS', () => {
  const { join, stand, takeSent } = trackerWith({ election: HALF });
  join(1, 0);
  join(2, 0);
  join(3, 1);
  takeSent();
  stand(1, 10);
  stand(2, 20);
  expect(takeSent()).toEqual([]);
  stand(3, 5);
  expect(takeSent()).toEqual([
    '1: sub-torrent 0 led by 2',
    '2: sub-torrent 0 led by 2',
    '3: sub-torrent 0 led by 3',
  ]);
});

test('an election by another policy: the first to come leads, with a floor and a ceiling', () => {
  const election = { ...HALF, policy: 'uptime', leadersMin: 2, leadersMax: 2 } as const;
  const { join, stand, takeSent } = trackerWith({ minPeers: 6, election });
  for (const id of [1, 2, 3, 4, 5, 6]) join(id, id < 6 ? 0 : 1, 100 - id);
  takeSent();
  for (const id of [1, 2, 3, 4, 5, 6]) stand(id, id, 200);
  expect(new Set(takeSent().map((line) => line.slice(3)))).toEqual(
    new Set(['sub-torrent 0 led by 5 4', 'sub-torrent 0 led by 6']),
  );
});

test('a candidate after the election follows the leaders of its AS, or leads it if there are none', () => {
  const { join, stand, takeSent } = trackerWith({ election: HALF });
  for (const id of [1, 2, 3]) join(id);
  for (const id of [1, 2, 3]) stand(id);
  join(4);
  join(5, 9);
  join(6, 9);
  takeSent();
  for (const id of [4, 5, 6]) stand(id, 99);
  expect(takeSent()).toEqual([
    '4: sub-torrent 0 led by 1',
    '5: sub-torrent 0 led by 5',
    '6: sub-torrent 0 led by 5',
  ]);
});

test('each peer receives the leaders of every sub-torrent', () => {
  const { join, stand, takeSent } = trackerWith({ minPeers: 2, election: HALF, subTorrents: 2 });
  for (const id of [1, 2]) join(id);
  takeSent();
  for (const id of [1, 2]) stand(id);
  expect(takeSent()).toEqual([
    '1: sub-torrent 0 led by 1',
    '1: sub-torrent 1 led by 2',
    '2: sub-torrent 0 led by 1',
    '2: sub-torrent 1 led by 2',
  ]);
});

test('who does not stand is waited for, and told its leaders, but leads nobody', () => {
  const { join, stand, decline, takeSent } = trackerWith({
    election: { ...HALF, leaderPercent: 100 },
  });
  for (const id of [1, 2, 3]) join(id);
  takeSent();
  stand(1);
  decline(2);
  expect(takeSent()).toEqual([]);
  stand(3);
  const leaders = 'sub-torrent 0 led by 1 3';
  expect(takeSent()).toEqual([`1: ${leaders}`, `2: ${leaders}`, `3: ${leaders}`]);
});

test('an AS in which nobody stands has no leaders, until somebody comes who does', () => {
  const { join, stand, decline, takeSent } = trackerWith({
    election: { ...HALF, leaderPercent: 30 },
  });
  for (const id of [1, 2, 3]) join(id, id === 3 ? 1 : 0);
  for (const id of [1, 2]) decline(id);
  takeSent();
  stand(3);
  expect(takeSent()).toEqual([
    '1: sub-torrent 0 led by ',
    '2: sub-torrent 0 led by ',
    '3: sub-torrent 0 led by 3',
  ]);
  for (const id of [4, 5, 6]) join(id);
  takeSent();
  decline(4);
  stand(5);
  decline(6);
  expect(takeSent().map((line) => line.replace('sub-torrent 0 led by ', ''))).toEqual([
    '4: ',
    '5: 5',
    '6: 5',
  ]);
});
