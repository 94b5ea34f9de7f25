import { describe, expect, test } from 'vitest';

import { assignLongestFirst } from './assignment.ts';

describe('actors are assigned', () => {
  test.each([
    {
      rule: 'costliest first, to the worker with the lowest load',
      costs: [1, 2, 3, 4],
      workers: 2,
      workerOf: [0, 1, 1, 0],
    },
    {
      rule: 'lowest id first, if costs are equal',
      costs: [1, 1, 1],
      workers: 3,
      workerOf: [0, 1, 2],
    },
    { rule: 'evenly, if costs are 0', costs: [0, 0, 0, 0], workers: 2, workerOf: [0, 1, 0, 1] },
    { rule: 'to the only worker', costs: [5, 1], workers: 1, workerOf: [0, 0] },
    {
      rule: 'with a very costly actor on a worker of its own',
      costs: [9, 1, 1, 1],
      workers: 2,
      workerOf: [0, 1, 1, 1],
    },
  ])('$rule', ({ costs, workers, workerOf }) => {
    expect([...assignLongestFirst(costs, workers)]).toEqual(workerOf);
  });
});
