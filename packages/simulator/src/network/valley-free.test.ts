import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { type Relationships, readRelationships } from './relationships.ts';
import { hopsTo, NO_ROUTE } from './valley-free.ts';

/**
 * Each row is one rule of Gao and Rexford (2001). `1>2`: AS 1 is a provider of AS 2; `1=2`: peers.
 * `hops`: the number of AS hops from `from` to `to`.
 */
describe('a route', () => {
  test.each([
    { rule: 'climbs and descends', links: '1>2 1>3', from: 2, to: 3, hops: 2 },
    { rule: 'crosses one peering link at the top', links: '1>2 3>4 1=3', from: 2, to: 4, hops: 3 },
    { rule: 'does not cross two peering links', links: '1=2 2=3', from: 1, to: 3, hops: NO_ROUTE },
    { rule: 'has no valley', links: '1>2 3>2', from: 1, to: 3, hops: NO_ROUTE },
    {
      rule: 'does not climb after a peering link',
      links: '1=2 3>2',
      from: 1,
      to: 3,
      hops: NO_ROUTE,
    },
    {
      rule: 'does not cross a peering link after descending',
      links: '1>2 2=3',
      from: 1,
      to: 3,
      hops: NO_ROUTE,
    },
    { rule: 'is the shortest of its kind', links: '1>2 1>3 3>2', from: 1, to: 2, hops: 1 },
    {
      rule: 'prefers a customer to a shorter route through a peer',
      links: '1>2 2>3 3>9 1=9',
      from: 1,
      to: 9,
      hops: 3,
    },
    {
      rule: 'prefers a peer to a shorter route through a provider',
      links: '5>1 5>9 1=2 2>3 3>9',
      from: 1,
      to: 9,
      hops: 3,
    },
    {
      rule: 'follows the route that the provider has chosen, even if there is a shorter one',
      links: '1>4 1>2 2>3 3>9 1=8 8>9',
      from: 4,
      to: 9,
      hops: 4,
    },
    { rule: 'to itself has no hops', links: '1>2', from: 1, to: 1, hops: 0 },
  ])('$rule', ({ links, from, to, hops }) => {
    const relationships = network(links);
    const [source, destination] = [from, to].map((as) => relationships.asNumbers.indexOf(as));
    expect(hopsTo(relationships, destination!)[source!]).toBe(hops);
  });
});

test('routes equal those to which announcements between all AS converge', () => {
  for (let run = 0; run < 300; run++) {
    const relationships = randomInternet(seededRandom('valley-free', run));
    for (let to = 0; to < relationships.asNumbers.length; to++) {
      expect([...hopsTo(relationships, to)], `run ${run} to ${to}`).toEqual(
        convergedHops(relationships, to),
      );
    }
  }
});

function network(links: string): Relationships {
  const lines = links.split(' ').map((link) => {
    const [as1, as2] = link.split(/[>=]/);
    return `${as1}|${as2}|${link.includes('>') ? -1 : 0}`;
  });
  return readRelationships(lines.join('\n'), 'test');
}

/** No AS is a provider of those before it, so there are no cycles of providers. */
function randomInternet(random: Random): Relationships {
  const count = 2 + random.below(12);
  const lines = ['0|1|-1'];
  for (let as2 = 2; as2 < count; as2++) {
    for (let as1 = 0; as1 < as2; as1++) {
      const kind = random.below(8);
      if (kind < 2) lines.push(`${as1}|${as2}|-1`);
      else if (kind === 2) lines.push(`${as1}|${as2}|0`);
    }
  }
  return readRelationships(lines.join('\n'), 'test');
}

/** Every AS repeatedly takes the best route that its neighbours announce, until none changes. */
function convergedHops({ providers, customers, peers }: Relationships, to: number): number[] {
  const none = { preference: 9, hops: NO_ROUTE };
  const routes = providers.map((_, index) => (index === to ? { preference: 0, hops: 0 } : none));
  for (let changed = true; changed; ) {
    changed = false;
    for (const index of routes.keys()) {
      if (index === to) continue;
      let best = none;
      const consider = (
        neighbours: readonly number[],
        preference: number,
        exports: number,
      ): void => {
        for (const neighbour of neighbours) {
          const route = routes[neighbour]!;
          if (route.hops === NO_ROUTE || route.preference > exports) continue;
          const hops = route.hops + 1;
          const isBetter =
            preference < best.preference || (preference === best.preference && hops < best.hops);
          if (isBetter) best = { preference, hops };
        }
      };
      consider(customers[index]!, 1, 1);
      consider(peers[index]!, 2, 1);
      consider(providers[index]!, 3, 3);
      if (best.preference !== routes[index]!.preference || best.hops !== routes[index]!.hops) {
        routes[index] = best;
        changed = true;
      }
    }
  }
  return routes.map(({ hops }) => hops);
}
