import type { PeerId, AsId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { JoinedPeers } from './joined-peers.ts';
import { biasedSelection, uniformSelection } from './neighbour-selection.ts';

/** Members with the ids 1 to `count`, in AS `id mod systems`. */
function membersOf(count: number, systems: number): JoinedPeers {
  const members = new JoinedPeers();
  for (let id = 1; id <= count; id++) members.add(id as PeerId, (id % systems) as AsId);
  return members;
}

const self = 7 as PeerId;

describe('a uniform selection', () => {
  test.each([
    { rule: 'has as many as asked for', count: 20, of: 700, size: 20 },
    { rule: 'has as many as asked for, when these are most of all', count: 20, of: 22, size: 20 },
    { rule: 'has all others where there are fewer', count: 20, of: 10, size: 9 },
  ])('$rule', ({ count, of, size }) => {
    const chosen = uniformSelection(count).select(self, 0 as AsId, membersOf(of, 2), seededRandom(1));
    expect(chosen).toHaveLength(size);
    expect(new Set(chosen).size, 'nobody twice').toBe(size);
    expect(chosen).not.toContain(self);
  });

  test.each([3, 60])('chooses everybody equally often, of %s times as many', (ratio) => {
    const members = membersOf(4 * ratio, 2);
    const counts = new Array<number>(4 * ratio + 1).fill(0);
    const random = seededRandom('uniform', ratio);
    const trials = 20_000;
    for (let trial = 0; trial < trials; trial++) {
      for (const id of uniformSelection(4).select(self, 1 as AsId, members, random)) counts[id]!++;
    }
    const expected = (4 * trials) / (4 * ratio - 1);
    for (let id = 1; id <= 4 * ratio; id++) {
      if (id !== self) expect(Math.abs(counts[id]! - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });
});

describe('a biased selection', () => {
  test.each([
    { rule: 'takes the rest from the own AS',         count: 20, percent: 30, of: 700, least: 14, size: 20 },
    { rule: 'rounds the external share down',         count: 20, percent: 34, of: 700, least: 14, size: 20 },
    { rule: 'takes all from the own AS at 0 percent', count: 20, percent: 0,  of: 700, least: 20, size: 20 },
    { rule: 'takes all from anywhere at 100 percent', count: 20, percent: 100, of: 700, least: 0, size: 20 },
    { rule: 'takes as many of the own AS as there are', count: 20, percent: 0, of: 70, least: 4, size: 4 },
    { rule: 'ends where an AS has exactly as many as asked for', count: 4, percent: 0, of: 70, least: 4, size: 4 },
  ])('$rule', ({ count, percent, of, least, size }) => {
    const members = membersOf(of, 14);
    const chosen = biasedSelection(count, percent).select(self, 7 as AsId, members, seededRandom(2));
    expect(chosen).toHaveLength(size);
    expect(new Set(chosen).size).toBe(size);
    expect(chosen).not.toContain(self);
    expect(chosen.filter((id) => id % 14 === 7).length).toBeGreaterThanOrEqual(least);
  });
});
