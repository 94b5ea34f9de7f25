import { expect, test } from 'vitest';

import { hopsBetween } from './hops.ts';
import { uplinkRoutes } from './routes.ts';

test('where each AS has an uplink to the same transit, others are two links away', () => {
  const routes = uplinkRoutes(['AS7', 'AS8', 'AS9']);
  const hops = [0, 1, 2].map((from) => [0, 1, 2].map((to) => hopsBetween(routes, 3, from, to)));
  expect(hops).toEqual([
    [0, 2, 2],
    [2, 0, 2],
    [2, 2, 0],
  ]);
  // From AS 0 up its link, and down that of AS 2.
  const { names, links, start, steps } = routes;
  const way = [...steps.subarray(start[2], start[3])].map((step) => {
    const link = step >>> 1;
    const ends = [names[links.from[link]!], names[links.to[link]!]];
    return step % 2 === 0 ? ends : ends.toReversed();
  });
  expect(way).toEqual([
    ['AS7', 'transit'],
    ['transit', 'AS9'],
  ]);
});
