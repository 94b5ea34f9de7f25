/**
 * Invalid bytes, sent to a client over a real socket: it closes the connection, states a reason,
 * and uses no more memory. `protocol/test/wire/cases` has the complete catalogue.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeHandshake, FrameEncoder } from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { type Client, FileStore, type Torrent } from '../src/index.ts';
import { advanceUntilClosed, Fixture, LOCALHOST, within } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

const FEATURES = { fast: true, extensions: true, dht: false, version2: false };
const PIECES = 16;
const MAX = 2 ** 32 - 1;

let fixture: Fixture;
let torrent: Torrent;
let seed: Client;
let warnings: string[];
const onWarning = (warning: string): void => {
  warnings.push(warning);
};
beforeEach(async () => {
  warnings = [];
  fixture = await Fixture.create();
  torrent = await fixture.torrent(PIECES * 2 ** 16);
  seed = await fixture.seed(torrent, { onWarning });
});
afterEach(() => fixture.cleanUp());

const id = (name = 'hostile'): Uint8Array => Buffer.from(`-XX0000-${name.padEnd(12, '0')}`);
const handshake = (): Uint8Array =>
  encodeHandshake({ features: FEATURES, infoHash: torrent.infoHash, peerId: id() });
const frame = (length: number, ...body: number[]): Uint8Array =>
  Uint8Array.from([length >>> 24, length >>> 16, length >>> 8, length, ...body]);

function encoded(write: (to: FrameEncoder) => void): Uint8Array {
  const encoder = new FrameEncoder();
  write(encoder);
  const parts: Uint8Array[] = [];
  for (let part = encoder.take(); part; part = encoder.take()) parts.push(part);
  return Buffer.concat(parts);
}

/** Returns a connection to the seed that sends these bytes, in chunks of `chunkBytes`. */
function send(bytes: Uint8Array, chunkBytes = bytes.length || 1): Socket {
  const socket = connect({ port: seed.port, host: LOCALHOST, noDelay: true });
  socket.on('error', () => {});
  for (let offset = 0; offset < bytes.length; offset += chunkBytes)
    socket.write(bytes.subarray(offset, offset + chunkBytes));
  socket.resume();
  return socket;
}

/** Waits until the connection is closed, and returns the reason in the warning. */
async function reasonOfClose(socket: Socket): Promise<string> {
  await within(10_000, 'closed', once(socket, 'close'));
  return reasonOfWarning();
}

async function reasonOfWarning(): Promise<string> {
  while (warnings.length === 0) await sleep(10);
  return /connection closed, ([\w-]+)/.exec(warnings.at(-1)!)?.[1] ?? warnings.at(-1)!;
}

describe('a connection is closed because of', () => {
  test.each<[string, string, () => Uint8Array]>([
    ['not-bittorrent', 'a request of HTTP', () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    [
      'not-bittorrent',
      'a hello of TLS',
      () => Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3),
    ],
    ['not-bittorrent', 'zeros', () => new Uint8Array(1_000)],
    ['not-bittorrent', 'a handshake with a wrong last letter', () => handshake().with(19, 0x4c)],
    ['unknown-torrent', 'another info hash', () => handshake().with(30, 0)],
    ['frame-too-long', 'a second handshake', () => Buffer.concat([handshake(), handshake()])],
    ['frame-too-long', 'a length of 4 GB', () => Buffer.concat([handshake(), frame(MAX, 7)])],
    [
      'frame-too-long',
      'a length with the sign bit',
      () => Buffer.concat([handshake(), frame(0x80000001, 4)]),
    ],
    [
      'wrong-length',
      'a have of 6 bytes',
      () => Buffer.concat([handshake(), frame(6, 4, 0, 0, 0, 0, 0)]),
    ],
    ['wrong-length', 'a choke with a payload', () => Buffer.concat([handshake(), frame(2, 0, 0)])],
    [
      'unknown-message',
      'a message that does not exist',
      () => Buffer.concat([handshake(), frame(1, 250)]),
    ],
    [
      'piece-out-of-range',
      'a have of piece 2^32 - 1',
      () => Buffer.concat([handshake(), encoded((to) => to.have(MAX))]),
    ],
    [
      'wrong-bitfield-length',
      'a bitfield of 64 KiB',
      () => Buffer.concat([handshake(), frame(65_537, 5)]),
    ],
    [
      'block-out-of-range',
      'a block of a piece that does not exist',
      () => Buffer.concat([handshake(), encoded((to) => to.piece(MAX, MAX, new Uint8Array(10)))]),
    ],
    [
      'unrequested-piece',
      '2 MiB of unrequested blocks',
      () =>
        Buffer.concat([
          handshake(),
          encoded((to) => {
            for (let i = 0; i < 128; i++) to.piece(1, 0, new Uint8Array(16_384));
          }),
        ]),
    ],
    [
      'request-out-of-range',
      'a hundred requests for pieces that do not exist',
      () =>
        Buffer.concat([
          handshake(),
          encoded((to) => {
            to.interested();
            for (let i = 0; i < 100; i++) to.request(PIECES + i, MAX, MAX);
          }),
        ]),
    ],
    [
      'bencode-bomb',
      'an extended handshake of lists',
      () =>
        Buffer.concat([
          handshake(),
          encoded((to) => to.extended(0, Buffer.from('l'.repeat(60_000)))),
        ]),
    ],
    [
      'unknown-extension',
      'a thousand messages of an unknown extension',
      () =>
        Buffer.concat([
          handshake(),
          encoded((to) => {
            for (let i = 0; i < 1_000; i++) to.extended(77, Buffer.from('de'));
          }),
        ]),
    ],
    [
      'bad-cachetorrent-message',
      'twenty leader starts without a valid target',
      () =>
        Buffer.concat([
          handshake(),
          encoded((to) => {
            for (let i = 0; i < 20; i++) to.extended(10, Buffer.from('d4:dest3:abce'));
          }),
        ]),
    ],
  ])('%s: %s', async (reason, _, bytes) => {
    expect(await reasonOfClose(send(bytes()))).toBe(reason);
  });

  test('an invalid message in chunks of one byte', async () => {
    const bytes = Buffer.concat([
      handshake(),
      encoded((to) => {
        to.haveNone();
        to.interested();
        to.have(PIECES);
      }),
    ]);
    expect(await reasonOfClose(send(bytes, 1))).toBe('piece-out-of-range');
  });
});

describe('a connection is closed after a timeout because of', () => {
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    seed = await fixture.seed(torrent, { clock, onWarning });
  });

  test.each<[string, string, number, () => Uint8Array]>([
    ['handshake-timeout', 'no handshake', 10_000, () => new Uint8Array(0)],
    ['handshake-timeout', 'half a handshake', 10_000, () => handshake().subarray(0, 40)],
    [
      'slow-frame',
      'half a message',
      60_000,
      () => Buffer.concat([handshake(), frame(16_393, 7, 0, 0)]),
    ],
    ['idle', 'no message', 180_000, handshake],
  ])('%s: %s', async (reason, _, timeoutMs, bytes) => {
    const socket = send(bytes());
    await once(socket, 'connect');
    await sleep(50);
    const elapsedMs = await advanceUntilClosed(clock, socket);
    expect(await reasonOfWarning()).toBe(reason);
    expect(elapsedMs).toBeGreaterThanOrEqual(timeoutMs);
    expect(elapsedMs).toBeLessThan(timeoutMs + 2_000);
  });

  test('a handshake of one byte per second', async () => {
    const socket = send(new Uint8Array(0));
    await once(socket, 'connect');
    for (let second = 0; second < 9; second++) {
      socket.write(handshake().subarray(second, second + 1));
      await sleep(5);
      clock.advance(1_000);
    }
    expect(warnings).toEqual([]);
    expect(await advanceUntilClosed(clock, socket)).toBeLessThan(4_000);
    expect(await reasonOfWarning()).toBe('handshake-timeout');
  });
});

test('after 300 sessions with wrong bytes, others are served nevertheless', async () => {
  const random = seededRandom('wrong bytes');
  const dictionary = [
    'd1:md11:ut_metadatai3e6:ut_pexi1eee',
    'd4:dest6:',
    'd8:msg_typei0e5:piecei0ee',
    'd5:added0:e',
    'd5:indexi3ee',
  ];
  const session = (): Uint8Array =>
    encoded((to) => {
      to.extended(0, Buffer.from(dictionary[0]!));
      if (random.below(2) === 0) to.bitfield(Uint8Array.of(random.below(256), random.below(256)));
      else to.haveNone();
      to.interested();
      for (let i = 0; i < 40; i++) {
        [
          () => to.request(random.below(PIECES), random.below(4) * 16_384, 16_384),
          () => to.have(random.below(PIECES)),
          () => to.cancel(random.below(PIECES), 0, 16_384),
          () => to.piece(random.below(PIECES), 0, new Uint8Array(random.below(16_384))),
          () => to.unchoke(),
          () => to.choke(),
          () => to.allowedFast(random.below(PIECES)),
          () =>
            to.extended(
              random.below(16),
              Buffer.from(dictionary[random.below(dictionary.length)]!),
            ),
          () => to.reject(random.below(PIECES), 0, 16_384),
          () => to.keepAlive(),
        ][random.below(10)]!();
      }
    });
  const leech = await fixture.client(torrent, 'leech');
  for (let round = 0; round < 10; round++) {
    const sockets = Array.from({ length: 30 }, (_, i) => {
      const bytes = Uint8Array.from(
        Buffer.concat([handshake().subarray(0, 48), id(`wrong-${round}-${i}`), session()]),
      );
      for (let wrong = 0; wrong < 1 + random.below(4); wrong++)
        bytes[68 + random.below(bytes.length - 68)] = random.below(256);
      const socket = connect(i % 2 === 0 ? seed.port : leech.port, LOCALHOST);
      socket.on('error', () => {});
      socket.resume();
      for (let offset = 0; offset < bytes.length; ) {
        const length = 1 + random.below(3_000);
        socket.write(bytes.subarray(offset, offset + length));
        offset += length;
      }
      return socket;
    });
    await sleep(50);
    for (const socket of sockets) socket.destroy();
  }
  leech.connectTo({ host: LOCALHOST, port: seed.port });
  await within(20_000, 'complete', leech.completed);
  expect(
    (await fixture.read('leech', 'content')).equals(await fixture.read('seed', 'content')),
  ).toBe(true);
}, 60_000);

test('each of 5,000 requests in a row is answered, by a block or a reject (BEP 6)', async () => {
  const socket = send(handshake());
  const received: Buffer[] = [];
  socket.on('data', (bytes) => received.push(bytes));
  /** The numbers of messages by id. */
  const counts = (): Record<number, number> => {
    const stream = Buffer.concat(received).subarray(68);
    const found: Record<number, number> = {};
    for (let at = 0; at + 4 < stream.length; at += 4 + stream.readUInt32BE(at)) {
      const id = stream[at + 4]!;
      found[id] = (found[id] ?? 0) + 1;
    }
    return found;
  };
  const [UNCHOKE, PIECE, REJECT] = [1, 7, 16];
  socket.write(encoded((to) => to.interested()));
  await vi.waitFor(() => expect(counts()[UNCHOKE]).toBe(1));
  const requests = encoded((to) => {
    for (let i = 0; i < 5_000; i++) to.request(i % PIECES, ((i >> 4) % 4) * 16_384, 16_384);
  });
  socket.write(requests);
  await vi.waitFor(
    () => {
      const { [PIECE]: pieces = 0, [REJECT]: rejects = 0 } = counts();
      expect(pieces + rejects).toBe(5_000);
      expect(pieces).toBeGreaterThanOrEqual(4 * PIECES);
    },
    { timeout: 10_000, interval: 100 },
  );
  socket.destroy();
}, 20_000);

test('for blocks that are far apart, no more is read than sent', async () => {
  torrent = await fixture.torrent(2 ** 26, { pieceBytes: 2 ** 24 });
  seed = await fixture.seed(torrent, { onWarning });
  let readBytes = 0;
  const readInto = vi.spyOn(FileStore.prototype, 'readInto');
  readInto.mockImplementation(async (_piece, _begin, into) => {
    readBytes += into.length;
    await sleep(1);
    return true;
  });
  const sockets = Array.from({ length: 6 }, (_, i) => {
    const bytes = Buffer.from(handshake());
    id(`scattered${i}`).forEach((byte, at) => bytes.writeUInt8(byte, 48 + at));
    return send(
      Buffer.concat([
        bytes,
        encoded((to) => {
          to.haveNone();
          to.interested();
        }),
      ]),
    );
  });
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  await sleep(100);
  for (const [i, socket] of sockets.entries()) {
    const requests = encoded((to) => {
      for (let n = 0; n < 100; n++)
        to.request((i + n) % 4, ((n * 37 + i * 11) % 1_024) * 16_384, n % 2 === 0 ? 16_384 : 100);
    });
    socket.write(requests);
  }
  await vi.waitFor(() => expect(seed.status.sentBytes).toBe(6 * 50 * 16_484), { timeout: 10_000 });
  readInto.mockRestore();
  expect(readBytes).toBeLessThanOrEqual(seed.status.sentBytes);
  for (const socket of sockets) socket.destroy();
}, 20_000);

describe('200 idle connections', () => {
  test.each([
    ['that send nothing', () => new Uint8Array(0)],
    ['that send half a handshake', () => handshake().subarray(0, 50)],
    ['that send a handshake and nothing else', handshake],
  ])(
    '%s, keep nobody out',
    async (_, bytes) => {
      const idle = Array.from({ length: 200 }, () => send(bytes()));
      // For a second or two, they may be about to say what they want.
      await sleep(2_000);
      const leech = await fixture.client(torrent, 'leech');
      leech.connectTo({ host: LOCALHOST, port: seed.port });
      await within(4_000, 'complete', leech.completed);
      for (const socket of idle) socket.destroy();
    },
    20_000,
  );
});

test('peers that do not use their upload slots lose them, if others wait', async () => {
  const clock = new ManualClock();
  seed = await fixture.seed(torrent, { clock });
  const interested = encoded((to) => {
    to.haveNone();
    to.interested();
  });
  const sockets = Array.from({ length: 20 }, () => send(Buffer.concat([handshake(), interested])));
  await vi.waitFor(() => expect(seed.status.connections).toBe(20), 10_000);
  const leech = await fixture.client(torrent, 'leech');
  leech.connectTo({ host: LOCALHOST, port: seed.port });
  await vi.waitFor(() => expect(seed.status.connections).toBe(21), 10_000);
  // It gets the pieces that it may request while it is choked (BEP 6), and no others.
  await vi.waitFor(() => expect(leech.status.pieces).toBe(5), 10_000);
  // In 60 s all 21 have had a slot, since the idle ones have theirs for one round.
  for (let second = 0; leech.status.leftBytes > 0 && second < 60; second++) {
    clock.advance(1_000);
    await sleep(20);
  }
  await within(10_000, 'complete', leech.completed);
  for (const socket of sockets) socket.destroy();
}, 30_000);

test('who copies the id and the port of a peer does not take its place', async () => {
  seed = await fixture.seed(torrent, { onWarning, uploadBytesPerS: 400_000 });
  const leech = await fixture.client(torrent, 'leech');
  // The handshake of the leech shows its id.
  const spy = connect(leech.port, LOCALHOST);
  spy.write(handshake());
  const [answer] = (await once(spy, 'data')) as [Buffer];
  spy.destroy();
  const impostor = (): Socket => {
    const own = encoded((to) => to.extended(0, Buffer.from(`d1:mde1:pi${leech.port}ee`)));
    return send(Buffer.concat([handshake().subarray(0, 48), answer.subarray(48, 68), own]));
  };
  const before = impostor();
  await vi.waitFor(() => expect(seed.status.connections).toBe(1));
  leech.connectTo({ host: LOCALHOST, port: seed.port });
  await vi.waitFor(() => expect(leech.status.receivedBytes).toBeGreaterThan(0));
  const meanwhile = impostor();
  await within(15_000, 'complete', leech.completed);
  expect(leech.status.wastedBytes).toBe(0);
  before.destroy();
  meanwhile.destroy();
}, 20_000);

test('an address that sends broken pieces, hangs up and comes back is banned soon', async () => {
  const leech = await fixture.client(torrent, 'leech', { onWarning });
  let rounds = 0;
  /** Sends one broken piece; resolves to false if the leech does not want it. */
  const sendBroken = async (): Promise<boolean> => {
    const socket = connect({ port: leech.port, host: LOCALHOST, localAddress: '127.0.0.9' });
    socket.on('error', () => {});
    socket.write(
      Buffer.concat([
        handshake().subarray(0, 48),
        id(`broken${rounds}`),
        encoded((to) => {
          to.haveAll();
          to.unchoke();
        }),
      ]),
    );
    const received: Buffer[] = [];
    socket.on('data', (bytes) => {
      received.push(bytes);
      const stream = Buffer.concat(received).subarray(68);
      for (let at = 0; at + 17 <= stream.length; at += 4 + stream.readUInt32BE(at)) {
        const isRequest = stream.readUInt32BE(at) === 13 && stream[at + 4] === 6;
        if (!isRequest) continue;
        const piece = stream.readUInt32BE(at + 5);
        socket.write(
          encoded((to) => {
            for (let block = 0; block < 4; block++) {
              to.piece(piece, block * 16_384, new Uint8Array(16_384));
            }
          }),
        );
        socket.removeAllListeners('data').resume();
        setTimeout(() => socket.end(), 50);
        return;
      }
    });
    await once(socket, 'close');
    return received.length > 0;
  };
  while (await sendBroken()) if (++rounds > 20) break;
  expect(rounds).toBe(4);
  expect(leech.status.wastedBytes).toBe(4 * 2 ** 16);
  // Others are not affected.
  leech.connectTo({ host: LOCALHOST, port: seed.port });
  await within(15_000, 'complete', leech.completed);
}, 20_000);

describe('a peer that sends much and reads nothing', () => {
  const floods: Record<string, (to: FrameEncoder) => void> = {
    'requests metadata': (to) => {
      for (let i = 0; i < 4_000; i++) to.extended(2, Buffer.from('d8:msg_typei0e5:piecei0ee'));
    },
    'requests blocks': (to) => {
      for (let i = 0; i < 4_000; i++) to.request(i % PIECES, 0, 16_384);
    },
    'requests hashes': (to) => {
      for (let i = 0; i < 4_000; i++) to.hashRequest(new Uint8Array(48));
    },
    'changes its state': (to) => {
      for (let i = 0; i < 4_000; i++) {
        to.interested();
        to.notInterested();
        to.choke();
        to.unchoke();
      }
    },
  };
  test.each(Object.entries(floods))(
    'and %s uses little memory, and others are served',
    async (_, flood) => {
      const head = Buffer.concat([
        handshake(),
        encoded((to) => {
          to.extended(0, Buffer.from('d1:md11:ut_metadatai3eee'));
          to.haveNone();
          to.interested();
        }),
      ]);
      const messages = encoded(flood);
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      const sockets = Array.from({ length: 4 }, (__, i) => {
        const socket = connect(seed.port, LOCALHOST);
        socket.on('error', () => {});
        socket.pause();
        socket.write(
          Buffer.concat([head.subarray(0, 48), id(`no-reader-${i}`), head.subarray(68)]),
        );
        return socket;
      });
      let maxBytes = 0;
      for (let round = 0; round < 30; round++) {
        for (const socket of sockets)
          if (!socket.destroyed && socket.writableLength < 2 ** 22) socket.write(messages);
        await sleep(20);
        maxBytes = Math.max(
          maxBytes,
          process.memoryUsage().rss -
            before -
            sockets.reduce((sum, { writableLength }) => sum + writableLength, 0),
        );
      }
      expect(maxBytes).toBeLessThan(150 * 2 ** 20);
      // Others are served meanwhile.
      const leech = await fixture.client(torrent, 'leech');
      leech.connectTo({ host: LOCALHOST, port: seed.port });
      await within(15_000, 'complete', leech.completed);
      for (const socket of sockets) socket.destroy();
    },
    30_000,
  );

  test('is destroyed some time after its session is closed', async () => {
    // More than the buffers of the operating system hold.
    const large = await fixture.torrent(2 ** 25, { pieceBytes: 2 ** 18 });
    const { port, status } = (seed = await fixture.seed(large, { onWarning }));
    const socket = connect(port, LOCALHOST);
    socket.on('error', () => {});
    socket.pause();
    torrent = large;
    socket.write(
      Buffer.concat([
        handshake(),
        encoded((to) => {
          to.haveNone();
          to.interested();
          for (let block = 0; block < 2_000; block++)
            to.request(block >> 4, (block & 15) * 16_384, 16_384);
        }),
      ]),
    );
    for (let before = -1; before !== seed.status.sentBytes || before === 0; await sleep(300))
      before = seed.status.sentBytes;
    expect(seed.status.sentBytes).toBeLessThan(2 ** 25);
    socket.write(frame(1, 99));
    while (!warnings.some((warning) => warning.includes('unknown-message'))) await sleep(20);
    expect(status.connections).toBe(0);
    // The other side is gone, although we have not read its output to the end.
    const isOpen = (): Promise<boolean> =>
      new Promise((resolve) => {
        socket.write('x', (error) => resolve(error === undefined || error === null));
      });
    await within(
      10_000,
      'destroyed',
      (async () => {
        while (await isOpen()) await sleep(200);
      })(),
    );
  }, 30_000);
});
