import { describe, expect, test } from 'vitest';

import { uplinkRoutes } from './routes.ts';

describe('the routes of a transit–stub topology', () => {
  const { names, links, start, steps } = uplinkRoutes(['AS0', 'AS2', 'AS5']);

  test('name the AS by their domains, and the backbone last', () => {
    expect(names).toEqual(['AS0', 'AS2', 'AS5', 'transit']);
  });

  test('have an uplink for each AS, which pays for it', () => {
    expect([[...links.from], [...links.to], [...links.relationship]]).toEqual([
      [0, 1, 2],
      [3, 3, 3],
      [0, 0, 0],
    ]);
  });

  test('lead up one link and down another, and nowhere within an AS', () => {
    const route = (from: number, to: number) => {
      const pair = 3 * from + to;
      return [...steps.subarray(start[pair], start[pair + 1])];
    };
    expect(route(0, 2)).toEqual([0, 5]);
    expect(route(2, 0)).toEqual([4, 1]);
    expect(route(1, 1)).toEqual([]);
    expect(start).toHaveLength(10);
    expect(start.at(-1)).toBe(steps.length);
  });

  test('are in shared memory', () => {
    const arrays = [links.from, links.to, links.relationship, start, steps];
    for (const { buffer } of arrays) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
