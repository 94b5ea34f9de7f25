import type { PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { MemberPools } from './peer-pool.ts';

test('the pools have what naive sets have, whatever is announced and removed', () => {
  const random = seededRandom('pools');
  const pools = new MemberPools();
  const all = new Set<number>();
  const downloaders = new Set<number>();
  const lastAt = new Map<string, number>();
  const addressOf = (id: number): string => `${id % 4}`;
  for (let step = 0; step < 3_000; step++) {
    const id = random.below(12);
    const address = addressOf(id);
    if (random.below(3) === 0) {
      pools.remove(id as PeerId, address);
      all.delete(id);
      downloaders.delete(id);
      if (lastAt.get(address) === id) lastAt.delete(address);
    } else {
      const isDownloading = all.has(id) ? downloaders.has(id) : random.below(2) === 0;
      pools.announce(id as PeerId, address, isDownloading);
      all.add(id);
      if (isDownloading) downloaders.add(id);
      lastAt.set(address, id);
    }
    const sorted = (ids: Iterable<number>): number[] => [...ids].toSorted((a, b) => a - b);
    expect(pools.counts).toEqual({ all: all.size, downloaders: downloaders.size });
    expect(sorted(pools.partnersOf(true).all)).toEqual(sorted(all));
    expect(sorted(pools.partnersOf(false).all)).toEqual(sorted(downloaders));
    expect(sorted(pools.partnersOf(true).ofEachAddress)).toEqual(sorted(lastAt.values()));
  }
});
