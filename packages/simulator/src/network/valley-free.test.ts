import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import {
  indexOfAs,
  type Neighbours,
  type Relationships,
  readRelationships,
} from './relationships.ts';
import { aboveHosts, NO_ROUTE, ValleyFreeRoutes } from './valley-free.ts';

/**
 * Each row is one rule of Gao and Rexford (2001), or a corner case of it. `1>2`: AS 1 is a provider
 * of AS 2; `1=2`: peers. `route`: the AS on the way from the first to the last; none if there is no
 * route.
 */
describe('a route', () => {
  test.each([
    { rule: 'climbs and descends', links: '1>2 1>3', ends: [2, 3], route: [2, 1, 3] },
    {
      rule: 'crosses one peering link at the top',
      links: '1>2 3>4 1=3',
      ends: [2, 4],
      route: [2, 1, 3, 4],
    },
    { rule: 'crosses a peering link at the bottom', links: '1=2', ends: [1, 2], route: [1, 2] },
    { rule: 'does not cross two peering links', links: '1=2 2=3', ends: [1, 3], route: [] },
    { rule: 'has no valley', links: '1>2 3>2', ends: [1, 3], route: [] },
    { rule: 'does not climb after a peering link', links: '1=2 3>2', ends: [1, 3], route: [] },
    {
      rule: 'does not cross a peering link after descending',
      links: '1>2 2=3',
      ends: [1, 3],
      route: [],
    },
    { rule: 'is the shortest of its kind', links: '1>2 1>3 3>2', ends: [1, 2], route: [1, 2] },
    {
      rule: 'prefers a customer to a shorter route through a peer',
      links: '1>2 2>3 3>9 1=9',
      ends: [1, 9],
      route: [1, 2, 3, 9],
    },
    {
      rule: 'prefers a peer to a shorter route through a provider',
      links: '5>1 5>9 1=2 2>3 3>9',
      ends: [1, 9],
      route: [1, 2, 3, 9],
    },
    {
      rule: 'prefers a peer to an equally long route through a provider with a lower number',
      links: '2>3 2>9 4>9 3=4',
      ends: [3, 9],
      route: [3, 4, 9],
    },
    {
      rule: 'follows the route that the provider has chosen, even if there is a shorter one',
      links: '1>4 1>2 2>3 3>9 1=8 8>9',
      ends: [4, 9],
      route: [4, 1, 2, 3, 9],
    },
    {
      rule: 'goes through the customer with the lowest number, of those on a shortest route',
      links: '1>7 1>5 1>6 7>9 5>9 6>9',
      ends: [1, 9],
      route: [1, 5, 9],
    },
    {
      rule: 'goes through the peer with the lowest number',
      links: '1=7 1=5 7>9 5>9',
      ends: [1, 9],
      route: [1, 5, 9],
    },
    {
      rule: 'goes through the provider with the lowest number',
      links: '7>1 5>1 7>9 5>9',
      ends: [1, 9],
      route: [1, 5, 9],
    },
    {
      rule: 'takes the shorter of two providers, whatever their numbers',
      links: '2>1 3>1 4>2 4>9 3>9',
      ends: [1, 9],
      route: [1, 3, 9],
    },
    {
      rule: 'ends although two AS are each other’s indirect customers',
      links: '1>2 2>3 3>1 3>9',
      ends: [1, 9],
      route: [1, 2, 3, 9],
    },
    { rule: 'to itself has no links', links: '1>2', ends: [1, 1], route: [1] },
  ])('$rule', ({ links, ends, route }) => {
    const relationships = network(links);
    const [from, to] = ends.map((as) => indexOfAs(relationships, as)!);
    const routes = new ValleyFreeRoutes(relationships);
    routes.find(to!);
    expect(pathOf(relationships, routes, from!, to!)).toEqual(route);
  });
});

describe('on generated internets', () => {
  const RUNS = 300;

  test('routes equal those to which announcements between all AS converge', () => {
    for (let run = 0; run < RUNS; run++) {
      const relationships = randomInternet(seededRandom('valley-free', run));
      const routes = new ValleyFreeRoutes(relationships);
      for (let to = 0; to < relationships.asNumbers.length; to++) {
        routes.find(to);
        const paths = [...relationships.asNumbers.keys()].map((from) =>
          pathOf(relationships, routes, from, to),
        );
        expect(paths, `run ${run} to ${to}`).toEqual(convergedPaths(relationships, to));
      }
    }
  });

  test('no route has a valley, and there is one wherever some path has none', () => {
    for (let run = 0; run < RUNS; run++) {
      const relationships = randomInternet(seededRandom('valleys', run), true);
      const routes = new ValleyFreeRoutes(relationships);
      const count = relationships.asNumbers.length;
      for (let to = 0; to < count; to++) {
        routes.find(to);
        for (let from = 0; from < count; from++) {
          const path = indicesOf(routes, from, to);
          const what = `run ${run}: ${path.join(' ')}`;
          expect(path.length > 0, what).toBe(hasValleyFreePath(relationships, from, to));
          expect(isValleyFree(relationships, path), what).toBe(true);
          expect(new Set(path).size, what).toBe(path.length);
          if (path.length > 0) expect(routes.hops[from], what).toBe(path.length - 1);
        }
      }
    }
  });

  test('routes between some AS lie in what is above them', () => {
    for (let run = 0; run < RUNS; run++) {
      const random = seededRandom('above', run);
      const relationships = randomInternet(random, true);
      const count = relationships.asNumbers.length;
      const hosts = Uint32Array.from({ length: 1 + random.below(4) }, () => random.below(count));
      const { above, hostsAbove } = aboveHosts(relationships, hosts);
      const all = new ValleyFreeRoutes(relationships);
      const some = new ValleyFreeRoutes(above);
      for (const [i, to] of hosts.entries()) {
        all.find(to);
        some.find(hostsAbove[i]!);
        for (const [k, from] of hosts.entries()) {
          expect(pathOf(above, some, hostsAbove[k]!, hostsAbove[i]!), `run ${run}`).toEqual(
            pathOf(relationships, all, from, to),
          );
        }
      }
    }
  });
});

function network(links: string): Relationships {
  const lines = links.split(' ').map((link) => {
    const [as1, as2] = link.split(/[>=]/);
    return `${as1}|${as2}|${link.includes('>') ? -1 : 0}`;
  });
  return readRelationships(lines.join('\n'), 'test');
}

/** The indices of the AS on a route; none if there is none. */
function indicesOf({ hops, nextAs }: ValleyFreeRoutes, from: number, to: number): number[] {
  if (hops[from] === NO_ROUTE) return [];
  const path = [from];
  // No route is longer: a loop would be.
  while (path.at(-1) !== to && path.length <= hops.length) path.push(nextAs[path.at(-1)!]!);
  return path;
}

function pathOf(
  { asNumbers }: Relationships,
  routes: ValleyFreeRoutes,
  from: number,
  to: number,
): number[] {
  return indicesOf(routes, from, to).map((as) => asNumbers[as]!);
}

/** AS numbers are in random order; no AS is a provider of those before it, unless there are cycles. */
function randomInternet(random: Random, hasCycles = false): Relationships {
  const count = 2 + random.below(12);
  const numbers = Array.from({ length: count }, (_, i) => 100 * (1 + random.below(9)) + i);
  const lines = [`${numbers[0]}|${numbers[1]}|-1`];
  for (let as2 = 2; as2 < count; as2++) {
    for (let as1 = 0; as1 < as2; as1++) {
      const kind = random.below(8);
      const isTurned = hasCycles && random.below(6) === 0;
      const [a, b] = isTurned ? [as2, as1] : [as1, as2];
      if (kind < 2) lines.push(`${numbers[a]}|${numbers[b]}|-1`);
      else if (kind === 2) lines.push(`${numbers[a]}|${numbers[b]}|0`);
    }
  }
  return readRelationships(lines.join('\n'), 'test');
}

function of({ start, neighbours }: Neighbours, as: number): readonly number[] {
  return [...neighbours.subarray(start[as], start[as + 1])];
}

/** Every AS repeatedly takes the best route that its neighbours announce, until none changes. */
function convergedPaths(
  { asNumbers, providers, customers, peers }: Relationships,
  to: number,
): number[][] {
  interface Route {
    readonly preference: number;
    readonly path: readonly number[];
  }
  const none: Route = { preference: 9, path: [] };
  const routes = Array.from(asNumbers, (_, as) =>
    as === to ? { preference: 0, path: [to] } : none,
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (const as of routes.keys()) {
      if (as === to) continue;
      let best = none;
      const consider = (
        neighbours: readonly number[],
        preference: number,
        exports: number,
      ): void => {
        for (const neighbour of neighbours) {
          const { path, preference: own } = routes[neighbour]!;
          if (path.length === 0 || own > exports || path.includes(as)) continue;
          const offered = { preference, path: [as, ...path] };
          if (isBetter(offered, best)) best = offered;
        }
      };
      consider(of(customers, as), 1, 1);
      consider(of(peers, as), 2, 1);
      consider(of(providers, as), 3, 3);
      if (best.path.join() !== routes[as]!.path.join()) {
        routes[as] = best;
        changed = true;
      }
    }
  }
  return routes.map(({ path }) => path.map((as) => asNumbers[as]!));

  function isBetter(a: Route, b: Route): boolean {
    if (b.path.length === 0) return true;
    if (a.preference !== b.preference) return a.preference < b.preference;
    if (a.path.length !== b.path.length) return a.path.length < b.path.length;
    return a.path[1]! < b.path[1]!;
  }
}

/** Up, then across at most one peering link, then down. */
function isValleyFree({ providers, peers }: Relationships, path: readonly number[]): boolean {
  const steps = path.slice(1).map((next, i) => {
    if (of(providers, path[i]!).includes(next)) return 'u';
    return of(peers, path[i]!).includes(next) ? 'p' : 'd';
  });
  return /^u*p?d*$/.test(steps.join(''));
}

/** Whether any path without a valley exists: a search over AS and how the path has gone so far. */
function hasValleyFreePath(relationships: Relationships, from: number, to: number): boolean {
  const { providers, peers, customers } = relationships;
  const seen = new Set<string>();
  const search = (as: number, isClimbing: boolean): boolean => {
    if (as === to) return true;
    const state = `${as} ${isClimbing}`;
    if (seen.has(state)) return false;
    seen.add(state);
    const up = isClimbing ? of(providers, as) : [];
    const across = isClimbing ? of(peers, as) : [];
    return (
      up.some((next) => search(next, true)) ||
      [...across, ...of(customers, as)].some((next) => search(next, false))
    );
  };
  return search(from, true);
}
