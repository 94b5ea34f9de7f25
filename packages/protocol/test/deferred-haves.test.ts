/** Properties of a peer that hold whatever its neighbours send (`random-neighbours.ts`). */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS, type Role } from '../src/index.ts';
import { RandomNeighbours } from './random-neighbours.ts';
import { WHOLE_PIECES } from './test-swarm.ts';

const SEEDS = Array.from({ length: 60 }, (_, n) => `life ${n}`);
const STEPS = 600;

const RULES = [
  { rules: 'client', quirks: CLIENT_QUIRKS, allowsFast: true },
  { rules: 'whole pieces and otherwise client', quirks: WHOLE_PIECES },
  { rules: 'original', quirks: ORIGINAL_QUIRKS },
];

describe.each(RULES)('under the $rules rules', ({ quirks, allowsFast = false }) => {
  test.each<Role>(['peer', 'follower', 'leader'])(
    'a %s sends the same messages at the same times whether each `have` is deferred or not',
    (role) => {
      for (const seed of SEEDS) {
        const [delivered, deferred] = [false, true].map((defersHaves) => {
          const neighbours = new RandomNeighbours({ seed, quirks, role, defersHaves, allowsFast });
          neighbours.run(STEPS);
          return neighbours.sent;
        });
        expect(deferred, `seed ${seed}`).toEqual(delivered);
        expect(delivered!.length, `seed ${seed}`).toBeGreaterThan(20);
      }
    },
  );
});

test.each([true, false])(
  'an unchoked neighbour has no requestable piece while its backlog has room (defersHaves: %s)',
  (defersHaves) => {
    for (const seed of SEEDS) {
      const neighbours = new RandomNeighbours({ seed, defersHaves });
      neighbours.run(STEPS, () => {
        for (const [n, requested] of neighbours.requested.entries()) {
          if (!neighbours.unchoked[n] || requested.size >= 3) continue;
          const announced = [...neighbours.announced[n]!];
          const requestable = announced.filter((piece) => neighbours.isRequestable(piece));
          expect(requestable, `seed ${seed}, ${neighbours.nowMs} ms, neighbour ${n}`).toEqual([]);
        }
      });
    }
  },
);
