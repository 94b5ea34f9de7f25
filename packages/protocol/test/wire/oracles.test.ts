/**
 * Held against two npm packages that others wrote: `bittorrent-protocol` for the wire, `bencode`
 * for bencode. Both are lenient with bad input, so they are asked about good input only.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import {
  CACHE_TORRENT_IDS, type CacheTorrentMessage, decodeBencode, encodeBencode, encodeCacheTorrent,
  encodeHandshake, FrameEncoder, type SessionEvent, WireSession,
} from '@cachetorrent/protocol/wire';
import bencode from 'bencode';
import Protocol, { type Wire } from 'bittorrent-protocol';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

import { ALL_FEATURES, copied, joined, OUR_ID, THEIR_ID, TORRENT } from './stranger.ts';

const BLOCK = 16_384;
const wires: Wire[] = [];

afterEach(() => {
  for (const wire of wires.splice(0)) wire.destroy();
});

describe('what bittorrent-protocol says and what we say have the same bytes', () => {
  test.each([{ fast: true }, { fast: false }])('handshake, %o', async ({ fast }) => {
    const { wire, said } = newWire();
    wire.handshake(TORRENT.infoHash, THEIR_ID, { fast });
    await sleep(1);
    const features = { ...ALL_FEATURES, fast };
    expect(joined(...said)).toEqual(encodeHandshake({ features, infoHash: TORRENT.infoHash, peerId: THEIR_ID }));
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
    await fc.assert(fc.asyncProperty(fields, async (values) => {
      const { wire, said } = newWire();
      Object.assign(wire, { hasFast: true, amChoking: theirs === 'unchoke', amInterested: theirs === 'uninterested', peerChoking: false });
      wire[theirs](...values);
      await sleep(0);
      const encoder = new FrameEncoder() as unknown as Record<string, (...values: unknown[]) => void>;
      encoder[ours]!(...values);
      expect(joined(...said)).toEqual((encoder as unknown as FrameEncoder).take());
    }), { numRuns: 20 });
  });
});

describe('a session talks to bittorrent-protocol', () => {
  test.each([{ fast: true }, { fast: false }])('and downloads from it, %o', async ({ fast }) => {
    const { wire, session, events } = await connected('dialler', fast);
    wire['bitfield'](Uint8Array.of(0xff, 0xc0));
    wire['unchoke']();
    wire.on('request', (piece: number, begin: number, length: number, respond: (error: null, block: Uint8Array) => void) => {
      respond(null, new Uint8Array(length).fill(piece + begin / BLOCK));
    });
    await settle(wire, session, events);
    session.say.interested();
    session.say.request(3, 0, BLOCK);
    session.say.request(3, BLOCK, BLOCK);
    session.say.request(9, 0, 10_000);
    await settle(wire, session, events);

    expect(wire.peerInterested).toBe(true);
    const blocks = events.filter((event) => event.type === 'piece');
    expect(blocks.map(({ piece, begin, block }) => [piece, begin, block.length, block[0]]))
      .toEqual([[3, 0, BLOCK, 3], [3, BLOCK, BLOCK, 4], [9, 0, 10_000, 9]]);
    expect(events.filter(({ type }) => type === 'violation' || type === 'closed')).toEqual([]);
  });

  test.each([{ fast: true }, { fast: false }])('and uploads to it, %o', async ({ fast }) => {
    const { wire, session, events } = await connected('responder', fast);
    session.say.holdings(Uint8Array.of(0xff, 0xc0));
    await settle(wire, session, events);
    expect(wire['peerPieces'].get(9)).toBe(true);
    wire['interested']();
    session.say.unchoke();
    await settle(wire, session, events);

    const received: unknown[] = [];
    wire['request'](9, 0, 10_000, (error: unknown, block: Uint8Array) => received.push(error ?? block.length));
    wire['request'](0, 0, BLOCK, (error: unknown, block: Uint8Array) => received.push(error ?? block.length));
    await settle(wire, session, events);
    for (const event of events) {
      if (event.type === 'request') session.say.piece(event.piece, event.begin, new Uint8Array(event.length));
    }
    await settle(wire, session, events);
    expect(received).toEqual([10_000, BLOCK]);
    expect(events.filter(({ type }) => type === 'violation' || type === 'closed')).toEqual([]);
  });

  test('and its extensions understand CacheTorrent', async () => {
    const heard: unknown[] = [];
    const messages: CacheTorrentMessage[] = [
      { name: 'ct_leader_start', target: { host: '10.0.0.2', port: 6881 } },
      { name: 'ct_candidate', uploadBytesPerS: 10, downloadBytesPerS: 20, system: 64_512 },
      { name: 'ct_leaders', leaders: [{ host: '10.0.0.9', port: 6889 }], system: 64_512 },
      { name: 'ct_neighbours', peers: [{ host: '10.0.0.2', port: 6881 }], systems: [7] },
      { name: 'ct_have', piece: 5 },
    ];
    const { wire, session, events } = await connected('dialler', true, (fresh) => {
      for (const { name } of messages) fresh.use(listener(name, (payload) => heard.push([name, payload])));
    });
    for (const message of messages) expect(session.say.cacheTorrent(message)).toBe(true);
    await settle(wire, session, events);
    expect(heard).toEqual(messages.map((message) => [message.name, encodeCacheTorrent(message)]));

    // And back: what it says by our numbers is heard.
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
      fc.dictionary(fc.string({ maxLength: 5, unit: fc.constantFrom(...'abcXYZ019 _') }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

  test('what both write is the same', () => {
    fc.assert(fc.property(value, (what) => {
      expect(Buffer.from(encodeBencode(what as never))).toEqual(Buffer.from(bencode.encode(what)));
    }));
  });

  test('what both read is the same', () => {
    fc.assert(fc.property(value, (what) => {
      const encoded = encodeBencode(what as never);
      expect(asObjects(decodeBencode(encoded).value)).toEqual(asObjects(bencode.decode(encoded)));
    }));
  });
});

function newWire(): { wire: Wire; said: Uint8Array[] } {
  const wire = new Protocol();
  const said: Uint8Array[] = [];
  wire.on('data', (bytes: Uint8Array) => said.push(bytes));
  wires.push(wire);
  return { wire, said };
}

interface Connected {
  readonly wire: Wire;
  readonly session: WireSession;
  readonly events: SessionEvent[];
}

/** Both have shaken hands. */
async function connected(
  side: 'dialler' | 'responder',
  fast: boolean,
  prepare: (wire: Wire) => void = () => {},
): Promise<Connected> {
  const { wire, said } = newWire();
  prepare(wire);
  const session = new WireSession({
    side: side === 'dialler' ? { side, torrent: TORRENT } : { side, torrentOf: () => TORRENT },
    peerId: OUR_ID,
    nowMs: 0,
    extensionIds: CACHE_TORRENT_IDS,
  });
  const events: SessionEvent[] = [];
  saidBy.set(wire, said);
  if (side === 'dialler') wire.once('handshake', () => wire.handshake(TORRENT.infoHash, THEIR_ID, { fast }));
  else wire.handshake(TORRENT.infoHash, THEIR_ID, { fast });
  await settle(wire, session, events);
  expect(events[0]).toMatchObject({ type: 'handshake', peerId: THEIR_ID, features: { fast, extensions: true } });
  return { wire, session, events };
}

const saidBy = new WeakMap<Wire, Uint8Array[]>();

/** Carries bytes between both until neither has more to say. */
async function settle(wire: Wire, session: WireSession, events: SessionEvent[]): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await sleep(1);
    for (let bytes = session.pollOutput(); bytes; bytes = session.pollOutput()) {
      wire.write(bytes);
      quiet = 0;
    }
    for (const bytes of saidBy.get(wire)!.splice(0)) {
      quiet = 0;
      session.receive(bytes, 0);
      for (let event = session.pollEvent(); event; event = session.pollEvent()) events.push(copied(event));
    }
  }
}

/** An extension for `Wire.use` that passes on what it hears. */
function listener(name: string, hear: (payload: Uint8Array) => void): new (wire: Wire) => object {
  const Extension = class {
    onMessage(payload: Uint8Array): void {
      hear(Uint8Array.from(payload));
    }
  };
  Object.defineProperty(Extension.prototype, 'name', { value: name });
  return Extension;
}

/** Maps as objects, and any kind of bytes as lists of numbers. */
function asObjects(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return ['list', ...value.map(asObjects)];
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, asObjects(item)]));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asObjects(item)]));
  }
  return value;
}

