import type { PeerId, AsId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { JoinedPeers } from './joined-peers.ts';
import { biasedSelection, uniformSelection } from './neighbour-selection.ts';

/** Peers with the ids 1 to `count`, in AS `id mod ases`. */
function joinedPeers(count: number, ases: number): JoinedPeers {
  const joined = new JoinedPeers();
  for (let id = 1; id <= count; id++) joined.add(id as PeerId, (id % ases) as AsId);
  return joined;
}

const self = 7 as PeerId;

describe('a uniform selection', () => {
  test.each([
    { rule: 'has as many as requested', count: 20, of: 700, size: 20 },
    {
      rule: 'has as many as requested, even if these are most of all',
      count: 20,
      of: 22,
      size: 20,
    },
    { rule: 'has all others if there are fewer', count: 20, of: 10, size: 9 },
  ])('$rule', ({ count, of, size }) => {
    const chosen = uniformSelection(count).select(
      self,
      0 as AsId,
      joinedPeers(of, 2),
      seededRandom(1),
    );
    expect(chosen).toHaveLength(size);
    expect(new Set(chosen).size, 'no duplicates').toBe(size);
    expect(chosen).not.toContain(self);
  });

  test.each([3, 60])('chooses all peers with equal frequency, of %s times as many', (ratio) => {
    const joined = joinedPeers(4 * ratio, 2);
    const counts = new Array<number>(4 * ratio + 1).fill(0);
    const random = seededRandom('uniform', ratio);
    const trials = 20_000;
    for (let trial = 0; trial < trials; trial++) {
      for (const id of uniformSelection(4).select(self, 1 as AsId, joined, random)) counts[id]!++;
    }
    const expected = (4 * trials) / (4 * ratio - 1);
    for (let id = 1; id <= 4 * ratio; id++) {
      if (id !== self)
        expect(Math.abs(counts[id]! - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });
});

describe('a biased selection', () => {
  test.each([
    {
      rule: 'takes the rest from its own AS',
      count: 20,
      percent: 30,
      of: 700,
      least: 14,
      size: 20,
    },
    {
      rule: 'rounds the external number down',
      count: 20,
      percent: 34,
      of: 700,
      least: 14,
      size: 20,
    },
    {
      rule: 'takes all from its own AS at 0 percent',
      count: 20,
      percent: 0,
      of: 700,
      least: 20,
      size: 20,
    },
    {
      rule: 'takes all from any AS at 100 percent',
      count: 20,
      percent: 100,
      of: 700,
      least: 0,
      size: 20,
    },
    {
      rule: 'takes all of its own AS if there are too few',
      count: 20,
      percent: 0,
      of: 70,
      least: 4,
      size: 4,
    },
    {
      rule: 'terminates if an AS has exactly as many as requested',
      count: 4,
      percent: 0,
      of: 70,
      least: 4,
      size: 4,
    },
  ])('$rule', ({ count, percent, of, least, size }) => {
    const joined = joinedPeers(of, 14);
    const chosen = biasedSelection(count, percent).select(self, 7 as AsId, joined, seededRandom(2));
    expect(chosen).toHaveLength(size);
    expect(new Set(chosen).size).toBe(size);
    expect(chosen).not.toContain(self);
    expect(chosen.filter((id) => id % 14 === 7).length).toBeGreaterThanOrEqual(least);
  });
});
