import type { AnnounceEvent, AsId, PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { uniformSelection } from './neighbours/policies/uniform.ts';
import { OpenTracker, type OpenTrackerOptions } from './open-tracker.ts';

const AS = 0 as AsId;
const INTERVAL_S = 1_800;
const SILENT_MS = 2.5 * 1_000 * INTERVAL_S;

function trackerWith(options: Partial<OpenTrackerOptions> = {}) {
  const tracker = new OpenTracker({
    selection: uniformSelection(9),
    intervalS: INTERVAL_S,
    random: seededRandom('tracker'),
    ...options,
  });
  const announce = (id: number, event: AnnounceEvent, isSeed: boolean, atMs: number) => {
    const capacity = { uploadKbps: id, downloadKbps: 1 };
    const named = tracker.announce(
      { id: id as PeerId, asId: AS, event, isSeed, capacity },
      9,
      atMs,
    );
    return [...named].sort((a, b) => a - b);
  };
  return {
    tracker,
    leecher: (id: number, atMs = 0, event: AnnounceEvent = 'started') =>
      announce(id, event, false, atMs),
    seed: (id: number, atMs = 0, event: AnnounceEvent = 'started') =>
      announce(id, event, true, atMs),
  };
}

test('leechers are told of all who are there, seeds of leechers only', () => {
  const { leecher, seed } = trackerWith();
  expect(leecher(1)).toEqual([]);
  expect(seed(2)).toEqual([1]);
  expect(seed(3)).toEqual([1]);
  expect(leecher(4)).toEqual([1, 2, 3]);
});

test('a leecher that completes is told of leechers from then on, and is named to these only', () => {
  const { leecher, seed } = trackerWith();
  for (const id of [1, 2]) leecher(id);
  seed(3);
  expect(seed(1, 0, 'completed')).toEqual([2]);
  expect(seed(3, 0, 'regular')).toEqual([2]);
  expect(leecher(2, 0, 'regular')).toEqual([1, 3]);
});

test('a peer that comes back with the whole file is a seed, whatever it was before', () => {
  const { leecher, seed } = trackerWith();
  seed(1);
  leecher(2);
  leecher(3);
  // It has completed the file and crashed; the tracker has noticed neither.
  expect(seed(2)).toEqual([3]);
  expect(seed(1, 0, 'regular')).toEqual([3]);
});

test('one who has left, or has been silent for too long, is not named', () => {
  const { leecher } = trackerWith();
  for (const id of [1, 2, 3]) leecher(id);
  leecher(2, SILENT_MS - 1, 'regular');
  leecher(3, SILENT_MS, 'stopped');
  expect(leecher(4, SILENT_MS)).toEqual([1, 2]);
  expect(leecher(4, SILENT_MS + 1)).toEqual([2]);
});

test('those who are there elect leaders by the policy, and others when these leave', () => {
  const election = { leaderPercent: 1, leadersMin: 2, random: seededRandom('lots') };
  const { tracker, leecher } = trackerWith({ election: { ...election, policy: 'uptime' } });
  for (const id of [3, 2, 1]) leecher(id, 10 * (4 - id));
  expect(tracker.leadersOf(1 as PeerId, AS)).toEqual([[3, 2]]);
  leecher(3, 50, 'stopped');
  expect(tracker.leadersOf(1 as PeerId, AS)).toEqual([[2, 1]]);
});

test('who announces no capacity is named to others, and leads nobody', () => {
  const election = { leaderPercent: 50, random: seededRandom('election') };
  const { tracker } = trackerWith({ election });
  const announce = (id: number, fields: object): readonly PeerId[] =>
    tracker.announce(
      { id: id as PeerId, asId: AS, event: 'started', isSeed: false, ...fields },
      9,
      0,
    );
  const capacity = { uploadKbps: 1_000, downloadKbps: 1_000 };
  announce(1, {});
  expect(tracker.leadersOf(1 as PeerId, AS)).toEqual([[]]);
  announce(2, { capacity });
  announce(3, {});
  expect(tracker.leadersOf(1 as PeerId, AS)).toEqual([[2]]);
  expect(announce(4, {}).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  // Who cannot be reached any more leads no longer.
  announce(2, {});
  expect(tracker.leadersOf(1 as PeerId, AS)).toEqual([[]]);
});
