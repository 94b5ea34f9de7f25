/** Whole clients on the loopback interface: downloads, mishaps, and strangers. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Client } from '../src/index.ts';
import { LOCALHOST, within, World } from './world.ts';

let world: World;
beforeEach(async () => { world = await World.begin(); });
afterEach(() => world.end());

const at = (client: Client) => ({ host: LOCALHOST, port: client.port });

describe('a download', () => {
  test('of several files, an empty one and a short last piece among them', async () => {
    const sizes = { 'a.bin': 300_000, 'empty': 0, 'deep/er/b.bin': 7, 'c.bin': 123_456 };
    const torrent = await world.torrent(sizes);
    const seed = await world.seed(torrent);
    const leech = await world.client(torrent, 'leech');
    leech.connectTo(at(seed));
    await within(10_000, 'complete', leech.completed);
    for (const [name, bytes] of Object.entries(sizes)) {
      const got = await world.read('leech', 'content', ...name.split('/'));
      expect(got).toHaveLength(bytes);
      expect(got.equals(await world.read('seed', 'content', ...name.split('/')))).toBe(true);
    }
    expect(leech.status).toMatchObject({ leftBytes: 0, wastedBytes: 0, receivedBytes: 423_463 });
    // Two who have everything have nothing to say to each other.
    await sleep(50);
    expect([seed.status.connections, leech.status.connections]).toEqual([0, 0]);
  });

  test('passes from peer to peer: nobody gets everything from the seed', async () => {
    const torrent = await world.torrent(4 * 2 ** 20);
    const seed = await world.seed(torrent, { uploadBytesPerS: 2_000_000 });
    const leeches = [];
    for (const name of ['a', 'b', 'c']) leeches.push(await world.client(torrent, name));
    for (const leech of leeches) {
      leech.connectTo(at(seed));
      for (const other of leeches) if (other !== leech) leech.connectTo(at(other));
    }
    await within(20_000, 'complete', Promise.all(leeches.map(({ completed }) => completed)));
    expect(seed.status.sentBytes).toBeLessThan(2.2 * 4 * 2 ** 20);
  });

  test('finds its peers by a tracker, and tells it how it goes', async () => {
    const log: string[] = [];
    const tracker = await world.tracker({ onAnnounce: (line) => log.push(line) });
    const torrent = await world.torrent(500_000, { trackers: ['http://127.0.0.1:1/announce', tracker] });
    await world.seed(torrent);
    const leech = await world.client(torrent, 'leech');
    await within(15_000, 'complete', leech.completed);
    await leech.stop();
    const port = String(leech.port);
    expect(log.filter((line) => line.includes(port)).map((line) => line.replace(/ .*left/, ' left'))).toEqual([
      'started left 500000: 1 peers', 'completed left 0: 0 peers', 'stopped left 0: 0 peers',
    ]);
  });

  test('goes on without trackers, where none answers or none can be spoken to', async () => {
    const torrent = await world.torrent(100_000);
    const dead = { trackers: ['http://127.0.0.1:1/announce', 'udp://127.0.0.1:1'] };
    const seed = await world.seed(torrent, dead);
    const troubles: string[] = [];
    const leech = await world.client(torrent, 'leech', { ...dead, onTrouble: (trouble) => troubles.push(trouble) });
    leech.connectTo(at(seed));
    await within(10_000, 'complete', leech.completed);
    expect(troubles[0]).toBe('udp://127.0.0.1:1: only HTTP is spoken');
    expect(troubles[1]).toContain('http://127.0.0.1:1/announce: fetch failed');
  });

  test('goes on where it was killed, and fetches nothing twice', async () => {
    const torrent = await world.torrent(3 * 2 ** 20);
    const seed = await world.seed(torrent, { uploadBytesPerS: 1_500_000 });
    const folder = join(world.folder, 'leech');
    const command = fileURLToPath(new URL('command.ts', import.meta.url));
    const get = spawn(process.execPath, [
      '--conditions=cachetorrent-source', command, 'get', join(world.folder, 'content.torrent'),
      '--out', folder, '--host', LOCALHOST, '--peer', `${LOCALHOST}:${seed.port}`,
    ], { stdio: 'ignore' });
    while (seed.status.sentBytes < 2 ** 20) await sleep(20);
    get.kill('SIGKILL');
    await once(get, 'exit');

    const before = seed.status.sentBytes;
    const again = await world.client(torrent, 'leech');
    const kept = again.status.pieces;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(48);
    again.connectTo(at(seed));
    await within(15_000, 'complete', again.completed);
    expect(again.status.receivedBytes).toBe((48 - kept) * 2 ** 16);
    expect((await world.read('leech', 'content')).equals(await world.read('seed', 'content'))).toBe(true);
    expect(before).toBeGreaterThan(0);
  });

  test('gets a broken piece elsewhere, and leaves who sends too many', async () => {
    const torrent = await world.torrent(2 ** 20);
    const good = await world.seed(torrent, { uploadBytesPerS: 500_000 });
    await mkdir(join(world.folder, 'bad'));
    await writeFile(join(world.folder, 'bad', 'content'), Buffer.alloc(2 ** 20, 1));
    const bad = await world.client(torrent, 'bad', { isSeed: true });
    const troubles: string[] = [];
    const leech = await world.client(torrent, 'leech', { onTrouble: (trouble) => troubles.push(trouble) });
    leech.connectTo(at(bad));
    leech.connectTo(at(good));
    await within(20_000, 'complete', leech.completed);
    expect((await world.read('leech', 'content')).equals(await world.read('seed', 'content'))).toBe(true);
    expect(troubles.filter((trouble) => trouble.includes('does not have its hash')).length).toBeGreaterThan(3);
    expect(troubles.at(-1)).toContain('too many of its pieces fail their hash');
  });

  test('stops where the disk is full, says so, and goes on when there is room', async () => {
    const torrent = await world.torrent(300_000);
    const seed = await world.seed(torrent);
    // A file of Linux on a disk that is always full.
    const files = [{ ...torrent.files[0]!, path: ['full'] }];
    const leech = await world.client({ ...torrent, files }, 'leech', { folder: '/dev' });
    leech.connectTo(at(seed));
    await expect(within(10_000, 'over', leech.completed))
      .rejects.toThrow('/dev/full: the disk is full\n  to mend it: make room and start again: what is there is kept');
    await leech.stop();
  });
});

/** Says bytes to a client's port, and waits until it hangs up; returns how long it took. */
async function say(client: Client, ...parts: Uint8Array[]): Promise<{ ms: number; heard: number }> {
  const startMs = performance.now();
  const socket = connect(client.port, LOCALHOST);
  let heard = 0;
  socket.on('data', (bytes) => { heard += bytes.length; });
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  await within(15_000, 'hung up on', once(socket, 'close'));
  return { ms: performance.now() - startMs, heard };
}

const features = { fast: true, extensions: false, dht: false, version2: false };
const peerId = Buffer.from('-XX0000-stranger0000');

describe('a stranger', () => {
  test('that says nothing, or too little, is hung up on', async () => {
    const torrent = await world.torrent(100_000);
    const seed = await world.seed(torrent, { limits: { handshakeMs: 1_000 } });
    const handshake = encodeHandshake({ features, infoHash: torrent.infoHash, peerId });
    for (const part of [handshake.subarray(0, 0), handshake.subarray(0, 30), handshake.subarray(0, 60)]) {
      const { ms } = await say(seed, part);
      expect(ms).toBeGreaterThan(900);
      expect(ms).toBeLessThan(2_500);
    }
  });

  test.each([
    ['speaks another protocol', () => Buffer.from('GET / HTTP/1.1\r\n\r\n'), 0],
    ['asks for another torrent', () => encodeHandshake({ features, infoHash: new Uint8Array(20), peerId }), 0],
    ['says a frame of 2 GB', (hash: Uint8Array) => Buffer.concat([encodeHandshake({ features, infoHash: hash, peerId }), Buffer.from([0x80, 0, 0, 0])]), 68],
    ['says what nobody understands', (hash: Uint8Array) => Buffer.concat([encodeHandshake({ features, infoHash: hash, peerId }), Buffer.from([0, 0, 0, 1, 99])]), 68],
  ] as const)('that %s is hung up on at once', async (_, bytes, heard) => {
    const torrent = await world.torrent(100_000);
    const seed = await world.seed(torrent);
    const result = await say(seed, bytes(torrent.infoHash));
    expect(result.ms).toBeLessThan(1_500);
    expect(result.heard).toBeGreaterThanOrEqual(heard);
    if (heard === 0) expect(result.heard, 'nothing is answered').toBe(0);
  });

  test('that floods and does not read costs little, and others are served meanwhile', async () => {
    const torrent = await world.torrent(2 ** 20);
    const seed = await world.seed(torrent);
    const floods: Socket[] = [];
    for (let i = 0; i < 5; i++) {
      const socket = connect(seed.port, LOCALHOST);
      socket.on('error', () => {});
      socket.pause();
      const encoder = new FrameEncoder();
      encoder.raw(encodeHandshake({ features, infoHash: torrent.infoHash, peerId: Buffer.from(`-XX0000-stranger000${i}`) }));
      encoder.haveNone();
      encoder.interested();
      for (let n = 0; n < 20_000; n++) encoder.request(n % 16, 0, 16_384);
      for (let part = encoder.take(); part; part = encoder.take()) socket.write(part);
      floods.push(socket);
    }
    const leech = await world.client(torrent, 'leech');
    leech.connectTo(at(seed));
    await within(15_000, 'complete', leech.completed);
    expect(seed.status.sentBytes).toBeLessThan(20 * 2 ** 20);
    for (const socket of floods) socket.destroy();
  });

  test('may ask for the info dictionary in blocks (BEP 9)', async () => {
    const torrent = await world.torrent(100_000);
    const seed = await world.seed(torrent);
    const socket = connect(seed.port, LOCALHOST);
    const heard: Buffer[] = [];
    socket.on('data', (bytes) => heard.push(bytes));
    const encoder = new FrameEncoder();
    encoder.raw(encodeHandshake({ features: { ...features, extensions: true }, infoHash: torrent.infoHash, peerId }));
    encoder.extended(0, Buffer.from('d1:md11:ut_metadatai3eee'));
    encoder.extended(2, Buffer.from('d8:msg_typei0e5:piecei0ee'));
    for (let part = encoder.take(); part; part = encoder.take()) socket.write(part);
    while (!Buffer.concat(heard).includes(Buffer.from(torrent.info))) await sleep(20);
    socket.destroy();
  });
});

