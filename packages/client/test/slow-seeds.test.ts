/** Downloads from a good seed beside slow and hostile ones, which must not hold back any block. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Client, Torrent } from '../src/index.ts';
import { Fixture, LOCALHOST, within } from './fixture.ts';

const BLOCK_BYTES = 2 ** 14;
/** Far less than a slow seed alone would take, and than any timeout. */
const LIMIT_MS = 15_000;
const [REQUEST, CANCEL] = [6, 8];

let fixture: Fixture;
let cleanups: (() => void)[];
beforeEach(async () => {
  cleanups = [];
  fixture = await Fixture.create();
});
afterEach(async () => {
  for (const cleanup of cleanups) cleanup();
  await fixture.cleanUp();
});

const endpointOf = ({ port }: { readonly port: number }) => ({ host: LOCALHOST, port });

/** A block that a peer was asked for. */
interface Requested {
  readonly piece: number;
  readonly begin: number;
}

/** A peer that claims to hold everything, and answers requests as a test says. */
class FakeSeed {
  readonly requested: Requested[] = [];
  cancelled = 0;
  readonly #server: Server;
  readonly #content: Uint8Array;
  readonly #torrent: Torrent;

  private constructor(server: Server, torrent: Torrent, content: Uint8Array) {
    this.#server = server;
    this.#torrent = torrent;
    this.#content = content;
  }

  /** Starts a peer that calls `answer` for each request. */
  static async start(
    torrent: Torrent,
    content: Uint8Array,
    answer: (seed: FakeSeed, socket: Socket, requested: Requested) => void,
    host = LOCALHOST,
  ): Promise<FakeSeed> {
    const server = createServer((socket) => {
      cleanups.push(() => socket.destroy());
      socket.on('error', () => {});
      send(socket, (to) => {
        const features = { fast: true, extensions: false, dht: false, version2: false };
        const peerId = Buffer.from(`-XX0000-seed${String(seed.port).padStart(8, '0')}`);
        to.raw(encodeHandshake({ features, infoHash: torrent.infoHash, peerId }));
        to.haveAll();
        to.unchoke();
      });
      let received = Buffer.alloc(0);
      let isHandshakeRead = false;
      socket.on('data', (bytes: Buffer) => {
        received = Buffer.concat([received, bytes]);
        if (!isHandshakeRead && received.length >= 68) {
          received = received.subarray(68);
          isHandshakeRead = true;
        }
        if (!isHandshakeRead) return;
        while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
          const message = received.subarray(4, 4 + received.readUInt32BE(0));
          received = received.subarray(4 + message.length);
          if (message[0] === CANCEL) seed.cancelled++;
          if (message[0] !== REQUEST) continue;
          const requested = { piece: message.readUInt32BE(1), begin: message.readUInt32BE(5) };
          seed.requested.push(requested);
          answer(seed, socket, requested);
        }
      });
    });
    const seed = new FakeSeed(server, torrent, content);
    cleanups.push(() => server.close());
    server.listen(0, host);
    await once(server, 'listening');
    return seed;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends a block as it should be, or a wrong one. */
  sendBlock(socket: Socket, { piece, begin }: Requested, isWrong = false): void {
    const at = piece * this.#torrent.layout.pieceBytes + begin;
    const right = this.#content.subarray(at, at + BLOCK_BYTES);
    send(socket, (to) => to.piece(piece, begin, isWrong ? new Uint8Array(BLOCK_BYTES) : right));
  }
}

function send(socket: Socket, write: (to: FrameEncoder) => void): void {
  const encoder = new FrameEncoder();
  write(encoder);
  for (let part = encoder.take(); part; part = encoder.take()) socket.write(part);
}

/** Whether the client holds what the seed holds. */
async function isSame(name: string): Promise<boolean> {
  return (await fixture.read(name, 'content')).equals(await fixture.read('seed', 'content'));
}

test('beside a fast seed, a slow one holds nothing back', async () => {
  const torrent = await fixture.torrent(2 ** 24, { pieceBytes: 2 ** 18 });
  const slow = await fixture.seed(torrent, { uploadBytesPerS: 350_000 });
  const fast = await fixture.seed(torrent);
  const leech = await fixture.client(torrent, 'leech');
  leech.connectTo(endpointOf(slow));
  await vi.waitFor(() => expect(leech.status.receivedBytes).toBeGreaterThan(2 ** 16));
  leech.connectTo(endpointOf(fast));
  await within(LIMIT_MS, 'complete', leech.completed);
  expect(await isSame('leech')).toBe(true);
  expect(slow.status.sentBytes).toBeGreaterThan(2 ** 16);
  // What was requested from both arrives twice at most, unless a cancel comes before it.
  expect(leech.status.wastedBytes).toBeLessThan(2 ** 21);
}, 40_000);

describe('beside a good seed, the download is soon complete with', () => {
  /** Sends the first block that it is asked for, and then nothing for 20 s. */
  const oneBlockIn20S = (): ((seed: FakeSeed, socket: Socket, requested: Requested) => void) => {
    let isDue = true;
    return (seed, socket, requested) => {
      if (!isDue) return;
      isDue = false;
      seed.sendBlock(socket, requested);
      const timer = setTimeout(() => {
        const next = seed.requested.at(-1)!;
        seed.sendBlock(socket, next);
        isDue = true;
      }, 20_000);
      cleanups.push(() => clearTimeout(timer));
    };
  };

  test.each([
    ['a seed that sends one right block in 20 s', 1, oneBlockIn20S],
    ['five seeds that send one right block in 20 s', 5, oneBlockIn20S],
    ['a seed that sends nothing', 1, () => () => {}],
    [
      'a seed that rejects all requests',
      1,
      () =>
        (_: FakeSeed, socket: Socket, { piece, begin }: Requested) =>
          send(socket, (to) => to.reject(piece, begin, BLOCK_BYTES)),
    ],
    [
      'a seed that chokes and unchokes instead of an answer',
      1,
      () => (seed: FakeSeed, socket: Socket) => {
        if (seed.requested.length > 1_000) return;
        send(socket, (to) => {
          to.choke();
          to.unchoke();
        });
      },
    ],
    ['a seed that hangs up', 1, () => (_: FakeSeed, socket: Socket) => void socket.end()],
  ])(
    '%s',
    async (_, count, answer) => {
      const torrent = await fixture.torrent(2 ** 22, { pieceBytes: 2 ** 18 });
      const content = await fixture.read('seed', 'content');
      const leech: Client = await fixture.client(torrent, 'leech');
      for (let i = 0; i < count; i++) {
        const hostile = await FakeSeed.start(torrent, content, answer());
        leech.connectTo(endpointOf(hostile));
        await vi.waitFor(() => expect(hostile.requested.length).toBeGreaterThan(0));
      }
      leech.connectTo(endpointOf(await fixture.seed(torrent)));
      await within(LIMIT_MS, 'complete', leech.completed);
      expect(await isSame('leech')).toBe(true);
    },
    40_000,
  );
});

test('from a fast seed far away, more and more blocks are requested ahead', async () => {
  const torrent = await fixture.torrent(2 ** 22, { pieceBytes: 2 ** 18 });
  let answered = 0;
  let outstandingMax = 0;
  const distant = await FakeSeed.start(
    torrent,
    await fixture.read('seed', 'content'),
    (seed, socket, requested) => {
      outstandingMax = Math.max(outstandingMax, seed.requested.length - answered);
      setTimeout(() => {
        answered++;
        seed.sendBlock(socket, requested);
      }, 50);
    },
  );
  const leech = await fixture.client(torrent, 'leech');
  leech.connectTo(endpointOf(distant));
  await within(LIMIT_MS, 'complete', leech.completed);
  // Four at first, and then what arrives in three seconds.
  expect(outstandingMax).toBeGreaterThan(16);
  expect(leech.status.wastedBytes).toBe(0);
}, 40_000);

test('who poisons pieces that others send, too, is found out, and the others are not', async () => {
  const torrent = await fixture.torrent(2 ** 23, { pieceBytes: 2 ** 18 });
  const content = await fixture.read('seed', 'content');
  const warnings: string[] = [];
  const leech = await fixture.client(torrent, 'leech', {
    onWarning: (warning) => warnings.push(warning),
  });
  let count = 0;
  const answer = (seed: FakeSeed, socket: Socket, requested: Requested): void =>
    seed.sendBlock(socket, requested, count++ % 3 === 0);
  const poisoner = await FakeSeed.start(torrent, content, answer, '127.0.0.9');
  const good = await fixture.seed(torrent, { uploadBytesPerS: 4_000_000 });
  leech.connectTo(endpointOf(good));
  leech.connectTo({ host: '127.0.0.9', port: poisoner.port });
  await within(LIMIT_MS, 'complete', leech.completed);
  expect(await isSame('leech')).toBe(true);
  const closed = warnings.filter((warning) => warning.includes('too many of its pieces fail'));
  expect(closed).toEqual([expect.stringContaining('127.0.0.9')]);
}, 40_000);
