/** The section `network`: what may be written, and what it becomes. */

import { describe, expect, test } from 'vitest';

import type { NetworkData } from '../network/as-network.ts';
import type { FileTopology } from '../swarm/plan/swarm.ts';
import { ConfigurationError } from './configuration-error.ts';
import { resolveSwarm } from './resolve.ts';

const RELATIONSHIPS: NetworkData = { kind: 'relationships', text: '1|2|0\n1|11|-1\n2|12|-1\n' };
const GRAPH: NetworkData = {
  kind: 'graph',
  names: ['Berlin', 'Paris'],
  links: [{ from: 0, to: 1 }],
  isDirected: false,
};
const TABLE: NetworkData = {
  kind: 'table',
  names: ['a', 'b'],
  latencyMs: [
    [1, 9],
    [9, 1],
  ],
};

function resolved(network: object, more: object = {}) {
  return resolveSwarm({ peers: 40, file: { pieces: 8 }, network, ...more });
}

const file = (network: NetworkData = RELATIONSHIPS, name = 'rel.txt') => ({
  topology: network.kind,
  topologyFile: { name, network },
});

describe('a topology', () => {
  test('is transit–stub by default', () => {
    const { swarm, config } = resolved({ as: 4 });
    expect(config.network).toMatchObject({ topology: 'transit-stub', as: 4 });
    expect(Object.keys(swarm.topology)).not.toContain('sizes');
  });

  test('of a file has its content in the swarm, and its name in the configuration', () => {
    const { swarm, config } = resolved(file());
    expect(swarm.topology).toEqual({
      file: { name: 'rel.txt' },
      network: RELATIONSHIPS,
      asCount: 4,
      hopMs: 20,
      intraMs: 5,
    });
    expect(config.network).toEqual({
      topology: 'relationships',
      topologyFile: { name: 'rel.txt' },
      hopLatency: 20,
      intraLatency: 5,
      latency: 'topology',
      allocationInterval: 1_000,
    });
  });

  test('names AS by number or name, everywhere', () => {
    const { swarm } = resolved(
      { ...file(), hosts: ['AS11', { as: 12, share: '50 %' }] },
      {
        seeds: { as: 1 },
        classes: [{ name: 'a', share: 100, as: ['as2', { index: '11', share: 2 }] }],
        faults: [{ at: 1, cut: { as: 'AS12' }, for: 5 }],
      },
    );
    const { hosts } = swarm.topology as FileTopology;
    expect(hosts).toEqual({
      as: [
        { as: 2, share: 1 },
        { as: 3, share: 50 },
      ],
    });
    expect(swarm.classes.map(({ homes }) => homes)).toEqual([
      [{ as: 0, share: 1 }],
      [
        { as: 1, share: 1 },
        { as: 2, share: 2 },
      ],
    ]);
    expect(swarm.faults).toMatchObject([{ as: [3] }]);
  });

  test('of stubs has AS0, AS1 …, beside indices', () => {
    const { swarm } = resolved({ as: 3 }, { seeds: { as: ['AS2', 1] } });
    expect(swarm.classes[0]!.homes).toEqual([
      { as: 2, share: 1 },
      { as: 1, share: 1 },
    ]);
  });

  test('with a table of users draws by it, and leaves out AS that the network lacks', () => {
    const users = {
      name: 'u.csv',
      rows: [
        ['AS12', 5],
        [99, 7],
      ],
    };
    const { swarm, config } = resolved({ ...file(), hosts: { count: 1, users } });
    expect((swarm.topology as FileTopology).hosts).toEqual({
      count: 1,
      by: 'users',
      users: [[3, 5]],
    });
    expect(config.network.hosts).toEqual({ count: 1, by: 'users', users: { name: 'u.csv' } });
  });
});

test.each([
  {
    what: 'a file without its kind',
    network: { topologyFile: 'a.txt' },
    says: /network.topologyFile: names a file, but does not say what it describes\n.*"relationships"/,
  },
  {
    what: 'a kind without a file',
    network: { topology: 'table' },
    says: /network.topology: is "table", but no file describes it/,
  },
  {
    what: 'a file that nobody has read',
    network: { topology: 'table', topologyFile: 'a.csv' },
    says: /network.topologyFile: is the name of a file \("a.csv"\), but the simulator reads no files/,
  },
  {
    what: 'another kind of file',
    network: { ...file(), topology: 'graph' },
    says: /describes a topology of the kind "relationships"\n.*"graph"/,
  },
  {
    what: 'stubs in a file',
    network: { ...file(), as: 4 },
    says: /network.as: has no effect in a topology "relationships"/,
  },
  {
    what: 'hosts among stubs',
    network: { hosts: ['AS1'] },
    says: /network.hosts: has no effect in a topology "transit-stub"/,
  },
  {
    what: 'attributes without a graph',
    network: { ...file(), latencyAttribute: 'ms' },
    says: /network.latencyAttribute: has no effect/,
  },
  {
    what: 'an AS that is not in the file',
    network: { ...file(), hosts: ['AS11', 'AS13'] },
    says: /network.hosts\[1\]: is "AS13", an AS that is not in rel.txt\n.*such as "AS1"/,
  },
  {
    what: 'a class in an AS that is not in the file',
    network: file(),
    more: { classes: [{ name: 'a', share: 100, as: [{ index: 3, share: 1 }] }] },
    says: /classes\[0\].as\[0\].index: is 3, an AS that is not in rel.txt/,
  },
  {
    what: 'a cut of an AS that is not in the file',
    network: file(),
    more: { faults: [{ at: 1, cut: { as: 'x' }, for: 5 }] },
    says: /faults\[0\].cut.as: is "x", an AS that is not in rel.txt/,
  },
  {
    what: 'a name among stubs',
    network: { as: 3 },
    more: { seeds: { as: 'Berlin' } },
    says: /seeds.as: is "Berlin", but a transit–stub topology counts its AS from 0\n.*"AS0"/,
  },
  {
    what: 'a stub that there is not',
    network: { as: 3 },
    more: { seeds: { as: 'AS3' } },
    says: /seeds.as: is 3, but the network has 3 AS/,
  },
  {
    what: 'more hosts than there are',
    network: { ...file(), hosts: { count: 3 } },
    says: /network.hosts.count: is 3, but there are 2 AS without customers\n.*set it to 2 or less/,
  },
  {
    what: 'cones without relationships',
    network: { ...file(TABLE), hosts: { count: 1, by: 'cone' } },
    says: /network.hosts.by: is "cone", but the file does not say who is a customer of whom/,
  },
  {
    what: 'users without a table',
    network: { ...file(), hosts: { count: 1, by: 'users' } },
    says: /network.hosts.by: is "users", but there is no table of these/,
  },
  {
    what: 'sizes by users without a table',
    network: { ...file(), sizes: 'users' },
    says: /network.sizes: follow the users of the AS, but there is no table/,
  },
  {
    what: 'sizes beside shares',
    network: { ...file(), hosts: [{ as: 11, share: 2 }], sizes: 'zipf' },
    says: /network.sizes: are stated, but the AS that host peers have shares, too/,
  },
  {
    what: 'a size too few',
    network: { as: 3, sizes: [1, 2] },
    says: /network.sizes: has 2 entries for 3 AS/,
  },
  {
    what: 'a negative size',
    network: { as: 2, sizes: [1, -2] },
    says: /network.sizes\[1\]: is -2, but a size is 0 or more/,
  },
  {
    what: 'an AS twice',
    network: { ...file(), hosts: ['AS11', 11] },
    says: /network.hosts\[1\]: is an AS that is listed before/,
  },
  {
    what: 'no hosts',
    network: { ...file(), hosts: [] },
    says: /network.hosts: names no AS/,
  },
  {
    what: 'a hop that takes no time',
    network: { ...file(), hopLatency: 0 },
    says: /network.hopLatency: is 0, but no message arrives when it is sent/,
  },
  {
    what: 'a link without a latency',
    network: file(GRAPH, 'g.gml'),
    says: /network.topologyFile: does not say how long the link from Berlin to Paris takes/,
  },
  {
    what: 'a text that is none',
    network: file({ kind: 'relationships', text: 'x' }),
    says: /network.topologyFile: at rel.txt:1: "x" is not a relationship/,
  },
])('$what is refused', ({ network, more = {}, says }) => {
  expect(() => resolved(network, more)).toThrow(ConfigurationError);
  expect(() => resolved(network, more)).toThrow(says);
});
