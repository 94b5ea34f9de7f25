/** Whatever strangers write, it is printed without control characters, and cut. */

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get as httpGet, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBencode, encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { addClientCommands } from '../src/commands/index.ts';
import { loadTorrent, makeTorrent } from '../src/index.ts';

const ESCAPES = '\x1b]0;title\x07\x1b[2J\x9b31m\r\n\u202egpj.exe\u2066';
const LONG = ESCAPES.repeat(20_000);
const LINE_LENGTH_MAX = 4_000;
const HOST = ['--host', '127.0.0.1'];

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'printed-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

/** Starts a command, and returns what it prints; `stop` returns the message of its error, too. */
function start(...args: string[]) {
  const written = { text: '' };
  const stopping = new AbortController();
  const stream = { write: (text: string) => void (written.text += text) };
  const program = new Command('client').exitOverride();
  addClientCommands(program, { stdout: stream, stderr: stream, signal: stopping.signal });
  const ended = program
    .parseAsync(args, { from: 'user' })
    .then(() => '')
    .catch((error: unknown) => (error as Error).message);
  const stop = async (): Promise<string> => {
    stopping.abort();
    return `${written.text}${await ended}`;
  };
  return { written, ended, stop };
}

function expectHarmless(text: string): void {
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(LINE_LENGTH_MAX);
}

async function urlOf(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
}

async function newTorrent(): Promise<string> {
  await writeFile(join(folder, 'content'), 'content');
  const path = join(folder, 'a.torrent');
  await writeFile(path, await makeTorrent(join(folder, 'content'), { trackers: [] }));
  return path;
}

describe('the text of a tracker', () => {
  test.each([
    { what: 'failure reason', answer: { 'failure reason': LONG }, shown: 'refuses: \\u{1b}]0;' },
    {
      what: 'warning message',
      answer: { 'warning message': LONG, interval: 60, peers: '' },
      shown: ': \\u{1b}]0;',
    },
  ])('$what', async ({ answer, shown }) => {
    const url = await urlOf((_, response) => response.end(encodeBencode(answer)));
    const get = start(
      'get',
      await newTorrent(),
      '--out',
      join(folder, 'o'),
      '--tracker',
      url,
      ...HOST,
    );
    await vi.waitFor(() => expect(get.written.text).toContain(shown));
    expectHarmless(await get.stop());
  });

  test('in place of an HTTP response', async () => {
    const url = await urlOf((_, response) => {
      response.socket!.end(`HTTP/1.1 ${ESCAPES} ${LONG}`);
    });
    const get = start(
      'get',
      await newTorrent(),
      '--out',
      join(folder, 'o'),
      '--tracker',
      url,
      ...HOST,
    );
    await vi.waitFor(() => expect(get.written.text).toContain(url));
    expectHarmless(await get.stop());
  });
});

describe('the text of a torrent', () => {
  const info = { 'piece length': 16_384, pieces: new Uint8Array(20), length: 9 };
  test.each([
    { what: 'its name', torrent: { info: { ...info, name: ESCAPES } } },
    { what: 'a tracker', torrent: { info: { ...info, name: 'n' }, announce: `wss://${LONG}` } },
    {
      what: 'an HTTP tracker',
      torrent: { info: { ...info, name: 'n' }, announce: `http://${ESCAPES}` },
    },
    { what: 'a web seed', torrent: { info: { ...info, name: 'n' }, 'url-list': `http://${LONG}` } },
    { what: 'no torrent at all', torrent: { [ESCAPES]: LONG } },
  ])('$what', async ({ torrent }) => {
    const path = join(folder, 'a.torrent');
    await writeFile(path, encodeBencode(torrent as never));
    const get = start('get', path, '--out', join(folder, 'o'), ...HOST);
    await Promise.race([get.ended, vi.waitFor(() => expect(get.written.text).toContain('0 %'))]);
    expectHarmless(await get.stop());
  });
});

test('the text of a peer: its client name, and names of extensions', async () => {
  const path = await newTorrent();
  const { infoHash } = await loadTorrent(path, { signal: new AbortController().signal });
  const seed = start('seed', path, ...HOST);
  await vi.waitFor(() => expect(seed.written.text).toContain('Listening at'));
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(seed.written.text)![1]);
  const features = { fast: true, extensions: true, dht: false, version2: false };
  const encoder = new FrameEncoder();
  encoder.raw(
    encodeHandshake({
      features,
      infoHash,
      peerId: Buffer.from(ESCAPES.padEnd(20)).subarray(0, 20),
    }),
  );
  encoder.extended(0, encodeBencode({ m: { [ESCAPES]: 300 }, v: LONG.slice(0, 20_000) }));
  encoder.have(99);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  for (let part = encoder.take(); part; part = encoder.take()) socket.write(part);
  await vi.waitFor(() => expect(seed.written.text).toContain('piece-out-of-range'));
  socket.destroy();
  expectHarmless(await seed.stop());
});

test('the text of an announce in the log of the tracker', async () => {
  const track = start('track', '--port', '0', ...HOST);
  await vi.waitFor(() => expect(track.written.text).toContain('/announce'));
  const [url] = /http:\S+/.exec(track.written.text)!;
  const bad = encodeURIComponent(ESCAPES);
  const query = `info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&left=${bad}&event=${bad}&ip=${bad}`;
  const [response] = await once(httpGet(`${url}?${query}`), 'response');
  response.resume();
  await once(response, 'end');
  expectHarmless(await track.stop());
});
