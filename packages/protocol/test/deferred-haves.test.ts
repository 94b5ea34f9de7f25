/** Properties of a peer that hold whatever its neighbours say (`random-life.ts`). */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS, type Role } from '../src/index.ts';
import { RandomNeighbours } from './random-neighbours.ts';

const LIVES = Array.from({ length: 60 }, (_, n) => `life ${n}`);
const STEPS = 600;

const HABITS = [
  { rules: 'client', habits: CLIENT_QUIRKS },
  { rules: 'original', habits: ORIGINAL_QUIRKS },
];

describe.each(HABITS)('by the rules of the $rules', ({ habits }) => {
  test.each<Role>(['peer', 'follower', 'leader'])(
    'a %s says the same at the same times where it hears every `have` early',
    (standing) => {
      for (const seed of LIVES) {
        const [late, early] = [false, true].map((isEarly) => {
          const life = new RandomNeighbours({ seed, quirks: habits, role: standing, defersHaves: isEarly });
          life.run(STEPS);
          return life.sent;
        });
        expect(early, `seed ${seed}`).toEqual(late);
        expect(late!.length, `seed ${seed}`).toBeGreaterThan(20);
      }
    },
  );
});

test.each([true, false])(
  'while there is room to ask an unchoked neighbour, nothing that it has waits (early: %s)',
  (early) => {
    for (const seed of LIVES) {
      const life = new RandomNeighbours({ seed, defersHaves: early });
      life.run(STEPS, () => {
        for (const [n, asked] of life.requested.entries()) {
          if (!life.unchoked[n] || asked.size >= 3) continue;
          const waiting = [...life.announced[n]!].filter((piece) => life.isRequestable(piece));
          expect(waiting, `seed ${seed}, ${life.nowMs} ms, of neighbour ${n}`).toEqual([]);
        }
      });
    }
  },
);
