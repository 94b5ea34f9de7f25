/** What the HTTP tracker answers, to clients of all kinds and to hosts that abuse it. */

import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import {
  decodeBencode,
  encodeBencode,
  parseAnnounceResponse,
  type AnnounceResponse,
  type BencodeDictionary,
} from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { uniformSelection } from '@cachetorrent/tracker';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { TrackerServer } from './tracker-server.ts';

const HASH = 'a'.repeat(20);
const ID = '-XX0000-123456789012';

let server: TrackerServer;
let port = 0;
let log: string[];
const sockets: Socket[] = [];
beforeEach(async () => {
  log = [];
  server = new TrackerServer({
    host: '127.0.0.1',
    port: 0,
    intervalS: 60,
    minPeers: 1,
    election: { leaderPercent: 10 },
    selection: () => uniformSelection(50),
    asnOf: () => undefined,
    random: seededRandom('server'),
    onAnnounce: (line) => log.push(line),
  });
  port = Number(new URL(await server.start()).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop();
});

const query = (fields = '', peerPort = 6881): string =>
  `/announce?info_hash=${HASH}&peer_id=${ID}&port=${peerPort}&left=1&compact=1${fields}`;

/** Requests a path from a loopback address, and returns the status and the body. */
async function fetched(path: string, from = '127.0.0.1', method = 'GET') {
  const options = { port, host: '127.0.0.1', localAddress: from, path, method, agent: false };
  const sent = request(options).end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: 0 }];
  const parts: Uint8Array[] = [];
  for await (const part of response) parts.push(part as unknown as Uint8Array);
  return { status: response.statusCode as number, body: Buffer.concat(parts) };
}

async function announced(fields = '', from = '127.0.0.1', peerPort = 6881) {
  const { body } = await fetched(query(fields, peerPort), from);
  const result = parseAnnounceResponse(body);
  expect(result).toMatchObject({ kind: 'peers', warnings: [] });
  return (result as { response: AnnounceResponse }).response;
}

async function scraped(path: string): Promise<BencodeDictionary> {
  return decodeBencode((await fetched(path)).body).value as BencodeDictionary;
}

describe('an announce', () => {
  test.each(['paused', 'update', 'STARTED', ''])(
    'with the event "%s" is answered',
    async (event) => {
      await announced('', '127.0.0.2');
      const { peers } = await announced(`&event=${event}`);
      expect(peers).toMatchObject([{ host: '127.0.0.2', port: 6881 }]);
    },
  );

  test('with compact=0 is answered with a list, ids included unless it says no_peer_id', async () => {
    await announced('', '127.0.0.2');
    const listOf = async (fields: string): Promise<unknown> => {
      const { body } = await fetched(query().replace('compact=1', fields));
      return (decodeBencode(body).value as BencodeDictionary).get('peers');
    };
    const peer = { ip: '127.0.0.2', port: 6881 };
    const list = (value: object): unknown => decodeBencode(encodeBencode([value as never])).value;
    expect(await listOf('compact=0')).toEqual(list({ ...peer, 'peer id': Buffer.from(ID) }));
    expect(await listOf('compact=0&no_peer_id=1')).toEqual(list(peer));
  });

  test('with another method is not answered', async () => {
    expect(await fetched(query(), '127.0.0.1', 'POST')).toMatchObject({ status: 404 });
    expect(log).toEqual([]);
  });
});

describe('a scrape', () => {
  test('counts the peers of the torrents that it names (BEP 21, 48)', async () => {
    await announced('&event=started', '127.0.0.2');
    await announced('&event=paused', '127.0.0.3');
    const done = query('&event=completed', 7).replace('left=1', 'left=0');
    await fetched(done);
    const other = 'b'.repeat(20);
    const answer = await scraped(`/scrape?info_hash=${HASH}&info_hash=${other}`);
    const files = answer.get('files') as BencodeDictionary;
    expect(Object.fromEntries(files.get(HASH) as BencodeDictionary)).toEqual({
      complete: 1,
      downloaded: 1,
      downloaders: 1,
      incomplete: 2,
    });
    expect(Object.fromEntries(files.get(other) as BencodeDictionary)).toMatchObject({
      complete: 0,
      incomplete: 0,
    });
  });

  test('of all torrents is refused with a reason', async () => {
    const reason = (await scraped('/scrape')).get('failure reason');
    expect(Buffer.from(reason as Uint8Array).toString()).toMatch(/^info_hash is missing/);
  });
});

describe('a host', () => {
  test('whose connection was reset is not registered without an address', async () => {
    await announced('', '127.0.0.2');
    for (let i = 1; i <= 30; i++) {
      const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
      await once(socket, 'connect');
      const closed = once(socket, 'close');
      socket.write(`GET ${query('', i)} HTTP/1.1\r\nhost: x\r\n\r\n`, () =>
        socket.resetAndDestroy(),
      );
      await closed;
    }
    const { peers, leechers } = await announced('', '127.0.0.3');
    expect(peers).toHaveLength(leechers! - 1);
    expect(peers).toContainEqual({ host: '127.0.0.2', port: 6881 });
    expect(log.join('\n')).not.toMatch(/ :\d/);
  });

  test('that keeps many connections open loses the oldest, and locks nobody out', async () => {
    let closed = 0;
    for (let i = 0; i < 250; i++) {
      const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
      sockets.push(socket.on('close', () => closed++));
      await once(socket, 'connect');
    }
    await announced();
    await vi.waitFor(() => expect(closed).toBeGreaterThanOrEqual(50));
    expect(sockets.slice(-150).some((socket) => socket.closed)).toBe(false);
  });
});

test('another path is answered with what the server is', async () => {
  const { status, body } = await fetched('/');
  expect([status, body.toString()]).toEqual([404, expect.stringContaining('BitTorrent tracker')]);
});
