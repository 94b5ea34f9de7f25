import { describe, expect, test } from 'vitest';

import { placeLongestFirst } from './placement.ts';

describe('actors are placed', () => {
  test.each([
    { rule: 'the costliest first, on the worker with the least to do', costs: [1, 2, 3, 4], workers: 2, workerOf: [0, 1, 1, 0] },
    { rule: 'of equal cost, the lowest number first', costs: [1, 1, 1], workers: 3, workerOf: [0, 1, 2] },
    { rule: 'evenly, where they cost nothing', costs: [0, 0, 0, 0], workers: 2, workerOf: [0, 1, 0, 1] },
    { rule: 'on one worker, where there is one', costs: [5, 1], workers: 1, workerOf: [0, 0] },
    { rule: 'with the giant alone', costs: [9, 1, 1, 1], workers: 2, workerOf: [0, 1, 1, 1] },
  ])('$rule', ({ costs, workers, workerOf }) => {
    expect([...placeLongestFirst(costs, workers)]).toEqual(workerOf);
  });
});
