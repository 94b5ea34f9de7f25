import type { PeerId, AsId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { uniformSelection } from './neighbour-selection.ts';
import { Tracker, type TrackerOptions } from './tracker.ts';

/** A tracker, and what it says, a line each. */
function tracker(options: Partial<TrackerOptions> = {}) {
  const said: string[] = [];
  const host = {
    neighbours: (to: PeerId, ids: Uint32Array, systems: Uint32Array) =>
      void said.push(`${to}: neighbours ${[...ids].map((id, i) => `${id}@${systems[i]}`).join(' ')}`),
    seedRes: (to: PeerId, pieces: number) => void said.push(`${to}: holds ${pieces}`),
    leaders: (to: PeerId, part: number, ids: Uint32Array) =>
      void said.push(`${to}: part ${part} led by ${[...ids].join(' ')}`),
  };
  const machine = new Tracker(host, {
    minPeers: 3, seeds: 1, pieceCount: 9, selection: uniformSelection(1), subTorrents: 1,
    random: seededRandom('tracker'), ...options,
  });
  return {
    join: (id: number, system = 0) => machine.join(id as PeerId, system as AsId),
    stand: (id: number, uploadKbps = 1) =>
      machine.candidate({ id: id as PeerId, uploadKbps, downloadKbps: 1 }),
    seedReq: (id: number) => machine.seedReq(id as PeerId),
    heard: () => said.splice(0),
  };
}

test('nobody is answered before enough have joined; then all are, in order of id', () => {
  const { join, heard } = tracker({ selection: uniformSelection(2) });
  join(3);
  join(1);
  expect(heard()).toEqual([]);
  join(2, 4);
  const lines = heard();
  expect(lines.map((line) => line.slice(0, 13))).toEqual(['1: neighbours', '2: neighbours', '3: neighbours']);
  expect(lines[0]!.split(' ').slice(2).toSorted()).toEqual(['2@4', '3@0']);
});

test('whose message came first decides nothing', () => {
  const runs = [[1, 2, 3], [3, 1, 2]].map((order) => {
    const { join, stand, heard } = tracker({ leaderPercent: 50 });
    for (const id of order) join(id);
    for (const id of order) stand(id);
    return heard();
  });
  expect(runs[1]).toEqual(runs[0]);
});

test('who comes later is answered at once', () => {
  const { join, heard } = tracker();
  for (const id of [1, 2, 3]) join(id);
  heard();
  join(4);
  expect(heard()).toHaveLength(1);
});

test('who joins twice is counted once', () => {
  const { join, heard } = tracker();
  for (const id of [1, 1, 2]) join(id);
  expect(heard()).toEqual([]);
});

test('the first peers are the seeds', () => {
  const { seedReq, heard } = tracker({ seeds: 2 });
  for (const id of [1, 2, 3]) seedReq(id);
  expect(heard()).toEqual(['1: holds 9', '2: holds 9', '3: holds 0']);
});

test('an election waits for enough candidates, and is held in each AS', () => {
  const { join, stand, heard } = tracker({ leaderPercent: 50 });
  join(1, 0);
  join(2, 0);
  join(3, 1);
  heard();
  stand(1, 10);
  stand(2, 20);
  expect(heard()).toEqual([]);
  stand(3, 5);
  expect(heard()).toEqual(['1: part 0 led by 2', '2: part 0 led by 2', '3: part 0 led by 3']);
});

test('who comes after the election follows the leaders, and leads where there are none', () => {
  const { join, stand, heard } = tracker({ leaderPercent: 50 });
  for (const id of [1, 2, 3]) join(id);
  for (const id of [1, 2, 3]) stand(id);
  join(4);
  join(5, 9);
  join(6, 9);
  heard();
  for (const id of [4, 5, 6]) stand(id, 99);
  expect(heard()).toEqual(['4: part 0 led by 1', '5: part 0 led by 5', '6: part 0 led by 5']);
});

test('each sub-torrent is told of its own leaders', () => {
  const { join, stand, heard } = tracker({ minPeers: 2, leaderPercent: 50, subTorrents: 2 });
  for (const id of [1, 2]) join(id);
  heard();
  for (const id of [1, 2]) stand(id);
  expect(heard()).toEqual([
    '1: part 0 led by 1', '1: part 1 led by 2', '2: part 0 led by 1', '2: part 1 led by 2',
  ]);
});
