import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { distancesMs } from './lookahead.ts';

/** Rows of a matrix; `-` is Infinity. */
describe('the distance', () => {
  test.each([
    { rule: 'is the lookahead if no path is shorter', of: '- 3 / 4 -', is: '7 3 / 4 7' },
    {
      rule: 'is the shortest path, which may lead through other actors',
      of: '- 1 9 / 9 - 1 / 1 9 -',
      is: '3 1 2 / 2 3 1 / 1 2 3',
    },
    {
      rule: 'from an actor to itself is the shortest cycle',
      of: '- 5 2 / 5 - 9 / 2 9 -',
      is: '4 5 2 / 5 10 7 / 2 7 4',
    },
    { rule: 'ignores the lookahead from an actor to itself', of: '1 3 / 4 1', is: '7 3 / 4 7' },
    { rule: 'is infinite if there is no path', of: '- 3 / - -', is: '- 3 / - -' },
    { rule: 'of a single actor is infinite', of: '-', is: '-' },
  ])('$rule', ({ of, is }) => {
    const lookahead = matrix(of);
    expect(distancesMs(lookahead, Math.sqrt(lookahead.length))).toEqual(matrix(is));
  });

  test('is no longer than through any other actor', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = seededRandom('lookahead', seed);
      const n = 1 + random.below(12);
      const lookahead = Float64Array.from({ length: n * n }, () =>
        random.below(4) === 0 ? Infinity : 1 + random.unit() * 400,
      );
      const distance = distancesMs(lookahead, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (i !== j)
            expect(distance[i * n + j]! <= lookahead[i * n + j]!, `seed ${seed}`).toBe(true);
          for (let via = 0; via < n; via++) {
            const viaMs = distance[i * n + via]! + distance[via * n + j]!;
            expect(distance[i * n + j]! <= viaMs * (1 + 1e-12), `seed ${seed}`).toBe(true);
          }
        }
      }
    }
  });
});

function matrix(text: string): Float64Array {
  return Float64Array.from(text.split(/[ /]+/), (word) => (word === '-' ? Infinity : Number(word)));
}
