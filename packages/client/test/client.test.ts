/** Whole clients on the loopback interface: downloads, errors, timeouts, and other peers. */

import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodeAnnounceResponse, encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { type Client, FileStore } from '../src/index.ts';
import { advanceUntilClosed, Fixture, LOCALHOST, within } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await Fixture.create();
});
afterEach(() => fixture.cleanUp());

const endpointOf = (client: Client) => ({ host: LOCALHOST, port: client.port });

describe('a download', () => {
  test('of several files, also an empty one and a short last piece, is complete', async () => {
    const sizes = { 'a.bin': 300_000, empty: 0, 'deep/er/b.bin': 7, 'c.bin': 123_456 };
    const torrent = await fixture.torrent(sizes);
    const seed = await fixture.seed(torrent);
    const leech = await fixture.client(torrent, 'leech');
    leech.connectTo(endpointOf(seed));
    await within(10_000, 'complete', leech.completed);
    for (const [name, bytes] of Object.entries(sizes)) {
      const downloaded = await fixture.read('leech', 'content', ...name.split('/'));
      expect(downloaded).toHaveLength(bytes);
      expect(downloaded.equals(await fixture.read('seed', 'content', ...name.split('/')))).toBe(
        true,
      );
    }
    expect(leech.status).toMatchObject({ leftBytes: 0, wastedBytes: 0, receivedBytes: 423_463 });
    // Two seeds have nothing to exchange.
    await vi.waitFor(() =>
      expect([seed.status.connections, leech.status.connections]).toEqual([0, 0]),
    );
  });

  test('by several peers is exchanged between them, and does not all come from the seed', async () => {
    const torrent = await fixture.torrent(4 * 2 ** 20);
    const seed = await fixture.seed(torrent, { uploadBytesPerS: 2_000_000 });
    const leeches = [];
    for (const name of ['a', 'b', 'c']) leeches.push(await fixture.client(torrent, name));
    for (const leech of leeches) {
      leech.connectTo(endpointOf(seed));
      for (const other of leeches) if (other !== leech) leech.connectTo(endpointOf(other));
    }
    await within(20_000, 'complete', Promise.all(leeches.map(({ completed }) => completed)));
    expect(seed.status.sentBytes).toBeLessThan(2.2 * 4 * 2 ** 20);
  });

  test('finds its peers through a tracker, and announces its events', async () => {
    const log: string[] = [];
    const tracker = await fixture.tracker({ onAnnounce: (line) => log.push(line) });
    const torrent = await fixture.torrent(500_000, {
      trackers: ['http://127.0.0.1:1/announce', tracker],
    });
    await fixture.seed(torrent);
    const leech = await fixture.client(torrent, 'leech');
    await within(15_000, 'complete', leech.completed);
    await leech.stop();
    const port = String(leech.port);
    expect(
      log.filter((line) => line.includes(port)).map((line) => line.replace(/ .*left/, ' left')),
    ).toEqual([
      'started left 500000: 1 peers',
      'completed left 0: 0 peers',
      'stopped left 0: 0 peers',
    ]);
  });

  test.each(['removed', 'replaced by a folder'])(
    'is no success if a file was %s meanwhile',
    async (how) => {
      const torrent = await fixture.torrent(3 * 2 ** 20);
      const seed = await fixture.seed(torrent, { uploadBytesPerS: 2_000_000 });
      const leech = await fixture.client(torrent, 'leech');
      leech.connectTo(endpointOf(seed));
      await vi.waitFor(() => expect(leech.status.pieces).toBeGreaterThan(0), 10_000);
      const file = join(fixture.folder, 'leech', 'content');
      await rm(file);
      if (how !== 'removed') await mkdir(file);
      await expect(within(20_000, 'complete', leech.completed)).rejects.toThrow(
        `${file}: was removed or changed by another program during the download`,
      );
    },
  );

  test('closes its files without waiting for the tracker when it stops', async () => {
    const closed = vi.spyOn(FileStore.prototype, 'close');
    let isClosedFirst = false;
    const tracker = createHttpServer((request, response) => {
      if (request.url!.includes('event=stopped')) isClosedFirst = closed.mock.calls.length > 0;
      response.end('d8:intervali60e5:peers0:e');
    });
    tracker.listen(0, LOCALHOST);
    await once(tracker, 'listening');
    const url = `http://${LOCALHOST}:${(tracker.address() as AddressInfo).port}/announce`;
    const torrent = await fixture.torrent(100_000);
    const asked = once(tracker, 'request');
    const client = await fixture.client(torrent, 'leech', { trackers: [url] });
    await within(10_000, 'announced', asked);
    await sleep(100);
    closed.mockClear();
    await client.stop();
    tracker.close();
    expect(isClosedFirst).toBe(true);
  });

  test('works without trackers, if none answers and none is supported', async () => {
    const torrent = await fixture.torrent(100_000);
    const dead = { trackers: ['http://127.0.0.1:1/announce', 'wss://127.0.0.1:1'] };
    const seed = await fixture.seed(torrent, dead);
    const warnings: string[] = [];
    const leech = await fixture.client(torrent, 'leech', {
      ...dead,
      onWarning: (warning) => warnings.push(warning),
    });
    leech.connectTo(endpointOf(seed));
    await within(10_000, 'complete', leech.completed);
    expect(warnings[0]).toBe('wss://127.0.0.1:1: only HTTP and UDP trackers are supported');
    expect(warnings[1]).toContain('http://127.0.0.1:1/announce: connect ECONNREFUSED');
  });

  test('resumes after its process was killed, and downloads nothing twice', async () => {
    const torrent = await fixture.torrent(3 * 2 ** 20);
    const seed = await fixture.seed(torrent, { uploadBytesPerS: 1_500_000 });
    const folder = join(fixture.folder, 'leech');
    const command = fileURLToPath(new URL('command.ts', import.meta.url));
    const get = spawn(
      process.execPath,
      [
        '--conditions=cachetorrent-source',
        command,
        'get',
        join(fixture.folder, 'content.torrent'),
        '--out',
        folder,
        '--host',
        LOCALHOST,
        '--peer',
        `${LOCALHOST}:${seed.port}`,
      ],
      { stdio: 'ignore' },
    );
    while (seed.status.sentBytes < 2 ** 20) await sleep(20);
    get.kill('SIGKILL');
    await once(get, 'exit');

    const before = seed.status.sentBytes;
    const again = await fixture.client(torrent, 'leech');
    const kept = again.status.pieces;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(48);
    again.connectTo(endpointOf(seed));
    await within(15_000, 'complete', again.completed);
    expect(again.status.receivedBytes).toBe((48 - kept) * 2 ** 16);
    expect(
      (await fixture.read('leech', 'content')).equals(await fixture.read('seed', 'content')),
    ).toBe(true);
    expect(before).toBeGreaterThan(0);
  });

  test('requests a piece with a wrong hash elsewhere, and closes connections with too many', async () => {
    const torrent = await fixture.torrent(2 ** 20);
    const good = await fixture.seed(torrent, { uploadBytesPerS: 500_000 });
    await mkdir(join(fixture.folder, 'bad'));
    await writeFile(join(fixture.folder, 'bad', 'content'), Buffer.alloc(2 ** 20, 1));
    const bad = await fixture.client(torrent, 'bad', { isSeed: true });
    const warnings: string[] = [];
    const leech = await fixture.client(torrent, 'leech', {
      onWarning: (warning) => warnings.push(warning),
    });
    leech.connectTo(endpointOf(bad));
    leech.connectTo(endpointOf(good));
    await within(20_000, 'complete', leech.completed);
    expect(
      (await fixture.read('leech', 'content')).equals(await fixture.read('seed', 'content')),
    ).toBe(true);
    expect(warnings.filter((warning) => warning.includes('fails its hash')).length).toBeGreaterThan(
      3,
    );
    expect(warnings.at(-1)).toContain('too many of its pieces fail their hash');
  });

  test('fails with an explanation when the disk is full', async () => {
    const torrent = await fixture.torrent(300_000);
    const seed = await fixture.seed(torrent);
    // A device of Linux that is always full.
    const files = [{ ...torrent.files[0]!, path: ['full'] }];
    const leech = await fixture.client({ ...torrent, files }, 'leech', { folder: '/dev' });
    leech.connectTo(endpointOf(seed));
    await expect(within(10_000, 'over', leech.completed)).rejects.toThrow(
      '/dev/full: the disk is full\n  fix: free some space and start again; the pieces on the disk are kept',
    );
    await leech.stop();
  });
});

const features = { fast: true, extensions: false, dht: false, version2: false };
const peerId = Buffer.from('-XX0000-otherpeer000');

/** Writes the messages of a peer to its socket. */
function write(socket: Socket, build: (encoder: FrameEncoder) => void): void {
  const encoder = new FrameEncoder();
  build(encoder);
  for (let part = encoder.take(); part; part = encoder.take()) socket.write(part);
}

test('a peer that leaves requests unanswered for 60 s gets one at a time, until it sends a block', async () => {
  const torrent = await fixture.torrent(4 * 2 ** 16);
  const content = await fixture.read('seed', 'content');
  const received: Buffer[] = [];
  let peer: Socket | undefined;
  const server = createServer((socket) => {
    peer = socket;
    socket.on('data', (bytes: Buffer) => received.push(bytes));
    socket.on('error', () => {});
    write(socket, (to) => {
      to.raw(encodeHandshake({ features, infoHash: torrent.infoHash, peerId }));
      to.haveAll();
      to.unchoke();
    });
  });
  server.listen(0, LOCALHOST);
  await once(server, 'listening');

  const clock = new ManualClock();
  const warnings: string[] = [];
  const leech = await fixture.client(torrent, 'leech', {
    clock,
    onWarning: (warning) => warnings.push(warning),
  });
  leech.connectTo({ host: LOCALHOST, port: (server.address() as AddressInfo).port });
  /** The messages with this id that the peer has received, after the handshake. */
  const messages = (id: number): Buffer[] => {
    const bytes = Buffer.concat(received).subarray(68);
    const found: Buffer[] = [];
    for (let offset = 0; offset + 4 < bytes.length; offset += 4 + bytes.readUInt32BE(offset)) {
      if (bytes[offset + 4] === id) found.push(bytes.subarray(offset + 4));
    }
    return found;
  };
  const count = (id: number): number => messages(id).length;
  const [REQUEST, CANCEL] = [6, 8];
  await vi.waitFor(() => expect(count(REQUEST)).toBeGreaterThan(0));
  const requested = count(REQUEST);
  clock.advance(59_500);
  expect(warnings).toEqual([]);
  // Requests are checked every 10 s.
  clock.advance(10_000);
  expect(warnings).toEqual(['127.0.0.1 has left requests unanswered for 60 s']);
  await vi.waitFor(() =>
    expect([count(CANCEL), count(REQUEST)]).toEqual([requested, requested + 1]),
  );
  clock.advance(30_000);
  await sleep(50);
  expect(count(REQUEST)).toBe(requested + 1);

  // The block is of use although its request was cancelled.
  const request = messages(REQUEST)[0]!;
  const [piece, begin] = [request.readUInt32BE(1), request.readUInt32BE(5)];
  const at = piece * 2 ** 16 + begin;
  write(peer!, (to) => to.piece(piece, begin, content.subarray(at, at + 2 ** 14)));
  await vi.waitFor(() => expect(count(REQUEST)).toBeGreaterThan(requested + 1));
  expect([leech.status.receivedBytes, leech.status.wastedBytes]).toEqual([2 ** 14, 0]);
  peer!.destroy();
  server.close();
});

/** Sends bytes to a client, and waits until it closes the connection. */
async function sendUntilClosed(
  client: Client,
  ...parts: Uint8Array[]
): Promise<{ ms: number; receivedBytes: number }> {
  const startMs = performance.now();
  const socket = connect(client.port, LOCALHOST);
  let receivedBytes = 0;
  socket.on('data', (bytes) => {
    receivedBytes += bytes.length;
  });
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  await within(15_000, 'closed', once(socket, 'close'));
  return { ms: performance.now() - startMs, receivedBytes };
}

describe('a connection', () => {
  test('without a complete handshake is closed after 10 s', async () => {
    const torrent = await fixture.torrent(100_000);
    const clock = new ManualClock();
    const seed = await fixture.seed(torrent, { clock });
    const handshake = encodeHandshake({ features, infoHash: torrent.infoHash, peerId });
    for (const length of [0, 30, 60]) {
      const socket = connect(seed.port, LOCALHOST);
      socket.on('error', () => {});
      socket.resume();
      await once(socket, 'connect');
      socket.write(handshake.subarray(0, length));
      await sleep(50);
      const elapsedMs = await advanceUntilClosed(clock, socket);
      expect(elapsedMs).toBeGreaterThanOrEqual(10_000);
      expect(elapsedMs).toBeLessThan(12_000);
    }
  });

  test('between two that are complete ends, and is not made again', async () => {
    const torrent = await fixture.torrent(100_000);
    const seed = await fixture.seed(torrent);
    const clock = new ManualClock();
    const leech = await fixture.client(torrent, 'leech', { clock });
    leech.connectTo(endpointOf(seed));
    await within(10_000, 'complete', leech.completed);
    await vi.waitFor(() => expect(leech.status.connections).toBe(0));
    let opened = 0;
    const count = (): number => opened++;
    subscribe('net.client.socket', count);
    clock.advance(600_000);
    unsubscribe('net.client.socket', count);
    expect(opened).toBe(0);
  });

  test.each([
    ['with another protocol', () => Buffer.from('GET / HTTP/1.1\r\n\r\n'), 0],
    [
      'for another torrent',
      () => encodeHandshake({ features, infoHash: new Uint8Array(20), peerId }),
      0,
    ],
    [
      'with a frame of 2 GB',
      (hash: Uint8Array) =>
        Buffer.concat([
          encodeHandshake({ features, infoHash: hash, peerId }),
          Buffer.from([0x80, 0, 0, 0]),
        ]),
      68,
    ],
    [
      'with an unknown message',
      (hash: Uint8Array) =>
        Buffer.concat([
          encodeHandshake({ features, infoHash: hash, peerId }),
          Buffer.from([0, 0, 0, 1, 99]),
        ]),
      68,
    ],
  ] as const)('%s is closed at once', async (_, bytes, answerBytes) => {
    const torrent = await fixture.torrent(100_000);
    const seed = await fixture.seed(torrent);
    const result = await sendUntilClosed(seed, bytes(torrent.infoHash));
    expect(result.ms).toBeLessThan(1_500);
    expect(result.receivedBytes).toBeGreaterThanOrEqual(answerBytes);
    if (answerBytes === 0) expect(result.receivedBytes, 'nothing is answered').toBe(0);
  });

  test('that floods and does not read costs little, and others are served meanwhile', async () => {
    const torrent = await fixture.torrent(2 ** 20);
    const seed = await fixture.seed(torrent);
    const floods: Socket[] = [];
    for (let i = 0; i < 5; i++) {
      const socket = connect(seed.port, LOCALHOST);
      socket.on('error', () => {});
      socket.pause();
      write(socket, (to) => {
        to.raw(
          encodeHandshake({
            features,
            infoHash: torrent.infoHash,
            peerId: Buffer.from(`-XX0000-otherpeer00${i}`),
          }),
        );
        to.haveNone();
        to.interested();
        for (let n = 0; n < 20_000; n++) to.request(n % 16, 0, 16_384);
      });
      floods.push(socket);
    }
    const leech = await fixture.client(torrent, 'leech');
    leech.connectTo(endpointOf(seed));
    await within(15_000, 'complete', leech.completed);
    expect(seed.status.sentBytes).toBeLessThan(20 * 2 ** 20);
    for (const socket of floods) socket.destroy();
  });

  test('may request the info dictionary in blocks (BEP 9)', async () => {
    const torrent = await fixture.torrent(100_000);
    const seed = await fixture.seed(torrent);
    const socket = connect(seed.port, LOCALHOST);
    const received: Buffer[] = [];
    socket.on('data', (bytes) => received.push(bytes));
    write(socket, (to) => {
      to.raw(
        encodeHandshake({
          features: { ...features, extensions: true },
          infoHash: torrent.infoHash,
          peerId,
        }),
      );
      to.extended(0, Buffer.from('d1:md11:ut_metadatai3eee'));
      to.extended(2, Buffer.from('d8:msg_typei0e5:piecei0ee'));
    });
    while (!Buffer.concat(received).includes(Buffer.from(torrent.info))) await sleep(20);
    socket.destroy();
  });
});

describe('while a tracker is silent, or an election pending for ever', () => {
  const pending = encodeAnnounceResponse({
    intervalS: 60,
    peers: [],
    cacheTorrent: { leaders: [], isPending: true },
  });

  test.each([
    { tracker: 'silent', answer: undefined },
    { tracker: 'pending', answer: pending },
  ])('named peers are served: $tracker', async ({ answer }) => {
    const server = createHttpServer((_, response) => {
      if (answer !== undefined) response.end(answer);
    });
    server.listen(0, LOCALHOST);
    await once(server, 'listening');
    const url = `http://${LOCALHOST}:${(server.address() as AddressInfo).port}/announce`;
    const torrent = await fixture.torrent(500_000);
    const trackers = [url, `${url}?second`];
    const warnings: string[] = [];
    const onWarning = (warning: string): number => warnings.push(warning);
    const seed = await fixture.seed(torrent, { trackers, onWarning });
    const leech = await fixture.client(torrent, 'leech', { trackers, onWarning });
    leech.connectTo(endpointOf(seed));
    await within(8_000, 'complete', leech.completed);
    expect(warnings).toEqual([]);
    server.closeAllConnections();
    server.close();
  });
});

test('a peer that connects before our role is known waits for a limited time', async () => {
  const clock = new ManualClock();
  const silent = createServer((socket) => socket.on('error', () => {}));
  silent.listen(0, LOCALHOST);
  await once(silent, 'listening');
  const trackers = [`http://${LOCALHOST}:${(silent.address() as AddressInfo).port}/announce`];
  const torrent = await fixture.torrent(100_000);
  const seed = await fixture.seed(torrent, { trackers, clock });
  const connected = async (): Promise<Socket> => {
    const socket = connect(seed.port, LOCALHOST);
    write(socket, (to) =>
      to.raw(encodeHandshake({ features, infoHash: torrent.infoHash, peerId })),
    );
    await once(socket, 'connect');
    await sleep(50);
    return socket;
  };
  const first = await connected();
  expect(seed.status.connections, 'an election may be going on').toBe(0);
  clock.advance(2_000);
  await vi.waitFor(() => expect(seed.status.connections).toBe(1));
  const second = await connected();
  await vi.waitFor(() => expect(seed.status.connections, 'at once').toBe(2));
  for (const socket of [first, second]) socket.destroy();
  silent.close();
  await seed.stop();
});

describe('of a peer that the user has named, it is said once that', () => {
  test.each([
    { what: 'nobody listens there', problem: /cannot connect \(.*ECONNREFUSED/, isThere: false },
    { what: 'it hangs up', problem: /hangs up before its handshake.*encryption/, isThere: true },
  ])('$what', async ({ problem, isThere }) => {
    const server = createServer((socket) => socket.on('error', () => {}).destroy());
    server.listen(0, LOCALHOST);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    if (!isThere) server.close();
    const clock = new ManualClock();
    const warnings: string[] = [];
    const torrent = await fixture.torrent(100_000);
    const leech = await fixture.client(torrent, 'leech', {
      clock,
      onWarning: (warning) => warnings.push(warning),
    });
    leech.connectTo({ host: 'localhost', port });
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringMatching(problem)]));
    expect(warnings[0]).toContain(`localhost:${port}: `);
    clock.advance(20_000);
    await sleep(100);
    expect(warnings).toHaveLength(1);
    server.close();
  });
});

test('of a peer that encrypts, it is said that this is not supported', async () => {
  const torrent = await fixture.torrent(100_000);
  const warnings: string[] = [];
  const seed = await fixture.seed(torrent, { onWarning: (warning) => warnings.push(warning) });
  await sendUntilClosed(seed, Buffer.alloc(96, 0x5a));
  expect(warnings[0]).toMatch(/not-bittorrent: byte 0 .*\(encrypted connections, MSE, are not/);
});
