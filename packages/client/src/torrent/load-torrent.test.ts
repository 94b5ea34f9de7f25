import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadTorrent } from './load-torrent.ts';
import { makeTorrent } from './make-torrent.ts';

let folder: string;
let file: Uint8Array;
let server: Server | undefined;
const signal = new AbortController().signal;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-torrent-'));
  await writeFile(join(folder, 'content'), 'content');
  file = await makeTorrent(join(folder, 'content'), { trackers: [] });
  await writeFile(join(folder, 'a.torrent'), file);
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

async function urlOf(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server!.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a torrent is loaded', () => {
  test('from a path', async () => {
    expect((await loadTorrent(join(folder, 'a.torrent'), { signal })).name).toBe('content');
  });

  test('from the URL of a file', async () => {
    const url = pathToFileURL(join(folder, 'a.torrent')).href;
    expect((await loadTorrent(url, { signal })).name).toBe('content');
  });

  test('from a URL, whatever its path is, after a redirect', async () => {
    const url = await urlOf((request, response) => {
      if (request.url === '/download?id=7') response.end(file);
      else response.writeHead(302, { location: '/download?id=7' }).end();
    });
    expect((await loadTorrent(`${url}/a.torrent`, { signal })).name).toBe('content');
  });
});

describe('a URL is refused', () => {
  test.each<[string, RequestListener, string]>([
    [
      'without a torrent',
      (_, r) => r.writeHead(404).end('no'),
      'cannot be fetched (HTTP status 404)',
    ],
    ['of a page', (_, r) => r.end('<html>'), 'is not a torrent'],
    ['whose server hangs up', (_, r) => r.destroy(), 'cannot be fetched (other side closed)'],
    ['of too many bytes', (_, r) => flood(r), 'has more than 134217728 bytes'],
  ])('%s', async (_, listener, problem) => {
    const url = `${await urlOf(listener)}/a.torrent`;
    await expect(loadTorrent(url, { signal })).rejects.toThrow(`${url}: ${problem}`);
  });

  function flood(response: Parameters<RequestListener>[1]): void {
    const part = Buffer.alloc(2 ** 20, 'x');
    const write = (): void => {
      while (!response.destroyed && response.write(part));
    };
    response.on('drain', write).on('error', () => {});
    write();
  }

  test('when the user stops the command while its server is silent', async () => {
    const stop = new AbortController();
    const url = await urlOf(() => stop.abort(new Error('stopped')));
    await expect(loadTorrent(url, { signal: stop.signal })).rejects.toThrow('stopped');
  });
});

describe('what is not supported is said at once', () => {
  test.each([
    ['magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a', 'a magnet link (BEP 9)'],
    ['MAGNET:?xt=urn:btmh:1220caf1', 'a magnet link (BEP 9)'],
    ['c12fe1c06bba254a9dc9f519b335aa7c1367a88a', 'an info hash'],
    ['YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK', 'an info hash'],
    ['udp://tracker.example:80', 'a URL of "udp"'],
    ['ftp://example.org/a.torrent', 'a URL of "ftp"'],
  ])('%s', async (source, kind) => {
    await expect(loadTorrent(source, { signal })).rejects.toThrow(
      `${source}: is ${kind}, which is not supported\n  fix: give the path or the URL`,
    );
  });
});
