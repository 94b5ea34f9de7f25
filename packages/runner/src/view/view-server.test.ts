import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ViewData } from '@cachetorrent/view';
import { afterEach, expect, test } from 'vitest';

import { inFolder } from '../../test/campaigns.ts';
import { waitUntil } from '../../test/queue.ts';
import { ask, open } from '../../test/requests.ts';
import { GrowingFile } from './growing-file.ts';
import { MessageSearch } from './message-search.ts';
import { type ServedRun, ViewServer } from './view-server.ts';

const TEMPLATE = '<!doctype html><title>page</title><!-- view data -->';
const NEVER = new AbortController().signal;

const servers: ViewServer[] = [];
const files: GrowingFile[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const file of files.splice(0)) await file.close();
});

/** A file as it is now. */
async function opened(path: string): Promise<GrowingFile> {
  const file = await GrowingFile.open(path);
  files.push(file);
  return file;
}

async function start(
  runs: readonly ServedRun[],
  options: { host?: string; port?: number } = {},
): Promise<ViewServer> {
  const server = await ViewServer.start({
    runs,
    template: TEMPLATE,
    host: '127.0.0.1',
    port: 0,
    portOption: '--port',
    ...options,
  });
  servers.push(server);
  return server;
}

/** A run whose recording is complete. */
async function runIn(folder: string, bytes: Uint8Array, name = 'a run'): Promise<ServedRun> {
  const path = join(folder, `${name}.ctr`);
  writeFileSync(path, bytes);
  return { name, recording: await opened(path) };
}

/** Resolves when the connection has been closed, in whichever way. */
function closed(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => void response.resume().once('close', () => resolve()));
}

function dataOf(page: Buffer): ViewData {
  return JSON.parse(/id="view-data">(.*?)<\/script>/.exec(page.toString())![1]!) as ViewData;
}

test('the address has a token of 128 bits, another one each time', async () => {
  const [one, other] = [await start([]), await start([])];
  const token = ({ address }: ViewServer) =>
    /^http:\/\/127\.0\.0\.1:\d+\/(\w+)\/$/.exec(address)![1]!;
  expect(token(one)).toMatch(/^[0-9a-f]{32}$/);
  expect(token(other)).not.toBe(token(one));
});

test('the page names its runs, and what it keeps open', () =>
  inFolder(async (folder) => {
    const runs = [
      await runIn(folder, Buffer.from('1')),
      await runIn(folder, Buffer.from('2'), 'b'),
    ];
    const { address } = await start(runs);
    const { status, body, headers } = await ask(address);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(dataOf(body)).toEqual({
      presence: 'presence',
      runs: ['a run', 'b'].map((name, i) => ({
        name,
        isLive: false,
        recording: { kind: 'address', address: `runs/${i}/recording` },
      })),
    });
    expect((await ask(`${address}runs/1/recording`)).body.toString()).toBe('2');
  }));

test('every answer says that it is for nobody else, and is not kept', () =>
  inFolder(async (folder) => {
    const { address } = await start([await runIn(folder, Buffer.from('1'))]);
    for (const path of ['', 'runs/0/recording', 'nothing']) {
      const { headers } = await ask(`${address}${path}`);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "frame-ancestors 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  }));

test.each([
  { path: '/' },
  { path: '/TOKEN' },
  { path: '/TOKEN/page.html' },
  { path: '/TOKEN/runs/1/recording' },
  { path: '/TOKEN/runs/0/messages' },
  { path: '/TOKEN/runs/0/recording/' },
  { path: '/TOKEN/runs/__proto__/recording' },
  { path: '/TOKEN/../TOKEN/' },
  { path: '/TOKEN/%2e%2e/%2e%2e/etc/passwd' },
  { path: `/${'0'.repeat(32)}/` },
  { path: '/TOKEN0/' },
  { path: '//TOKEN/' },
])('there is nothing at $path', ({ path }) =>
  inFolder(async (folder) => {
    const { address, port } = await start([await runIn(folder, Buffer.from('1'))]);
    const token = address.split('/')[3]!;
    const sent = request({ port, host: '127.0.0.1', path: path.replaceAll('TOKEN', token) }).end();
    const [{ statusCode }] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(statusCode).toBe(404);
    sent.destroy();
  }),
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
  const { address } = await start([]);
  const { status, headers } = await ask(address, { method });
  expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' });
});

test('HEAD has the headers alone', () =>
  inFolder(async (folder) => {
    const { address } = await start([await runIn(folder, Buffer.from('1'))]);
    for (const path of ['', 'runs/0/recording', 'presence']) {
      const { status, body } = await ask(`${address}${path}`, { method: 'HEAD' });
      expect({ status, bytes: body.length }).toEqual({ status: 200, bytes: 0 });
    }
  }));

test.each([
  { host: 'localhost:PORT', status: 200 },
  { host: '127.0.0.1:PORT', status: 200 },
  { host: '[::1]:PORT', status: 200 },
  { host: 'LOCALHOST:PORT', status: 200 },
  { host: 'attacker.example:PORT', status: 403 },
  { host: 'localhost.attacker.example:PORT', status: 403 },
  { host: '127.0.0.1.attacker.example:PORT', status: 403 },
  { host: 'localhost:1', status: 403 },
  { host: 'localhost', status: 403 },
  { host: 'user@localhost:PORT', status: 403 },
  { host: '[localhost]:PORT', status: 403 },
])('asked as $host, it answers $status', async ({ host, status }) => {
  const { address, port } = await start([]);
  const headers = { Host: host.replace('PORT', String(port)) };
  const answer = await ask(address, { headers });
  expect(answer.status).toBe(status);
  if (status === 403) expect(answer.body.toString()).not.toContain(address.split('/')[3]);
});

test('a recording comes as it grows, to each viewer from its start, until it has ended', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'live.ctr');
    const recording = new GrowingFile(path);
    const { address } = await start([{ name: 'live', recording }]);
    const first = await open(`${address}runs/0/recording`);
    const grow = (part: string) => {
      appendFileSync(path, part);
      recording.grow(part.length);
    };
    const parts = first[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const next = async () => (await parts.next()).value?.toString();
    grow('one');
    expect(await next()).toBe('one');
    expect(dataOf((await ask(address)).body).runs[0]!.isLive).toBe(true);
    const second = ask(`${address}runs/0/recording`);
    grow(' two');
    expect(await next()).toBe(' two');
    recording.end();
    expect(await next()).toBeUndefined();
    expect((await second).body.toString()).toBe('one two');
    expect(dataOf((await ask(address)).body).runs[0]!.isLive).toBe(false);
    await recording.close();
  }));

test('a recording that has ended comes with its length, and without what was added since', () =>
  inFolder(async (folder) => {
    const bytes = Buffer.alloc(1_500_000, 'some bytes ');
    const run = await runIn(folder, bytes);
    appendFileSync(join(folder, 'a run.ctr'), 'more');
    const { address } = await start([run]);
    const { body, headers } = await ask(`${address}runs/0/recording`);
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(body.equals(bytes)).toBe(true);
  }));

test('a viewer that does not read, or has gone, is not read for', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'large.ctr');
    writeFileSync(path, Buffer.alloc(60_000_000));
    const recording = await opened(path);
    let readBytes = 0;
    const read = recording.read.bind(recording);
    recording.read = async (from, to) => {
      const bytes = await read(from, to);
      readBytes += bytes.length;
      return bytes;
    };
    const { address } = await start([{ name: 'large', recording }]);
    const response = await open(`${address}runs/0/recording`);
    response.pause();
    await waitUntil(async () => {
      const before = readBytes;
      await sleep(100);
      return readBytes === before;
    });
    expect(readBytes).toBeGreaterThan(0);
    expect(readBytes).toBeLessThan(30_000_000);
    const before = readBytes;
    response.destroy();
    await sleep(100);
    expect(readBytes - before).toBeLessThan(2_000_000);
  }));

test('messages are found, and bad queries refused with a text', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'log');
    const message = { ms: 5, from: 1, to: 2, kind: 'have', piece: 9 };
    writeFileSync(path, `${JSON.stringify(message)}\n`);
    const messages = new MessageSearch(await opened(path), () => Promise.resolve([0, 0, 0]));
    const { address } = await start([{ ...(await runIn(folder, Buffer.from('1'))), messages }]);
    expect(dataOf((await ask(address)).body).runs[0]!.messages).toEqual({
      kind: 'address',
      address: 'runs/0/messages',
    });
    const found = await ask(`${address}runs/0/messages?fromMs=0&limit=10`);
    expect(found.headers['content-type']).toBe('application/json');
    expect(JSON.parse(found.body.toString())).toEqual({ messages: [message] });
    const refused = await ask(`${address}runs/0/messages?limit=many`);
    expect(refused.status).toBe(400);
    expect(refused.body.toString()).toContain('limit: must be a whole number');
  }));

test('viewers are those that keep the presence open; one may leave and come back', async () => {
  const { address, viewers } = await start([]);
  expect(viewers.hasBeenSeen).toBe(false);
  const gone = viewers.untilGone(150, NEVER).then(() => 'gone');
  const stillHere = () => Promise.race([gone, sleep(250, 'here')]);
  expect(await stillHere()).toBe('here');
  const first = await open(`${address}presence`);
  expect(first.headers['content-type']).toBe('text/event-stream');
  const second = await open(`${address}presence`);
  await waitUntil(() => viewers.count === 2);
  first.destroy();
  await waitUntil(() => viewers.count === 1);
  expect(await stillHere()).toBe('here');
  second.destroy();
  await waitUntil(() => viewers.count === 0);
  const again = await open(`${address}presence`);
  expect(await stillHere()).toBe('here');
  again.destroy();
  expect(await gone).toBe('gone');
});

test('more than 64 connections at a time are not accepted', async () => {
  const { address, viewers } = await start([]);
  const pages = await Promise.all(Array.from({ length: 64 }, () => open(`${address}presence`)));
  await expect(ask(address)).rejects.toThrow('socket hang up');
  pages[0]!.destroy();
  await waitUntil(() => viewers.count === 63);
  expect((await ask(address)).status).toBe(200);
});

test('viewers that stay are not waited for when the user stops the command', async () => {
  const { address, viewers } = await start([]);
  const stop = new AbortController();
  const gone = viewers.untilGone(10, stop.signal);
  const viewer = await open(`${address}presence`);
  stop.abort();
  await expect(gone).rejects.toThrow('aborted');
  const server = servers.pop()!;
  await server.close();
  await closed(viewer);
});

test('a server that is closed ends a recording that goes on, and listens no longer', () =>
  inFolder(async (folder) => {
    const recording = new GrowingFile(join(folder, 'live.ctr'));
    const server = await start([{ name: 'live', recording }]);
    const response = await open(`${server.address}runs/0/recording`);
    servers.pop();
    await server.close();
    await closed(response);
    await expect(ask(server.address)).rejects.toThrow('ECONNREFUSED');
  }));

test.each([
  {
    what: 'another port',
    host: '127.0.0.1',
    says: /^--port (\d+): is in use by another program\n {2}fix: name another port, or leave --port out/,
  },
  {
    what: 'another address',
    host: '203.0.113.1',
    says: /^--host 203\.0\.113\.1: cannot be listened at: /,
  },
])('fix: $what', async ({ host, says }) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(start([], { host, port })).rejects.toThrow(says);
  other.close();
});

test('a recording that cannot be read ends the connection, not the server', () =>
  inFolder(async (folder) => {
    const run = await runIn(folder, Buffer.from('1'));
    const { address } = await start([run]);
    run.recording.read = () => Promise.reject(new Error('the disk is gone'));
    await expect(ask(`${address}runs/0/recording`)).rejects.toThrow('aborted');
    expect((await ask(address)).status).toBe(200);
    expect(readFileSync(join(folder, 'a run.ctr'), 'utf8')).toBe('1');
  }));
