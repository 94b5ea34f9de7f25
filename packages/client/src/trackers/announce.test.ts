/** Whatever a tracker's server does wrong, `announce` returns soon, and says what was wrong. */

import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { ANNOUNCE_BYTES_MAX, type AnnounceRequest } from '@cachetorrent/protocol/wire';
import { afterEach, describe, expect, test } from 'vitest';

import { announce } from './announce.ts';

const REQUEST: AnnounceRequest = {
  infoHash: new Uint8Array(20).fill(0xff),
  peerId: new Uint8Array(20).fill(0x25),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  event: 'started',
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answerOf(listener: RequestListener): Promise<unknown> {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server!.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return announce(`http://127.0.0.1:${port}/announce?key=1`, REQUEST, {
    signal: AbortSignal.timeout(2_000),
  });
}

test('a valid answer is returned, and the request has the usual form', async () => {
  let requestUrl = '';
  const answer = await answerOf(({ url }, response) => {
    requestUrl = url!;
    response.end('d8:intervali60e5:peers6:\x0a\0\0\x01\x1a\xe1e'.replace('\xe1', '\x41'));
  });
  expect(answer).toMatchObject({
    kind: 'peers',
    response: { intervalS: 60, peers: [{ host: '10.0.0.1', port: 0x1a41 }] },
  });
  expect(requestUrl).toMatch(/^\/announce\?key=1&/);
  expect(requestUrl).toContain(`info_hash=${'%FF'.repeat(20)}`);
});

describe('a server that', () => {
  test.each<[string, RequestListener, RegExp]>([
    [
      'sends 404 and a page',
      (_, r) => r.writeHead(404).end('<html>no</html>'),
      /^HTTP status 404$/,
    ],
    ['sends 200 and a page', (_, r) => r.end('<html>'), /malformed-bencode/],
    ['sends an empty body', (_, r) => r.end(), /malformed-bencode/],
    [
      'sends random bytes',
      (_, r) => r.end(Buffer.from(Array.from({ length: 1_000 }, (__, i) => (i * 7919) % 256))),
      /malformed-bencode/,
    ],
    ['sends deeply nested lists', (_, r) => r.end('l'.repeat(900_000)), /bencode-bomb/],
    [
      'sends an unrequested encoding',
      (_, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
      /./,
    ],
    ['redirects forever', (q, r) => r.writeHead(302, { location: q.url! }).end(), /redirect/],
    [
      'redirects to a file',
      (_, r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      /./,
    ],
    ['closes the connection', (_, r) => r.destroy(), /closed|ECONNRESET|hang up/],
    [
      'closes the connection within the body',
      (_, r) => {
        r.writeHead(200, { 'content-length': 100 }).write('d8:');
        setImmediate(() => r.destroy());
      },
      /./,
    ],
    [
      'sends less than announced',
      (_, r) => {
        r.writeHead(200, { 'content-length': 100 }).end('de');
      },
      /./,
    ],
    ['never answers', () => {}, /not answered in time/],
    [
      'never ends its answer',
      (_, r) => {
        r.write('d8:interval');
      },
      /not answered in time/,
    ],
  ])('%s is reported', async (_, listener, problem) => {
    expect(await answerOf(listener)).toEqual({
      kind: 'malformed',
      problem: expect.stringMatching(problem),
    });
  });

  test('sends without end is read up to the limit', async () => {
    let sent = 0;
    const answer = await answerOf((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'l'))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    });
    expect(answer).toMatchObject({ kind: 'malformed' });
    expect(sent).toBeLessThan(20 * ANNOUNCE_BYTES_MAX);
  });

  test('does not use HTTP is reported', async () => {
    const tcp = createTcpServer((socket) => socket.end('220 smtp ready\r\n'));
    await new Promise<void>((resolve) => {
      tcp.listen(0, '127.0.0.1', resolve);
    });
    const { port } = tcp.address() as AddressInfo;
    expect(await announce(`http://127.0.0.1:${port}/`, REQUEST)).toMatchObject({
      kind: 'malformed',
    });
    tcp.close();
  });

  test.each([
    'http://',
    'http://[::1',
    'nonsense',
    'http://256.256.256.256/',
    'http://127.0.0.1:99999/announce',
  ])('cannot be reached at %s is reported', async (address) => {
    expect(await announce(address, REQUEST)).toMatchObject({
      kind: 'malformed',
      problem: expect.stringMatching(/./),
    });
  });
});
