import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { distancesMs } from './lookahead.ts';
import { Windows } from './window.ts';

/** Three actors in a row: 0 and 1 are 10 ms apart, 1 and 2 are 20 ms apart, 0 and 2 are 50 ms. */
const LOOKAHEAD = Float64Array.of(0, 10, 50, 10, 0, 20, 50, 20, 0);

/** `next`: the earliest time at which anything can happen at each actor; `ends`: their windows. */
describe('the window of an actor ends', () => {
  test.each([
    {
      rule: 'when a message of the nearest actor can arrive',
      next: [100, 100, 100],
      ends: [110, 110, 120],
    },
    {
      rule: 'when an answer to its own message can arrive, if it is far ahead',
      next: [100, 900, 900],
      ends: [120, 110, 130],
    },
    {
      rule: 'when an effect can arrive through another actor',
      next: [100, 900, 900],
      ends: [120, 110, 130],
    },
    {
      rule: 'later, if the nearest actor is idle for long',
      next: [900, 900, 100],
      ends: [130, 120, 140],
    },
    {
      rule: 'by the active actors, if others have no events',
      next: [Infinity, 100, Infinity],
      ends: [110, 120, 120],
    },
    {
      rule: 'never, if no actor has events',
      next: [Infinity, Infinity, Infinity],
      ends: [Infinity, Infinity, Infinity],
    },
  ])('$rule', ({ next, ends }) => {
    const found = endsOf(LOOKAHEAD, next);
    for (const [actor, endMs] of ends.entries()) expect(found[actor]).toBeCloseTo(endMs, 9);
  });

  test('before any effect of a pending event, rounding included', () => {
    // A forwarded message adds up the latencies in its own order, which may round down.
    const next = 1e6 + 0.1;
    const [first, second] = [0.1, 0.2];
    const lookahead = Float64Array.of(0, first, 9, 9, 0, second, 9, 9, 0);
    const [, , endMs] = endsOf(lookahead, [next, 2e6, 2e6]);
    expect(endMs! <= next + first + second).toBe(true);
    expect(endMs! > next + 0.299).toBe(true);
  });

  test('never, for a single actor', () => {
    expect(endsOf(Float64Array.of(0), [5])).toEqual([Infinity]);
  });
});

test('visiting only near actors gives the same result as visiting all', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom('window', seed);
    const n = 1 + random.below(30);
    const lookahead = Float64Array.from({ length: n * n }, () =>
      random.below(5) === 0 ? Infinity : 1 + random.below(400),
    );
    const next = Array.from({ length: n }, () =>
      random.below(6) === 0 ? Infinity : 1000 + random.below(300),
    );
    const distance = distancesMs(lookahead, n);
    const plain = next.map((_, j) =>
      next.reduce((endMs, nextMs, i) => Math.min(endMs, nextMs + distance[i * n + j]!), Infinity),
    );
    const found = endsOf(lookahead, next);
    for (const [actor, endMs] of plain.entries()) {
      expect(found[actor], `seed ${seed}`).toBe(endMs * (1 - 2 ** -48));
    }
  }
});

function endsOf(lookaheadMs: Float64Array, next: readonly number[]): number[] {
  const n = next.length;
  // The actors of a worker: their indices differ from their ids.
  const actors = [...next.keys()].toReversed();
  const windows = new Windows(actors, distancesMs(lookaheadMs, n), n);
  const earliest = next.indexOf(Math.min(...next));
  const ends = actors.map((actor, index) =>
    windows.endMs(index, actor, Float64Array.from(next), earliest),
  );
  return ends.toReversed();
}
