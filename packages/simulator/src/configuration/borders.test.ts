import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { pathName } from './problems.ts';
import { resolveSwarm } from './resolve.ts';

function configWith(network: object): object {
  return { peers: 50, file: { pieces: 8 }, network: { as: 5, ...network } };
}

describe('an entry of network.borders', () => {
  test.each([
    {
      rule: 'may be about all AS',
      border: { as: 'all', up: '2.5 Mbit/s', down: 2_500 },
      is: { upKbps: 2_500, downKbps: 2_500 },
    },
    { rule: 'may be about one', border: { as: 3, up: 0 }, is: { as: ['AS3'], upKbps: 0 } },
    {
      rule: 'may be about several, by number or name',
      border: { as: [3, 'AS1', 'transit'], down: '1 Gbit/s' },
      is: { as: ['AS3', 'AS1', 'transit'], downKbps: 1e6 },
    },
    {
      rule: 'may be about a link',
      border: { between: ['transit', 2], capacity: '10 Mbit/s' },
      is: { between: ['transit', 'AS2'], capacityKbps: 10_000 },
    },
    {
      rule: 'may be about the losses of a link',
      border: { between: ['transit', 2], loss: '0.1 %' },
      is: { between: ['transit', 'AS2'], lossPercent: 0.1 },
    },
    {
      rule: 'may have a capacity and a loss, also of 0',
      border: { as: 'all', up: 5, loss: 0 },
      is: { upKbps: 5, lossPercent: 0 },
    },
  ])('$rule', ({ border, is }) => {
    const { swarm, config } = resolveSwarm(configWith({ borders: [border], tcp: {} }));
    expect(swarm.borders).toEqual([is]);
    expect(resolveSwarm(config).swarm).toEqual(swarm);
  });

  test('is absent by default, and so is TCP', () => {
    const { swarm } = resolveSwarm(configWith({}));
    expect(swarm).not.toHaveProperty('borders');
    expect(swarm).not.toHaveProperty('tcp');
  });
});

/** 1 and 2 peer; 11 pays 1, and 12 pays 2. */
const RELATIONSHIPS = {
  topology: 'relationships',
  topologyFile: {
    name: 'rel.txt',
    network: { kind: 'relationships', text: '1|2|0\n1|11|-1\n2|12|-1\n' },
  },
};
const TABLE = {
  topology: 'table',
  topologyFile: {
    name: 't.csv',
    network: {
      kind: 'table',
      names: ['a', 'b'],
      latencyMs: [
        [5, 20],
        [20, 5],
      ],
    },
  },
};
const GRAPH = {
  topology: 'graph',
  topologyFile: {
    name: 'g.gml',
    network: {
      kind: 'graph',
      names: ['a', 'b', 'c'],
      isDirected: true,
      links: [
        { from: 0, to: 1, latencyUs: 5_000 },
        { from: 1, to: 2, latencyUs: 5_000 },
        { from: 2, to: 0, latencyUs: 5_000 },
      ],
    },
  },
};

describe('a graph may have an AS that is called transit', () => {
  const { topologyFile } = GRAPH;
  const names = ['a', 'transit', 'c', 'd'];
  const network = {
    topology: 'graph',
    topologyFile: { ...topologyFile, network: { ...topologyFile.network, names } },
  };
  const resolved = (between: readonly string[]): unknown => {
    const borders = [{ between, capacity: 5 }];
    const config = { peers: 50, file: { pieces: 8 }, network: { ...network, borders } };
    return resolveSwarm(config).swarm.borders;
  };

  test('and links', () => {
    expect(resolved(['a', 'TRANSIT'])).toEqual([{ between: ['a', 'transit'], capacityKbps: 5 }]);
  });

  test('which is not linked to all', () => {
    expect(() => resolved(['d', 'transit'])).toThrow(
      /is d and transit, between which there is no link\s+fix: name two AS that are neighbours/,
    );
  });
});

describe('borders of a topology from a file', () => {
  test.each([
    { of: 'relationships', network: RELATIONSHIPS, between: [11, 'as1'], is: ['AS11', 'AS1'] },
    { of: 'peers', network: RELATIONSHIPS, between: ['2', 1], is: ['AS2', 'AS1'] },
    { of: 'a table', network: TABLE, between: ['transit', 'b'], is: ['transit', 'b'] },
    { of: 'a graph', network: GRAPH, between: ['a', 'c'], is: ['a', 'c'] },
  ])('name the links of $of', ({ network, between, is }) => {
    const config = { peers: 50, file: { pieces: 8 }, network };
    const border = { between, capacity: 5 };
    const { swarm } = resolveSwarm({ ...config, network: { ...network, borders: [border] } });
    expect(swarm.borders).toEqual([{ between: is, capacityKbps: 5 }]);
  });

  test.each([
    {
      of: 'an AS',
      network: RELATIONSHIPS,
      border: { as: 3, up: 5 },
      at: 'as',
      says: 'not in rel.txt',
    },
    { of: 'transit', network: GRAPH, border: { as: 'transit', up: 5 }, at: 'as', says: 'g.gml' },
    {
      of: 'a link of relationships',
      network: RELATIONSHIPS,
      border: { between: [11, 2], capacity: 5 },
      at: 'between',
      says: 'is AS11 and AS2, between which there is no link',
    },
    {
      of: 'a link of a table',
      network: TABLE,
      border: { between: ['a', 'b'], capacity: 5 },
      at: 'between',
      says: 'is a and b, between which there is no link',
    },
  ])('cannot be of $of that it lacks', ({ network, border, at, says }) => {
    const config = { peers: 50, file: { pieces: 8 }, network: { ...network, borders: [border] } };
    expect(() => resolveSwarm(config)).toThrow(says);
    expect(() => resolveSwarm(config)).toThrow(`network.borders[0].${at}`);
  });
});

test.each([
  { rule: 'has a window of 4 MiB', tcp: {}, is: { windowBits: 2 ** 25 } },
  {
    rule: 'has a window and losses',
    tcp: { window: '64 KiB', loss: '0.1 %' },
    is: { windowBits: 2 ** 19, lossPercent: 0.1 },
  },
])('network.tcp $rule', ({ tcp, is }) => {
  const { swarm, config } = resolveSwarm(configWith({ tcp }));
  expect(swarm.tcp).toEqual(is);
  expect(resolveSwarm(config).swarm).toEqual(swarm);
});

describe('a mistake is named with its path and a fix', () => {
  test.each([
    {
      of: 'no border',
      network: { borders: [{ up: 5 }] },
      at: 'network.borders[0]',
      problem: 'does not say which border it is about',
    },
    {
      of: 'two kinds of border',
      network: { borders: [{ as: 1, between: [0, 'transit'] }] },
      at: 'network.borders[0]',
      problem: 'has "as" and "between", but an entry is about one kind of border',
    },
    {
      of: 'a capacity of the wrong kind',
      network: { borders: [{ as: 1, capacity: 5 }] },
      at: 'network.borders[0].capacity',
      problem: 'has no effect with "as"',
    },
    {
      of: 'a direction of a link',
      network: { borders: [{ between: [0, 'transit'], up: 5 }] },
      at: 'network.borders[0].up',
      problem: 'has no effect with "between"',
    },
    {
      of: 'a link with three ends',
      network: { borders: [{ between: [0, 1, 2], capacity: 5 }] },
      at: 'network.borders[0].between',
      problem: 'names 3 AS, but a link has two ends',
    },
    {
      of: 'a link without capacity and loss',
      network: { borders: [{ between: [0, 'transit'] }] },
      at: 'network.borders[0]',
      problem: 'says which link, but no capacity and no loss',
    },
    {
      of: 'a loss without TCP',
      network: { borders: [{ as: 1, loss: '1 %' }] },
      at: 'network.borders[0].loss',
      problem: 'has no effect without TCP: only the bound of TCP depends on losses',
    },
    {
      of: 'too many losses at a border',
      network: { borders: [{ as: 1, loss: '50 %' }], tcp: {} },
      at: 'network.borders[0].loss',
      problem: 'is 50, which is too large',
    },
    {
      of: 'an AS without capacity and loss',
      network: { borders: [{ as: 1 }] },
      at: 'network.borders[0]',
      problem: 'says which AS, but no capacity and no loss',
    },
    {
      of: 'a negative capacity',
      network: {
        borders: [
          { as: 1, up: 5 },
          { as: 2, down: '-1 Mbit/s' },
        ],
      },
      at: 'network.borders[1].down',
      problem: 'is -1000, but a capacity is 0 or more',
    },
    {
      of: 'a capacity that is no rate',
      network: { borders: [{ as: 1, up: '5 MiB' }] },
      at: 'network.borders[0].up',
      problem: 'is "5 MiB", but a rate has no unit "MiB"',
    },
    {
      of: 'an infinite capacity',
      network: { borders: [{ as: 1, up: Infinity }] },
      at: 'network.borders[0].up',
      problem: 'is Infinity, but must be a text or a number, and finite',
    },
    {
      of: 'an unknown AS',
      network: { borders: [{ as: 7, up: 5 }] },
      at: 'network.borders[0].as',
      problem: 'is "AS7", which is no AS of this network',
    },
    {
      of: 'an unknown AS in a list',
      network: { borders: [{ as: [1, 'AS99'], up: 5 }] },
      at: 'network.borders[0].as[1]',
      problem: 'is "AS99", which is no AS of this network',
    },
    {
      of: 'an unknown AS of a link',
      network: { borders: [{ between: ['transit', 9], capacity: 5 }] },
      at: 'network.borders[0].between[1]',
      problem: 'is "AS9", which is no AS of this network',
    },
    {
      of: 'an AS that is no number and no name',
      network: { borders: [{ as: ['transit', 'Berlin'], up: 5 }] },
      at: 'network.borders[0].as[1]',
      problem: 'is "Berlin", but a transit–stub topology counts its AS from 0',
    },
    {
      of: 'a link that there is not',
      network: { borders: [{ between: [1, 2], capacity: 5 }] },
      at: 'network.borders[0].between',
      problem: 'is AS1 and AS2, between which there is no link',
    },
    {
      of: 'a border that is given twice',
      network: {
        borders: [
          { as: 1, up: 5 },
          { as: 'AS1', up: 6 },
        ],
      },
      at: 'network.borders[1].as',
      problem: 'gives a capacity to the border out of AS1, which has one in an earlier entry',
    },
    {
      of: 'a window that is too small',
      network: { tcp: { window: 100 } },
      at: 'network.tcp.window',
      problem: 'comes to 100 bytes, but a window has 1460 bytes to 1 GiB',
    },
    {
      of: 'too many losses',
      network: { tcp: { loss: '50 %' } },
      at: 'network.tcp.loss',
      problem: 'is 50, which is too large',
    },
  ])('$of', ({ network, at, problem }) => {
    let found: unknown;
    try {
      resolveSwarm(configWith(network));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      found = error.problems.map((each) => [pathName(each.path), each.problem, each.fix !== '']);
    }
    expect(found).toEqual([[at, problem, true]]);
  });
});
