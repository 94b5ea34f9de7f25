import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { ForwardOnce } from './forwarder.ts';
import type { Connection, PieceIndex } from '../ids.ts';
import { ForwardAlways } from '../rules/original.ts';

const PIECES = 7;
const CONNECTIONS = 90;

test('ForwardOnce agrees with lists of followers and sets of forwarded pieces', () => {
  const random = seededRandom('forwarder');
  for (let trial = 0; trial < 20; trial++) {
    const forwarder = new ForwardOnce(PIECES, () => false);
    const followers = new Map<number, number[]>();
    const forwarded = new Set<string>();
    // Few connections at first, so that sets that are not empty outgrow a word.
    for (let step = 0; step < 400; step++) {
      const used = 1 + Math.floor((CONNECTIONS * step) / 400);
      const [a, b] = [random.below(used), random.below(used)] as [Connection, Connection];
      const piece = random.below(PIECES) as PieceIndex;
      const action = random.below(10);
      const where = `trial ${trial}, step ${step}`;
      if (action < 4) {
        const known = followers.get(a) ?? [];
        expect(forwarder.addRelay(a, b), where).toBe(!known.includes(b));
        if (!known.includes(b)) followers.set(a, [...known, b]);
      } else if (action < 9) {
        for (const follower of followers.get(a) ?? []) {
          const isNew = !forwarded.has(`${follower} ${piece}`);
          expect(forwarder.markForwarded(follower as Connection, piece), where).toBe(isNew);
          forwarded.add(`${follower} ${piece}`);
          if (random.below(2) === 0) break;
        }
      } else {
        forwarder.closed(a);
        followers.delete(a);
        for (const [outside, of] of followers)
          followers.set(
            outside,
            of.filter((each) => each !== a),
          );
        for (let p = 0; p < PIECES; p++) forwarded.delete(`${a} ${p}`);
      }
      const [outside, of] = [...followers][random.below(followers.size + 1)] ?? [];
      if (outside === undefined) continue;
      expect(forwarder.followersOf(outside as Connection), where).toEqual(of);
      const hasToForward = of!.some((follower) => !forwarded.has(`${follower} ${piece}`));
      expect(forwarder.hasToForward(outside as Connection, piece), where).toBe(hasToForward);
    }
  }
});

test('ForwardOnce does not forward a stored piece', () => {
  const [outside, follower] = [1, 2] as [Connection, Connection];
  const forwarder = new ForwardOnce(PIECES, (piece) => piece === 3);
  forwarder.addRelay(outside, follower);
  const due = [2, 3, 4].map((piece) => forwarder.hasToForward(outside, piece as PieceIndex));
  expect(due).toEqual([true, false, true]);
});

test('ForwardAlways forwards everything, as often as relays were requested', () => {
  const forwarder = new ForwardAlways();
  const [outside, follower, other] = [1, 2, 4] as [Connection, Connection, Connection];
  expect([forwarder.addRelay(outside, follower), forwarder.addRelay(outside, follower)]).toEqual([
    true,
    true,
  ]);
  expect(forwarder.followersOf(outside)).toEqual([follower, follower]);
  expect([forwarder.markForwarded(), forwarder.markForwarded()]).toEqual([true, true]);
  expect(forwarder.hasToForward()).toBe(true);

  forwarder.addRelay(outside, other);
  forwarder.closed(follower);
  expect(forwarder.followersOf(outside)).toEqual([other]);
  forwarder.closed(outside);
  expect(forwarder.followersOf(outside)).toBeUndefined();
});
