/** Latencies and routes of networks from relationships, tables and graphs. */

import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { SwarmError } from '../errors.ts';
import { type AsNetwork, type GraphData, pairTables, type TableData } from './as-network.ts';
import { GraphNetwork } from './graph-network.ts';
import { minLatencies, openLatencies } from './latency-tables.ts';
import { placeInDomains } from './placement.ts';
import { RelationshipNetwork } from './relationship-network.ts';
import { RELATIONSHIP, type Routes, uplinkRoutes } from './routes.ts';
import { TableNetwork } from './table-network.ts';

/** 1 and 2 are peers at the top; 11 and 12 are customers of 1 and 2, 13 of both. */
const TEXT = '1|2|0\n1|11|-1\n2|12|-1\n1|13|-1\n2|13|-1\n';

const TABLE: TableData = {
  kind: 'table',
  names: ['AS10', 'Paris', 'AS30'],
  sizes: [2, 0, 3],
  latencyMs: [
    [0.2, 80, 90],
    [81, 6, 70.4],
    [91, 71, 7],
  ],
};

function relationships(text: string = TEXT): RelationshipNetwork {
  return new RelationshipNetwork({ kind: 'relationships', text }, 'rel', { hopMs: 20, intraMs: 5 });
}

function hostsOf(network: AsNetwork, ...names: string[]): Uint32Array {
  return Uint32Array.from(names, (name) => network.indexOf(name)!);
}

describe('a network of relationships', () => {
  test('has names, and AS without customers', () => {
    const network = relationships();
    expect(['11', 'AS12', 'as13', 'AS14', 'x'].map((name) => network.indexOf(name))).toEqual([
      2,
      3,
      4,
      undefined,
      undefined,
    ]);
    expect(network.edgeAs().map((as) => network.nameOf(as))).toEqual(['AS11', 'AS12', 'AS13']);
  });

  test('has the same latency for each hop', () => {
    const network = relationships();
    expect([...network.latenciesMs(hostsOf(network, '11', '12', '13'))]).toEqual([
      5, 65, 45, 65, 5, 45, 45, 45, 5,
    ]);
  });

  test('has no latency without a route', () => {
    const network = relationships('1|2|-1\n3|4|-1');
    expect([...network.latenciesMs(hostsOf(network, '2', '4'))]).toEqual([
      5,
      Infinity,
      Infinity,
      5,
    ]);
  });

  test('has routes over links with their relationship', () => {
    const network = relationships();
    const routes = network.routes(hostsOf(network, '11', '12', '13'));
    expect(routes.names).toEqual(['AS11', 'AS12', 'AS13', 'AS1', 'AS2']);
    expect(shown(routes, 0, 1)).toBe('AS11 pays AS1, AS1 peers with AS2, AS12 pays AS2 (back)');
    expect(shown(routes, 1, 0)).toBe(
      'AS12 pays AS2, AS1 peers with AS2 (back), AS11 pays AS1 (back)',
    );
    expect(shown(routes, 2, 0)).toBe('AS13 pays AS1, AS11 pays AS1 (back)');
    expect(shown(routes, 1, 1)).toBe('');
    expect(routes.links.from.length).toBe(5);
  });
});

describe('a network of a table', () => {
  test('has the latencies of the table, in whole ms of at least 1', () => {
    const network = new TableNetwork(TABLE, 'table');
    expect([...network.latenciesMs(hostsOf(network, 'paris', '10'))]).toEqual([6, 81, 80, 1]);
    expect([...network.latenciesMs(hostsOf(network, 'Paris', '30'))]).toEqual([6, 70, 71, 7]);
  });

  test('has routes over an uplink of each AS', () => {
    const network = new TableNetwork(TABLE, 'table');
    const routes = network.routes(hostsOf(network, '30', 'Paris'));
    expect(routes).toEqual(uplinkRoutes(['AS30', 'Paris']));
    expect(shown(routes, 0, 1)).toBe('AS30 pays transit, Paris pays transit (back)');
    expect(shown(routes, 0, 0)).toBe('');
  });

  test.each([
    { mistake: { names: [], sizes: [], latencyMs: [] }, message: /^t: names no AS; / },
    { mistake: { sizes: [1, 2] }, message: /^t: has 2 sizes for 3 AS; give one for each AS$/ },
    { mistake: { sizes: [1, -1, 2] }, message: /^t: .* the size of Paris is -1; .*0 or more$/ },
    { mistake: { sizes: [0, 0, 0] }, message: /^t: has no size above 0/ },
    {
      mistake: { names: ['AS10', 'Transit', 'Paris'] },
      message: /^t: names an AS Transit, as the AS is called .*; give it another name$/,
    },
    { mistake: { latencyMs: [] }, message: /^t: has latencies of 0 AS, but names 3; / },
    {
      mistake: {
        latencyMs: [
          [5, 80],
          [81, 6, 70],
          [91, 71, 7],
        ],
      },
      message: /^t: has 2 latencies from AS10 to 3 AS; .* itself included$/,
    },
    {
      mistake: {
        latencyMs: [
          [5, 80, 90],
          [0, 6, 70],
          [91, 71, 7],
        ],
      },
      message: /^t: .* the latency from Paris to AS10 is 0 ms; give a time above 0/,
    },
    {
      mistake: {
        latencyMs: [
          [5, 80, 90],
          [8, 6, 70],
          [91, Number.NaN, 7],
        ],
      },
      message: /from AS30 to Paris is NaN ms/,
    },
  ])('that is invalid is rejected: $message', ({ mistake, message }) => {
    const table = { ...TABLE, ...mistake };
    expect(() => new TableNetwork(table, 't')).toThrow(SwarmError);
    expect(() => new TableNetwork(table, 't')).toThrow(message);
  });
});

describe('a network of a graph', () => {
  const names = ['a', 'b', 'c', 'd'];
  const link = (from: number, to: number, ms?: number) => ({
    from,
    to,
    ...(ms === undefined ? {} : { latencyUs: 1_000 * ms }),
  });
  const graph = (links: GraphData['links'], isDirected = false): GraphData => ({
    kind: 'graph',
    names,
    links,
    isDirected,
  });
  const open = (data: GraphData, hopMs?: number): GraphNetwork =>
    new GraphNetwork(data, 'g', { intraMs: 5, ...(hopMs === undefined ? {} : { hopMs }) });

  test.each([
    { rule: 'the fastest way', links: [link(0, 1, 9), link(0, 2, 2), link(2, 1, 3)], way: 'a c b' },
    {
      rule: 'of equally fast ways that with the fewest links',
      links: [link(0, 2, 2), link(2, 1, 3), link(0, 1, 5)],
      way: 'a b',
    },
    {
      rule: 'of several of these that whose next AS has the lowest index',
      links: [link(0, 3, 2), link(3, 1, 2), link(2, 1, 1), link(0, 2, 3)],
      way: 'a c b',
    },
    { rule: 'the faster of two links', links: [link(0, 1, 9), link(0, 1, 3)], way: 'a b' },
  ])('takes $rule', ({ links, way }) => {
    const network = open(graph([...links, link(1, 3, 60)]));
    const routes = network.routes(Uint32Array.of(0, 1));
    expect(wayOf(routes, 0, 1)).toBe(way);
    expect(routes.links.relationship.every((each) => each === RELATIONSHIP.unknown)).toBe(true);
  });

  test('follows a directed link in its direction only', () => {
    const network = open(graph([link(0, 1, 3), link(1, 2, 4), link(2, 0, 5)], true));
    expect([...network.latenciesMs(Uint32Array.of(0, 1))]).toEqual([5, 3, 9, 5]);
    const routes = network.routes(Uint32Array.of(0, 1));
    expect([wayOf(routes, 0, 1), wayOf(routes, 1, 0)]).toEqual(['a b', 'b c a']);
  });

  test('has the latency of a loop within an AS, and that of a hop where a link has none', () => {
    const network = open(graph([link(0, 0, 1.6), link(0, 1), link(1, 2, 0.3)]), 30);
    expect([...network.latenciesMs(Uint32Array.of(0, 1))]).toEqual([2, 30, 30, 5]);
    expect([...network.latenciesMs(Uint32Array.of(1, 2))]).toEqual([5, 1, 1, 5]);
  });

  test.each([
    { links: [link(0, 1)], message: /^g: does not say how long the link from a to b takes; .*hop/ },
    { links: [link(0, 9, 1)], message: /^g: has a link from node 0 to 9, but 4 nodes/ },
    { links: [link(0, 1, 0)], message: /^g: says that 0 µs is the latency from a to b; / },
  ])('that is invalid is rejected: $message', ({ links, message }) => {
    expect(() => open(graph(links))).toThrow(message);
  });

  test('has the latencies of all fastest ways, as Floyd and Warshall find them', () => {
    for (let run = 0; run < 100; run++) {
      const random = seededRandom('graphs', run);
      const count = 2 + random.below(12);
      const isDirected = random.below(2) === 0;
      const ms = Array.from({ length: count }, (_, i) =>
        Array.from({ length: count }, (__, k) => (i === k ? 0 : Infinity)),
      );
      const links = Array.from({ length: 2 * count }, () => {
        const each = link(random.below(count), random.below(count), 1 + random.below(20));
        if (each.from !== each.to) {
          ms[each.from]![each.to] = Math.min(ms[each.from]![each.to]!, each.latencyUs! / 1_000);
          if (!isDirected) {
            ms[each.to]![each.from] = Math.min(ms[each.to]![each.from]!, each.latencyUs! / 1_000);
          }
        }
        return each;
      });
      for (let k = 0; k < count; k++)
        for (let a = 0; a < count; a++)
          for (let b = 0; b < count; b++) ms[a]![b] = Math.min(ms[a]![b]!, ms[a]![k]! + ms[k]![b]!);
      const all = Uint32Array.from({ length: count }, (_, i) => i);
      const data = { kind: 'graph', names: Array.from(all, String), links, isDirected } as const;
      const found = open(data).latenciesMs(all);
      for (const [cell, each] of found.entries()) {
        const [a, b] = [Math.floor(cell / count), cell % count];
        if (a !== b) expect(each, `run ${run} from ${a} to ${b}`).toBe(ms[a]![b]);
      }
    }
  });
});

test('the latencies of placed nodes are those of their AS', () => {
  const network = new TableNetwork(TABLE, 'table');
  const placement = placeInDomains(Uint32Array.of(2, 0, 2), network.asCount);
  const latencies = openLatencies(structuredClone(pairTables(network, placement)));
  expect(latencies.latencyMs(0, 1)).toBe(90);
  expect(latencies.latencyMs(1, 0)).toBe(91);
  expect(latencies.latencyMs(1, 2)).toBe(7);
  // A node that is alone in its AS sends to nobody there.
  expect([...minLatencies(latencies)]).toEqual([Infinity, 90, 91, 7]);
});

/** The links of a route, and those that are crossed from their end to their beginning. */
function shown({ names, links, start, steps }: Routes, from: number, to: number): string {
  const hosts = Math.sqrt(start.length - 1);
  const route = [...steps.subarray(start[from * hosts + to], start[from * hosts + to + 1])];
  return route
    .map((step) => {
      const link = step >> 1;
      const verb = ['pays', 'peers with', 'and'][links.relationship[link]!];
      const back = step % 2 === 1 ? ' (back)' : '';
      return `${names[links.from[link]!]} ${verb} ${names[links.to[link]!]}${back}`;
    })
    .join(', ');
}

/** The AS on a route. */
function wayOf({ names, links, start, steps }: Routes, from: number, to: number): string {
  const hosts = Math.sqrt(start.length - 1);
  const way = [from];
  for (const step of steps.subarray(start[from * hosts + to], start[from * hosts + to + 1])) {
    const link = step >> 1;
    const [a, b] =
      step % 2 === 0 ? [links.from[link], links.to[link]] : [links.to[link], links.from[link]];
    expect(a).toBe(way.at(-1));
    way.push(b!);
  }
  return way.map((as) => names[as]).join(' ');
}
