import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { Forwarder } from './forwarder.ts';
import type { Connection, PieceIndex } from '../ids.ts';

const PIECES = 7;
const CONNECTIONS = 90;

test('a forwarder agrees with lists and sets of who has been told what', () => {
  const random = seededRandom('forwarder');
  for (let trial = 0; trial < 20; trial++) {
    const forwarder = new Forwarder(PIECES, false);
    const followers = new Map<number, number[]>();
    const told = new Set<string>();
    // Few connections at first, so that sets outgrow a word with something in them.
    for (let step = 0; step < 400; step++) {
      const used = 1 + Math.floor((CONNECTIONS * step) / 400);
      const [a, b] = [random.below(used), random.below(used)] as [Connection, Connection];
      const piece = random.below(PIECES) as PieceIndex;
      const what = random.below(10);
      const where = `trial ${trial}, step ${step}`;
      if (what < 4) {
        const known = followers.get(a) ?? [];
        expect(forwarder.addRelay(a, b), where).toBe(!known.includes(b));
        if (!known.includes(b)) followers.set(a, [...known, b]);
      } else if (what < 9) {
        for (const follower of followers.get(a) ?? []) {
          const isNews = !told.has(`${follower} ${piece}`);
          expect(forwarder.markForwarded(follower as Connection, piece), where).toBe(isNews);
          told.add(`${follower} ${piece}`);
          if (random.below(2) === 0) break;
        }
      } else {
        forwarder.closed(a);
        followers.delete(a);
        for (const [outside, of] of followers) followers.set(outside, of.filter((each) => each !== a));
        for (let p = 0; p < PIECES; p++) told.delete(`${a} ${p}`);
      }
      const [outside, of] = [...followers][random.below(followers.size + 1)] ?? [];
      if (outside === undefined) continue;
      expect(forwarder.followersOf(outside as Connection), where).toEqual(of);
      const isNews = of!.some((follower) => !told.has(`${follower} ${piece}`));
      expect(forwarder.hasToForward(outside as Connection, piece), where).toBe(isNews);
    }
  }
});

test('one that repeats itself always has news', () => {
  const forwarder = new Forwarder(PIECES, true);
  const [outside, follower, piece] = [1, 2, 3] as [Connection, Connection, PieceIndex];
  expect([forwarder.addRelay(outside, follower), forwarder.addRelay(outside, follower)]).toEqual([true, true]);
  expect(forwarder.followersOf(outside)).toEqual([follower, follower]);
  expect([forwarder.markForwarded(follower, piece), forwarder.markForwarded(follower, piece)]).toEqual([true, true]);
  expect(forwarder.hasToForward(outside, piece)).toBe(true);
});
