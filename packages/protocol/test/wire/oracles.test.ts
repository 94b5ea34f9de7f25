/**
 * Comparison with two independent npm packages: `bittorrent-protocol` for the wire protocol,
 * `bencode` for bencode. Both are lenient with invalid input, so only valid input is compared.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import {
  CACHE_TORRENT_IDS,
  type CacheTorrentMessage,
  decodeBencode,
  encodeBencode,
  encodeCacheTorrent,
  encodeHandshake,
  FrameEncoder,
  type SessionEvent,
  WireSession,
} from '@cachetorrent/protocol/wire';
import bencode from 'bencode';
import Protocol, { type Wire } from 'bittorrent-protocol';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

import { ALL_FEATURES, copyOf, concatenate, OWN_ID, REMOTE_ID, TORRENT } from './remote-peer.ts';

const BLOCK = 16_384;
const wires: Wire[] = [];

afterEach(() => {
  for (const wire of wires.splice(0)) wire.destroy();
});

describe('bittorrent-protocol and FrameEncoder encode to the same bytes', () => {
  test.each([{ fast: true }, { fast: false }])('handshake, %o', async ({ fast }) => {
    const { wire, sent } = newWire();
    wire.handshake(TORRENT.infoHash, REMOTE_ID, { fast });
    await sleep(1);
    const features = { ...ALL_FEATURES, fast };
    expect(concatenate(...sent)).toEqual(
      encodeHandshake({ features, infoHash: TORRENT.infoHash, peerId: REMOTE_ID }),
    );
  });

  const uint = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 });
  test.each<[string, fc.Arbitrary<unknown[]>, string]>([
    ['have', fc.tuple(uint), 'have'],
    ['bitfield', fc.tuple(bytes), 'bitfield'],
    ['request', fc.tuple(uint, uint, uint), 'request'],
    ['piece', fc.tuple(uint, uint, bytes), 'piece'],
    ['cancel', fc.tuple(uint, uint, uint), 'cancel'],
    ['port', fc.tuple(fc.integer({ min: 1, max: 65_535 })), 'port'],
    ['suggest', fc.tuple(uint), 'suggest'],
    ['reject', fc.tuple(uint, uint, uint), 'reject'],
    ['allowedFast', fc.tuple(uint), 'allowedFast'],
    ['extended', fc.tuple(fc.integer({ min: 1, max: 255 }), bytes), 'extended'],
    ['keepAlive', fc.constant([]), 'keepAlive'],
    ['unchoke', fc.constant([]), 'unchoke'],
    ['choke', fc.constant([]), 'choke'],
    ['interested', fc.constant([]), 'interested'],
    ['notInterested', fc.constant([]), 'uninterested'],
    ['haveAll', fc.constant([]), 'haveAll'],
    ['haveNone', fc.constant([]), 'haveNone'],
  ])('%s', async (ours, fields, theirs) => {
    await fc.assert(
      fc.asyncProperty(fields, async (values) => {
        const { wire, sent } = newWire();
        Object.assign(wire, {
          hasFast: true,
          amChoking: theirs === 'unchoke',
          amInterested: theirs === 'uninterested',
          peerChoking: false,
        });
        wire[theirs](...values);
        await sleep(0);
        const encoder = new FrameEncoder() as unknown as Record<
          string,
          (...values: unknown[]) => void
        >;
        encoder[ours]!(...values);
        expect(concatenate(...sent)).toEqual((encoder as unknown as FrameEncoder).take());
      }),
      { numRuns: 20 },
    );
  });
});

describe('a session connected to bittorrent-protocol', () => {
  test.each([{ fast: true }, { fast: false }])('downloads from it, %o', async ({ fast }) => {
    const { wire, session, events } = await connected('initiator', fast);
    wire['bitfield'](Uint8Array.of(0xff, 0xc0));
    wire['unchoke']();
    wire.on(
      'request',
      (
        piece: number,
        begin: number,
        length: number,
        respond: (error: null, block: Uint8Array) => void,
      ) => {
        respond(null, new Uint8Array(length).fill(piece + begin / BLOCK));
      },
    );
    await settle(wire, session, events);
    session.writer.interested();
    session.writer.request(3, 0, BLOCK);
    session.writer.request(3, BLOCK, BLOCK);
    session.writer.request(9, 0, 10_000);
    await settle(wire, session, events);

    expect(wire.peerInterested).toBe(true);
    const blocks = events.filter((event) => event.type === 'piece');
    expect(blocks.map(({ piece, begin, block }) => [piece, begin, block.length, block[0]])).toEqual(
      [
        [3, 0, BLOCK, 3],
        [3, BLOCK, BLOCK, 4],
        [9, 0, 10_000, 9],
      ],
    );
    expect(events.filter(({ type }) => type === 'violation' || type === 'closed')).toEqual([]);
  });

  test.each([{ fast: true }, { fast: false }])('uploads to it, %o', async ({ fast }) => {
    const { wire, session, events } = await connected('responder', fast);
    session.writer.heldPieces(Uint8Array.of(0xff, 0xc0));
    await settle(wire, session, events);
    expect(wire['peerPieces'].get(9)).toBe(true);
    wire['interested']();
    session.writer.unchoke();
    await settle(wire, session, events);

    const received: unknown[] = [];
    wire['request'](9, 0, 10_000, (error: unknown, block: Uint8Array) =>
      received.push(error ?? block.length),
    );
    wire['request'](0, 0, BLOCK, (error: unknown, block: Uint8Array) =>
      received.push(error ?? block.length),
    );
    await settle(wire, session, events);
    for (const event of events) {
      if (event.type === 'request')
        session.writer.piece(event.piece, event.begin, new Uint8Array(event.length));
    }
    await settle(wire, session, events);
    expect(received).toEqual([10_000, BLOCK]);
    expect(events.filter(({ type }) => type === 'violation' || type === 'closed')).toEqual([]);
  });

  test('exchanges CacheTorrent messages with its extensions', async () => {
    const received: unknown[] = [];
    const messages: CacheTorrentMessage[] = [
      { name: 'ct_leader_start', target: { host: '10.0.0.2', port: 6881 } },
      { name: 'ct_candidate', uploadBytesPerS: 10, downloadBytesPerS: 20, asn: 64_512 },
      { name: 'ct_leaders', leaders: [{ host: '10.0.0.9', port: 6889 }], asn: 64_512 },
      { name: 'ct_neighbours', peers: [{ host: '10.0.0.2', port: 6881 }], asns: [7] },
      { name: 'ct_have', piece: 5 },
    ];
    const { wire, session, events } = await connected('initiator', true, (fresh) => {
      for (const { name } of messages)
        fresh.use(extensionFor(name, (payload) => received.push([name, payload])));
    });
    for (const message of messages) expect(session.writer.cacheTorrent(message)).toBe(true);
    await settle(wire, session, events);
    expect(received).toEqual(
      messages.map((message) => [message.name, encodeCacheTorrent(message)]),
    );

    // And back: a message with an id that we assigned.
    wire['extended'](CACHE_TORRENT_IDS.ct_have, { index: 7 });
    await settle(wire, session, events);
    expect(events.at(-1)).toEqual({ type: 'cachetorrent', message: { name: 'ct_have', piece: 7 } });
  });
});

describe('bencode', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.string({ maxLength: 5, unit: fc.constantFrom(...'abcXYZ019 _') }),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value;

  test('both encode to the same bytes', () => {
    fc.assert(
      fc.property(value, (what) => {
        expect(Buffer.from(encodeBencode(what as never))).toEqual(
          Buffer.from(bencode.encode(what)),
        );
      }),
    );
  });

  test('both decode to the same value', () => {
    fc.assert(
      fc.property(value, (what) => {
        const encoded = encodeBencode(what as never);
        expect(asObjects(decodeBencode(encoded).value)).toEqual(asObjects(bencode.decode(encoded)));
      }),
    );
  });
});

function newWire(): { wire: Wire; sent: Uint8Array[] } {
  const wire = new Protocol();
  const sent: Uint8Array[] = [];
  wire.on('data', (bytes: Uint8Array) => sent.push(bytes));
  wires.push(wire);
  return { wire, sent };
}

interface Connected {
  readonly wire: Wire;
  readonly session: WireSession;
  readonly events: SessionEvent[];
}

/** Returns a wire and a session after the handshakes. */
async function connected(
  role: 'initiator' | 'responder',
  fast: boolean,
  prepare: (wire: Wire) => void = () => {},
): Promise<Connected> {
  const { wire, sent } = newWire();
  prepare(wire);
  const session = new WireSession({
    ...(role === 'initiator' ? { role, torrent: TORRENT } : { role, torrentOf: () => TORRENT }),
    peerId: OWN_ID,
    nowMs: 0,
    extensionIds: CACHE_TORRENT_IDS,
  });
  const events: SessionEvent[] = [];
  sentBy.set(wire, sent);
  if (role === 'initiator')
    wire.once('handshake', () => wire.handshake(TORRENT.infoHash, REMOTE_ID, { fast }));
  else wire.handshake(TORRENT.infoHash, REMOTE_ID, { fast });
  await settle(wire, session, events);
  expect(events[0]).toMatchObject({
    type: 'handshake',
    peerId: REMOTE_ID,
    features: { fast, extensions: true },
  });
  return { wire, session, events };
}

const sentBy = new WeakMap<Wire, Uint8Array[]>();

/** Transfers bytes in both directions until neither side has more to send. */
async function settle(wire: Wire, session: WireSession, events: SessionEvent[]): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await sleep(1);
    for (let bytes = session.pollOutput(); bytes; bytes = session.pollOutput()) {
      wire.write(bytes);
      quiet = 0;
    }
    for (const bytes of sentBy.get(wire)!.splice(0)) {
      quiet = 0;
      session.receive(bytes, 0);
      for (let event = session.pollEvent(); event; event = session.pollEvent())
        events.push(copyOf(event));
    }
  }
}

/** Returns an extension for `Wire.use` that passes its messages to `handle`. */
function extensionFor(
  name: string,
  handle: (payload: Uint8Array) => void,
): new (
  wire: Wire,
) => object {
  const Extension = class {
    onMessage(payload: Uint8Array): void {
      handle(Uint8Array.from(payload));
    }
  };
  Object.defineProperty(Extension.prototype, 'name', { value: name });
  return Extension;
}

/** Returns Maps as objects, and bytes as lists of numbers. */
function asObjects(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return ['list', ...value.map(asObjects)];
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [key, asObjects(item)]));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asObjects(item)]));
  }
  return value;
}
