/**
 * Bytes that make no sense, sent to a client over a real socket: it hangs up for a reason that has
 * a name, and holds no more memory for it. `protocol/test/wire/cases` has the whole catalogue.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { leastUseful } from '../src/crowd.ts';
import type { Client, Torrent } from '../src/index.ts';
import { Introductions } from '../src/introductions.ts';
import type { Link } from '../src/link.ts';
import { LOCALHOST, within, World } from './world.ts';

const FEATURES = { fast: true, extensions: true, dht: false, version2: false };
const PIECES = 16;
const MAX = 2 ** 32 - 1;

let world: World;
let torrent: Torrent;
let seed: Client;
let troubles: string[];
beforeEach(async () => {
  troubles = [];
  world = await World.begin();
  torrent = await world.torrent(PIECES * 2 ** 16);
  seed = await world.seed(torrent, { limits: { handshakeMs: 1_000, frameMs: 1_000 }, onTrouble: (trouble) => troubles.push(trouble) });
});
afterEach(() => world.end());

const id = (name = 'stranger'): Uint8Array => Buffer.from(`-XX0000-${name.padEnd(12, '0')}`);
const greeting = (): Uint8Array => encodeHandshake({ features: FEATURES, infoHash: torrent.infoHash, peerId: id() });
const frame = (length: number, ...body: number[]): Uint8Array => Uint8Array.from([length >>> 24, length >>> 16, length >>> 8, length, ...body]);

function written(write: (to: FrameEncoder) => void): Uint8Array {
  const encoder = new FrameEncoder();
  write(encoder);
  const parts: Uint8Array[] = [];
  for (let part = encoder.take(); part; part = encoder.take()) parts.push(part);
  return Buffer.concat(parts);
}

/** A connection that has sent these bytes, in pieces of `chunkBytes`. */
function stranger(bytes: Uint8Array, chunkBytes = bytes.length || 1): Socket {
  const socket = connect({ port: seed.port, host: LOCALHOST, noDelay: true });
  socket.on('error', () => {});
  for (let at = 0; at < bytes.length; at += chunkBytes) socket.write(bytes.subarray(at, at + chunkBytes));
  socket.resume();
  return socket;
}

/** The reason for which it was hung up on, as it was told to the user. */
async function end(socket: Socket): Promise<string> {
  await within(10_000, 'hung up on', once(socket, 'close'));
  while (troubles.length === 0) await sleep(10);
  return /hung up, ([\w-]+)/.exec(troubles.at(-1)!)?.[1] ?? troubles.at(-1)!;
}

describe('hung up on is who sends', () => {
  test.each<[string, string, () => Uint8Array]>([
    ['not-bittorrent', 'what looks like HTTP', () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['not-bittorrent', 'what looks like TLS', () => Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)],
    ['not-bittorrent', 'zeros', () => new Uint8Array(1_000)],
    ['not-bittorrent', 'a handshake that is wrong in its last letter', () => greeting().with(19, 0x4c)],
    ['unknown-torrent', 'another info hash', () => greeting().with(30, 0)],
    ['frame-too-long', 'its handshake twice', () => Buffer.concat([greeting(), greeting()])],
    ['frame-too-long', 'a length of 4 GB', () => Buffer.concat([greeting(), frame(MAX, 7)])],
    ['frame-too-long', 'a length that would be negative', () => Buffer.concat([greeting(), frame(0x80000001, 4)])],
    ['wrong-length', 'a have of 6 bytes', () => Buffer.concat([greeting(), frame(6, 4, 0, 0, 0, 0, 0)])],
    ['wrong-length', 'a choke with something behind', () => Buffer.concat([greeting(), frame(2, 0, 0)])],
    ['unknown-message', 'a message that there is not', () => Buffer.concat([greeting(), frame(1, 250)])],
    ['piece-out-of-range', 'a have of piece 2^32 - 1', () => Buffer.concat([greeting(), written((to) => to.have(MAX))])],
    ['wrong-bitfield-length', 'a bitfield of 64 KiB', () => Buffer.concat([greeting(), frame(65_537, 5)])],
    ['block-out-of-range', 'a block of a piece that there is not', () => Buffer.concat([greeting(), written((to) => to.piece(MAX, MAX, new Uint8Array(10)))])],
    ['unrequested-piece', '2 MiB of blocks that nobody asked for', () => Buffer.concat([greeting(), written((to) => { for (let i = 0; i < 128; i++) to.piece(1, 0, new Uint8Array(16_384)); })])],
    ['request-out-of-range', 'a hundred requests for pieces that there are not', () => Buffer.concat([greeting(), written((to) => { to.interested(); for (let i = 0; i < 100; i++) to.request(PIECES + i, MAX, MAX); })])],
    ['bencode-bomb', 'an extended handshake of lists', () => Buffer.concat([greeting(), written((to) => to.extended(0, Buffer.from('l'.repeat(60_000))))])],
    ['unknown-extension', 'a thousand messages of an extension that there is not', () => Buffer.concat([greeting(), written((to) => { for (let i = 0; i < 1_000; i++) to.extended(77, Buffer.from('de')); })])],
    ['bad-cachetorrent-message', 'twenty errands to nowhere', () => Buffer.concat([greeting(), written((to) => { for (let i = 0; i < 20; i++) to.extended(10, Buffer.from('d4:dest3:abce')); })])],
    ['slow-frame', 'half a message', () => Buffer.concat([greeting(), frame(16_393, 7, 0, 0)])],
    ['handshake-timeout', 'nothing', () => new Uint8Array(0)],
    ['handshake-timeout', 'half a handshake', () => greeting().subarray(0, 40)],
  ])('%s: %s', async (reason, _, bytes) => {
    expect(await end(stranger(bytes()))).toBe(reason);
  });

  test('the same in pieces of one byte', async () => {
    const bytes = Buffer.concat([greeting(), written((to) => { to.haveNone(); to.interested(); to.have(PIECES); })]);
    expect(await end(stranger(bytes, 1))).toBe('piece-out-of-range');
  });

  test('a byte of its handshake now and then', async () => {
    const socket = stranger(new Uint8Array(0));
    const slowly = setInterval(() => socket.write(greeting().subarray(0, 1)), 100);
    const startMs = performance.now();
    // The first byte is right, the second is the first again.
    expect(['handshake-timeout', 'not-bittorrent']).toContain(await end(socket));
    clearInterval(slowly);
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });
});

test('300 conversations with wrong bytes in them, and others are served all the same', async () => {
  const random = seededRandom('wrong bytes');
  const dictionary = ['d1:md11:ut_metadatai3e6:ut_pexi1eee', 'd4:dest6:', 'd8:msg_typei0e5:piecei0ee', 'd5:added0:e', 'd5:indexi3ee'];
  const conversation = (): Uint8Array => written((to) => {
    to.extended(0, Buffer.from(dictionary[0]!));
    if (random.below(2) === 0) to.bitfield(Uint8Array.of(random.below(256), random.below(256)));
    else to.haveNone();
    to.interested();
    for (let i = 0; i < 40; i++) {
      [
        () => to.request(random.below(PIECES), random.below(4) * 16_384, 16_384), () => to.have(random.below(PIECES)), () => to.cancel(random.below(PIECES), 0, 16_384),
        () => to.piece(random.below(PIECES), 0, new Uint8Array(random.below(16_384))), () => to.unchoke(), () => to.choke(), () => to.allowedFast(random.below(PIECES)),
        () => to.extended(random.below(16), Buffer.from(dictionary[random.below(dictionary.length)]!)), () => to.reject(random.below(PIECES), 0, 16_384), () => to.keepAlive(),
      ][random.below(10)]!();
    }
  });
  const leech = await world.client(torrent, 'slow', { limits: { handshakeMs: 1_000, frameMs: 1_000 } });
  for (let round = 0; round < 10; round++) {
    const sockets = Array.from({ length: 30 }, (_, i) => {
      const bytes = Uint8Array.from(Buffer.concat([greeting().subarray(0, 48), id(`wrong-${round}-${i}`), conversation()]));
      for (let wrong = 0; wrong < 1 + random.below(4); wrong++) bytes[68 + random.below(bytes.length - 68)] = random.below(256);
      const socket = connect(i % 2 === 0 ? seed.port : leech.port, LOCALHOST);
      socket.on('error', () => {});
      socket.resume();
      for (let at = 0; at < bytes.length;) {
        const length = 1 + random.below(3_000);
        socket.write(bytes.subarray(at, at + length));
        at += length;
      }
      return socket;
    });
    await sleep(50);
    for (const socket of sockets) socket.destroy();
  }
  leech.connectTo({ host: LOCALHOST, port: seed.port });
  await within(20_000, 'complete', leech.completed);
  expect((await world.read('slow', 'content')).equals(await world.read('seed', 'content'))).toBe(true);
}, 60_000);

describe('a crowd that only sits there', () => {
  test.each([
    ['and says nothing', () => new Uint8Array(0)],
    ['and says half a handshake', () => greeting().subarray(0, 50)],
  ])('%s, keeps nobody out', async (_, bytes) => {
    seed = await world.seed(torrent);
    const crowd = Array.from({ length: 200 }, () => stranger(bytes()));
    await sleep(300);
    const leech = await world.client(torrent, 'leech');
    leech.connectTo({ host: LOCALHOST, port: seed.port });
    await within(4_000, 'complete', leech.completed);
    for (const socket of crowd) socket.destroy();
  }, 20_000);

  test('and has shaken hands, makes room for who comes once it has been of no use for a minute', () => {
    const nobody = new Introductions(id(), () => {});
    const link = (ageMs: number): Link => ({ usedAtMs: performance.now() - ageMs, connection: { host: `${ageMs}` } }) as unknown as Link;
    expect(leastUseful(nobody, [link(10_000), link(90_000), link(70_000)])?.host).toBe('90000');
    expect(leastUseful(nobody, [link(10_000), link(50_000)])).toBeUndefined();
    expect(leastUseful(nobody, [])).toBeUndefined();
  });
});

describe('who sends much and reads nothing', () => {
  const floods: Record<string, (to: FrameEncoder) => void> = {
    'asks for metadata': (to) => { for (let i = 0; i < 4_000; i++) to.extended(2, Buffer.from('d8:msg_typei0e5:piecei0ee')); },
    'asks for blocks': (to) => { for (let i = 0; i < 4_000; i++) to.request(i % PIECES, 0, 16_384); },
    'asks for hashes': (to) => { for (let i = 0; i < 4_000; i++) to.hashRequest(new Uint8Array(48)); },
    'cannot decide': (to) => { for (let i = 0; i < 4_000; i++) { to.interested(); to.notInterested(); to.choke(); to.unchoke(); } },
  };
  test.each(Object.entries(floods))('and %s, has us keep little, and is let go of', async (_, flood) => {
    const head = Buffer.concat([greeting(), written((to) => { to.extended(0, Buffer.from('d1:md11:ut_metadatai3eee')); to.haveNone(); to.interested(); })]);
    const words = written(flood);
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const sockets = Array.from({ length: 4 }, (__, i) => {
      const socket = connect(seed.port, LOCALHOST);
      socket.on('error', () => {});
      socket.pause();
      socket.write(Buffer.concat([head.subarray(0, 48), id(`reads-not-${i}`), head.subarray(68)]));
      return socket;
    });
    let most = 0;
    for (let round = 0; round < 30; round++) {
      for (const socket of sockets) if (!socket.destroyed && socket.writableLength < 2 ** 22) socket.write(words);
      await sleep(20);
      most = Math.max(most, process.memoryUsage().rss - before - sockets.reduce((sum, { writableLength }) => sum + writableLength, 0));
    }
    expect(most).toBeLessThan(150 * 2 ** 20);
    // Meanwhile others are served.
    const leech = await world.client(torrent, 'leech');
    leech.connectTo({ host: LOCALHOST, port: seed.port });
    await within(15_000, 'complete', leech.completed);
    for (const socket of sockets) socket.destroy();
  }, 30_000);

  test('what it was told last is not kept for ever', async () => {
    // More than the system's own buffers take.
    const large = await world.torrent(2 ** 25, { pieceBytes: 2 ** 18 });
    const { port, status } = seed = await world.seed(large, { onTrouble: (trouble) => troubles.push(trouble) });
    const socket = connect(port, LOCALHOST);
    socket.on('error', () => {});
    socket.pause();
    torrent = large;
    socket.write(Buffer.concat([greeting(), written((to) => {
      to.haveNone();
      to.interested();
      for (let block = 0; block < 2_000; block++) to.request(block >> 4, (block & 15) * 16_384, 16_384);
    })]));
    for (let before = -1; before !== seed.status.sentBytes || before === 0; await sleep(300)) before = seed.status.sentBytes;
    expect(seed.status.sentBytes).toBeLessThan(2 ** 25);
    socket.write(frame(1, 99));
    while (!troubles.some((trouble) => trouble.includes('unknown-message'))) await sleep(20);
    expect(status.connections).toBe(0);
    // The other end is gone for good, though nobody has read it to its end.
    const isOpen = (): Promise<boolean> => new Promise((resolve) => { socket.write('x', (error) => resolve(error === undefined || error === null)); });
    await within(10_000, 'let go of', (async () => { while (await isOpen()) await sleep(200); })());
  }, 30_000);
});
