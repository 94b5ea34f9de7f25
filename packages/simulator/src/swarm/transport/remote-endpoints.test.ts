/** Who subscribes to the pieces of a peer, and in which order. */
import type { Connection } from '@cachetorrent/protocol';
import { PeerTables } from '@cachetorrent/protocol/internal';
import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import {
  AS_ID,
  LATENCY_MS,
  REMOTE_CONNECTION,
  REMOTE_PEER,
  RemoteEndpoints,
} from './remote-endpoints.ts';

/** Two peers have connections; the endpoints of one are not those of the other. */
const LOCAL_PEER = 1;
const CONNECTIONS = 40;

interface Remote {
  readonly connection: Connection;
  readonly asId: number;
  readonly remotePeer: number;
  readonly downloads: boolean;
}

function randomRemotes(seed: string): Remote[] {
  const random = seededRandom(seed);
  return Array.from({ length: CONNECTIONS }, (_, connection) => ({
    connection: connection as Connection,
    asId: random.below(5),
    remotePeer: random.below(1_000),
    downloads: random.below(3) > 0,
  }));
}

/** They accept the connections in another order. */
function shuffled(remotes: readonly Remote[], seed: string): Remote[] {
  const random = seededRandom(seed);
  const rest = [...remotes];
  return remotes.map(() => rest.splice(random.below(rest.length), 1)[0]!);
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'subscribers that download come first, sorted by AS and connection (seed %i)',
  (seed) => {
    const tables = new PeerTables(1, 2, 0);
    const endpoints = new RemoteEndpoints(tables);
    for (const row of [0, LOCAL_PEER]) tables.openRow(row, CONNECTIONS);
    const remotes = randomRemotes(`ends ${seed}`);
    for (const { connection, asId, remotePeer } of remotes) {
      endpoints.open(LOCAL_PEER, connection, asId, remotePeer, remotePeer / 2);
    }
    for (const { connection, downloads } of shuffled(remotes, `order ${seed}`)) {
      endpoints.establish(LOCAL_PEER, connection, (connection + 100) as Connection);
      endpoints.addSubscriber(LOCAL_PEER, connection, downloads);
    }

    const downloaders = remotes
      .filter(({ downloads }) => downloads)
      .sort((a, b) => a.asId - b.asId || a.connection - b.connection);
    expect(endpoints.subscriberCount(LOCAL_PEER)).toBe(CONNECTIONS);
    expect(endpoints.downloaderCount(LOCAL_PEER)).toBe(downloaders.length);
    expect(endpoints.subscriberCount(0)).toBe(0);

    const stored = Array.from({ length: CONNECTIONS }, (_, i) => {
      const word = endpoints.endpointOfSubscriber(LOCAL_PEER, i);
      const { endpoints: words, endpointFloats } = endpoints;
      expect(endpointFloats[word + LATENCY_MS]).toBe(words[word + REMOTE_PEER]! / 2);
      return { asId: words[word + AS_ID]!, connection: words[word + REMOTE_CONNECTION]! - 100 };
    });
    const expected = downloaders.map(({ asId, connection }) => ({ asId, connection }));
    expect(stored.slice(0, downloaders.length)).toEqual(expected);
    const connections = stored.map(({ connection }) => connection).sort((a, b) => a - b);
    expect(connections).toEqual(remotes.map(({ connection }) => connection));
  },
);

test('a peer has a connection for each number of 16 bits but one', () => {
  const tables = new PeerTables(1, 1, 0);
  const endpoints = new RemoteEndpoints(tables);
  tables.openRow(0, 2 ** 16);
  expect(() => endpoints.open(0, (2 ** 16 - 2) as Connection, 0, 0, 1)).not.toThrow();
  expect(() => endpoints.open(0, (2 ** 16 - 1) as Connection, 0, 0, 1)).toThrow(
    'a peer has at most 65535 connections; use more AS',
  );
});
