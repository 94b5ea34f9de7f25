import { expect, test } from 'vitest';

import { type Direction, nextInDirection, type Place } from './direction.ts';

const origin = { x: 0, y: 0 };

test.each<[string, Direction, Place[], number | undefined]>([
  ['the nearest is next', 'right', [at(1, 9, 0), at(2, 4, 0)], 2],
  ['what is behind is not next', 'right', [at(1, -1, 0)], undefined],
  ['what is exactly beside is not next', 'right', [at(1, 0, 1)], undefined],
  ['y grows downwards', 'down', [at(1, 0, -1), at(2, 0, 5)], 2],
  ['up is where y is less', 'up', [at(1, 0, -5), at(2, 0, 1)], 1],
  ['left is where x is less', 'left', [at(1, -5, 0), at(2, 1, 0)], 1],
  ['what lies ahead comes before what lies aside', 'right', [at(1, 1, 3), at(2, 9, 2)], 2],
  ['if nothing lies ahead, what lies aside is next', 'right', [at(1, 1, 3)], 1],
  ['a step to the side counts twice', 'right', [at(1, 4, 3), at(2, 9, 0)], 2],
  ['of equally near ones, the first by id is next', 'right', [at(2, 4, 1), at(1, 4, -1)], 1],
])('%s', (_rule, direction, places, next) => {
  expect(nextInDirection(origin, direction, places)).toBe(next);
});

function at(id: number, x: number, y: number): Place {
  return { id, x, y };
}
