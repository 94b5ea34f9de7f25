/** What a tracker's server may do wrong: whatever it is, the answer comes soon, and says what. */

import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { ANNOUNCE_BYTES_MAX, type AnnounceRequest } from '@cachetorrent/protocol/wire';
import { afterEach, describe, expect, test } from 'vitest';

import { announce } from './announce.ts';

const REQUEST: AnnounceRequest = {
  infoHash: new Uint8Array(20).fill(0xff), peerId: new Uint8Array(20).fill(0x25), port: 6881,
  uploaded: 0, downloaded: 0, left: 1, event: 'started',
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answerOf(listener: RequestListener): Promise<unknown> {
  server = createServer(listener);
  await new Promise<void>((resolve) => { server!.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return announce(`http://127.0.0.1:${port}/announce?key=1`, REQUEST, { signal: AbortSignal.timeout(2_000) });
}

test('a good answer is heard, and the request is as a tracker expects it', async () => {
  let asked = '';
  const answer = await answerOf(({ url }, response) => { asked = url!; response.end('d8:intervali60e5:peers6:\x0a\0\0\x01\x1a\xe1e'.replace('\xe1', '\x41')); });
  expect(answer).toMatchObject({ kind: 'peers', response: { intervalS: 60, peers: [{ host: '10.0.0.1', port: 0x1a41 }] } });
  expect(asked).toMatch(/^\/announce\?key=1&/);
  expect(asked).toContain(`info_hash=${'%FF'.repeat(20)}`);
});

describe('a server that', () => {
  test.each<[string, RequestListener, RegExp]>([
    ['says 404, with a page', (_, r) => r.writeHead(404).end('<html>no</html>'), /^HTTP status 404$/],
    ['says 200, with a page', (_, r) => r.end('<html>'), /malformed-bencode/],
    ['says nothing at all', (_, r) => r.end(), /malformed-bencode/],
    ['says random bytes', (_, r) => r.end(Buffer.from(Array.from({ length: 1_000 }, (__, i) => (i * 7919) % 256))), /malformed-bencode/],
    ['says a bomb', (_, r) => r.end('l'.repeat(900_000)), /bencode-bomb/],
    ['says something compressed, unasked', (_, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'), /./],
    ['redirects for ever', (q, r) => r.writeHead(302, { location: q.url! }).end(), /redirect/],
    ['redirects to a file', (_, r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end(), /./],
    ['hangs up', (_, r) => r.destroy(), /fetch failed/],
    ['hangs up in the middle', (_, r) => { r.writeHead(200, { 'content-length': 100 }).write('d8:'); setImmediate(() => r.destroy()); }, /./],
    ['says less than it promised', (_, r) => { r.writeHead(200, { 'content-length': 100 }).end('de'); }, /./],
    ['never answers', () => {}, /aborted|timeout/i],
    ['begins and never ends', (_, r) => { r.write('d8:interval'); }, /aborted|timeout/i],
  ])('%s', async (_, listener, problem) => {
    expect(await answerOf(listener)).toEqual({ kind: 'malformed', problem: expect.stringMatching(problem) });
  });

  test('sends without end is heard no longer than it may', async () => {
    let sent = 0;
    const answer = await answerOf((_, response) => {
      const more = (): void => { while (!response.destroyed && response.write(Buffer.alloc(65_536, 'l'))) sent += 65_536; };
      response.on('drain', more);
      more();
    });
    expect(answer).toMatchObject({ kind: 'malformed' });
    expect(sent).toBeLessThan(20 * ANNOUNCE_BYTES_MAX);
  });

  test('is none of HTTP', async () => {
    const tcp = createTcpServer((socket) => socket.end('220 smtp ready\r\n'));
    await new Promise<void>((resolve) => { tcp.listen(0, '127.0.0.1', resolve); });
    const { port } = tcp.address() as AddressInfo;
    expect(await announce(`http://127.0.0.1:${port}/`, REQUEST)).toMatchObject({ kind: 'malformed' });
    tcp.close();
  });

  test.each(['http://', 'http://[::1', 'nonsense', 'http://256.256.256.256/', 'http://127.0.0.1:99999/announce'])(
    'has the address %s', async (address) => {
      expect(await announce(address, REQUEST)).toMatchObject({ kind: 'malformed', problem: expect.stringMatching(/./) });
    });
});
