import type { AsId, PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { uniformSelection } from './neighbour-selection.ts';
import { OpenTracker } from './open-tracker.ts';

const AS = 0 as AsId;
const CAPACITY = { uploadKbps: 1_000, downloadKbps: 1_000 };

function trackerWithElection(): OpenTracker {
  return new OpenTracker({
    selection: uniformSelection(9),
    intervalS: 1_800,
    random: seededRandom('tracker'),
    election: { leaderPercent: 50, random: seededRandom('election') },
  });
}

test('who announces no capacity is named to others, and leads nobody', () => {
  const tracker = trackerWithElection();
  const announce = (id: number, fields: object): readonly PeerId[] =>
    tracker.announce(
      { id: id as PeerId, asId: AS, event: 'started', holdsFile: false, ...fields },
      9,
      0,
    );
  announce(1, {});
  expect(tracker.leadersOf(AS)).toEqual([[]]);
  announce(2, { capacity: CAPACITY });
  announce(3, {});
  expect(tracker.leadersOf(AS)).toEqual([[2]]);
  expect(announce(4, {}).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  // Who cannot be reached any more leads no longer.
  announce(2, {});
  expect(tracker.leadersOf(AS)).toEqual([[]]);
});
