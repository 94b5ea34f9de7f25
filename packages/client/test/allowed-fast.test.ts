/** Pieces that are requested while choked (BEP 6), over real sockets. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowedFastSet, encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Client, Torrent } from '../src/index.ts';
import { Fixture, LOCALHOST, within } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';
import { ID, RawPeer } from './raw-peer.ts';

const PIECES = 40;
const PIECE_BYTES = 2 ** 16;
const BLOCK_BYTES = 2 ** 14;
const BLOCKS_PER_PIECE = 4;

let fixture: Fixture;
let torrent: Torrent;
let cleanups: (() => void)[];
beforeEach(async () => {
  cleanups = [];
  fixture = await Fixture.create();
  torrent = await fixture.torrent(PIECES * PIECE_BYTES, { pieceBytes: PIECE_BYTES });
});
afterEach(async () => {
  for (const cleanup of cleanups) cleanup();
  await fixture.cleanUp();
});

function rawPeer(client: Client, name: string): RawPeer {
  const peer = new RawPeer(client.port, torrent, name);
  cleanups.push(() => peer.socket.destroy());
  return peer;
}

interface BusySeed {
  readonly seed: Client;
  readonly holder: RawPeer;
  readonly clock: ManualClock;
}

/** A seed whose only slot another peer has, which requests nothing. */
async function busySeed(): Promise<BusySeed> {
  // Without time there are no rounds of the choker, in which the slot may change hands.
  const clock = new ManualClock();
  const seed = await fixture.seed(torrent, { uploadSlots: 1, optimisticSlots: 0, clock });
  const holder = rawPeer(seed, 'holder');
  holder.send((to) => {
    to.haveNone();
    to.interested();
  });
  await vi.waitFor(() => expect(holder.withId(ID.unchoke)).toHaveLength(1), 5_000);
  return { seed, holder, clock };
}

/** The five pieces that a peer on the loopback interface may request. */
function setOfLocalhost(): readonly number[] {
  return allowedFastSet(
    {
      address: Uint8Array.of(127, 0, 0, 1),
      infoHash: torrent.infoHash,
      pieceCount: PIECES,
      count: 5,
    },
    (bytes) => createHash('sha1').update(bytes).digest(),
  );
}

test('a seed tells an interested peer which pieces it may request, and sends these', async () => {
  const { seed } = await busySeed();
  const peer = rawPeer(seed, 'choked');
  const allowed = setOfLocalhost();
  const held = allowed[4]!;
  const other = Array.from({ length: PIECES }, (_, n) => n).find((n) => !allowed.includes(n))!;
  peer.send((to) => {
    to.have(held);
    to.interested();
  });
  await vi.waitFor(() => expect(peer.withId(ID.allowedFast)).toHaveLength(4), 5_000);
  expect(peer.withId(ID.allowedFast).map(({ piece }) => piece)).toEqual(allowed.slice(0, 4));

  peer.send((to) => {
    to.request(other, 0, BLOCK_BYTES);
    to.request(allowed[0]!, 0, BLOCK_BYTES);
    to.request(allowed[1]!, BLOCK_BYTES, BLOCK_BYTES);
  });
  await vi.waitFor(() => expect(peer.withId(ID.piece)).toHaveLength(2), 5_000);
  expect(peer.withId(ID.piece)).toMatchObject([
    { piece: allowed[0], begin: 0 },
    { piece: allowed[1], begin: BLOCK_BYTES },
  ]);
  expect(peer.withId(ID.reject)).toMatchObject([{ piece: other, begin: 0 }]);
  expect(peer.withId(ID.unchoke)).toEqual([]);
});

test('a choke keeps what is requested of an allowed piece', async () => {
  // So slow that most blocks wait for the choke, also on a busy machine.
  const seed = await fixture.seed(torrent, {
    uploadSlots: 1,
    optimisticSlots: 0,
    uploadBytesPerS: 2 * BLOCK_BYTES,
  });
  const peer = rawPeer(seed, 'peer');
  const set = setOfLocalhost();
  const allowed = set[0]!;
  const others = Array.from({ length: PIECES }, (_, piece) => piece)
    .filter((piece) => !set.includes(piece))
    .slice(0, 5);
  peer.send((to) => {
    to.haveNone();
    to.interested();
  });
  await vi.waitFor(() => expect(peer.withId(ID.unchoke)).toHaveLength(1), 5_000);
  peer.send((to) => {
    for (const piece of [...others, allowed]) {
      for (let n = 0; n < 4; n++) to.request(piece, n * BLOCK_BYTES, BLOCK_BYTES);
    }
    to.notInterested(); // Who is not interested is choked at once.
    to.interested();
  });
  await vi.waitFor(() => expect(peer.withId(ID.choke)).toHaveLength(1), 5_000);
  const sent = (isAllowed: boolean) =>
    peer.withId(ID.piece).filter(({ piece }) => (piece === allowed) === isAllowed);
  await vi.waitFor(() => expect(sent(true)).toHaveLength(4), 15_000);
  const rejected = peer.withId(ID.reject);
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected.length + sent(false).length).toBe(4 * others.length);
  expect(rejected.every(({ piece }) => piece !== allowed)).toBe(true);
}, 30_000);

test('a peer that requests an allowed piece again and again is disconnected', async () => {
  const { seed } = await busySeed();
  const peer = rawPeer(seed, 'greedy');
  const [allowed] = setOfLocalhost();
  peer.send((to) => {
    to.haveNone();
    to.interested();
  });
  await vi.waitFor(() => expect(peer.withId(ID.allowedFast)).toHaveLength(5), 5_000);
  const closed = once(peer.socket, 'close');
  for (let n = 1; n <= 3 * BLOCKS_PER_PIECE; n++) {
    peer.send((to) => to.request(allowed!, 0, BLOCK_BYTES));
    await vi.waitFor(() => expect(peer.withId(ID.piece)).toHaveLength(n), 5_000);
  }
  peer.send((to) => to.request(allowed!, 0, BLOCK_BYTES));
  await within(5_000, 'closed', closed);
});

test('a client that is choked gets its five pieces, and the others when it has a slot', async () => {
  const { seed, holder, clock } = await busySeed();
  const leech = await fixture.client(torrent, 'leech');
  leech.connectTo({ host: LOCALHOST, port: seed.port });
  await vi.waitFor(() => expect(leech.status.pieces).toBe(5), 10_000);
  await sleep(300);
  expect(leech.status.pieces).toBe(5);
  expect(seed.status.sentBytes).toBe(5 * PIECE_BYTES);
  const closed = once(holder.socket, 'close');
  holder.socket.destroy();
  await closed;
  // The choker runs within a second of that.
  const ticks = setInterval(() => clock.advance(500), 50);
  cleanups.push(() => clearInterval(ticks));
  await within(20_000, 'complete', leech.completed);
  expect(await fixture.read('leech', 'content')).toEqual(await fixture.read('seed', 'content'));
}, 40_000);

test('a client requests nothing but what is allowed, and not again what is rejected', async () => {
  const requested: number[] = [];
  const server = createServer((socket: Socket) => {
    cleanups.push(() => socket.destroy());
    socket.on('error', () => {});
    const send = (write: (to: FrameEncoder) => void): void => {
      const encoder = new FrameEncoder();
      write(encoder);
      for (let part = encoder.take(); part; part = encoder.take()) socket.write(part);
    };
    const features = { fast: true, extensions: false, dht: false, version2: false };
    const { infoHash } = torrent;
    socket.write(
      encodeHandshake({ features, infoHash, peerId: Buffer.from('-XX0000-rejects00000') }),
    );
    send((to) => {
      to.haveAll();
      to.allowedFast(3);
      to.allowedFast(7);
    });
    let bytes = Buffer.alloc(0);
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      const at = bytes.length >= 68 ? 68 : bytes.length;
      for (let next = at; bytes.length >= next + 4; ) {
        const end = next + 4 + bytes.readUInt32BE(next);
        if (bytes.length < end) break;
        if (bytes[next + 4] === 6) {
          const [piece, begin] = [bytes.readUInt32BE(next + 5), bytes.readUInt32BE(next + 9)];
          requested.push(piece);
          send((to) => to.reject(piece, begin, BLOCK_BYTES));
        }
        bytes = Buffer.concat([bytes.subarray(0, 68), bytes.subarray(end)]);
        next = 68;
      }
    });
  });
  cleanups.push(() => server.close());
  server.listen(0, LOCALHOST);
  await once(server, 'listening');
  const leech = await fixture.client(torrent, 'leech');
  leech.connectTo({ host: LOCALHOST, port: (server.address() as AddressInfo).port });
  await vi.waitFor(() => expect(new Set(requested)).toEqual(new Set([3, 7])), 5_000);
  await sleep(300);
  expect(new Set(requested)).toEqual(new Set([3, 7]));
  expect(requested.length).toBeLessThanOrEqual(2 * BLOCKS_PER_PIECE);
});
