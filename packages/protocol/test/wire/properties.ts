/**
 * What must hold of the wire whatever comes, as properties for fast-check: the tests try each a
 * hundred times, `npm run fuzz` for as long as one likes.
 */

import {
  CACHE_TORRENT_IDS,
  decodeBencode,
  decodeEndpoint,
  encodeBencode,
  encodeEndpoint,
  encodeHandshake,
  FrameDecoder,
  FrameEncoder,
  parseAnnounceQuery,
  parseAnnounceResponse,
  type Profile,
  type SessionEvent,
  WIRE_LIMITS,
  WireError,
  type WireMessages,
  WireSession,
} from '@cachetorrent/protocol/wire';
import * as fc from 'fast-check';

import { BENCODED, cuts, hostile, message, profile } from './noise.ts';
import {
  ALL_FEATURES,
  joined,
  listing,
  OUR_ID,
  type Said,
  takenFrom,
  THEIR_ID,
  TORRENT,
  written,
} from './stranger.ts';

/** By name; each fails by throwing. */
export const PROPERTIES: Readonly<Record<string, fc.IRawProperty<unknown>>> = {
  'every message is heard as it was said, however the stream is cut': fc.property(
    fc.array(message, { maxLength: 30 }),
    cuts,
    (writes, sizes) => {
      const stream = written((to) => {
        for (const write of writes) write(to);
      });
      const meant: Said[] = [];
      for (const write of writes) write(listing(meant));
      const heard: Said[] = [];
      decode(stream, sizes, listing(heard));
      same(heard, meant);
    },
  ) as fc.IRawProperty<unknown>,

  'what is decoded and encoded again has the same bytes': fc.property(
    hostile,
    cuts,
    (stream, sizes) => {
      const again = new CopyingEncoder();
      try {
        decode(stream, sizes, again);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
      const encoded = takenFrom(again);
      same([...encoded], [...stream.subarray(0, encoded.length)]);
    },
  ) as fc.IRawProperty<unknown>,

  'a session makes the same of a stream, however it is cut': fc.property(
    hostile,
    cuts,
    profile,
    fc.boolean(),
    (stream, sizes, asProfile, fast) => {
      const whole = converse(stream, [stream.length + 1], asProfile, fast);
      same(converse(stream, sizes, asProfile, fast), whole);
    },
  ) as fc.IRawProperty<unknown>,

  'a session bears any bytes before the handshake': fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(68),
    cuts,
    (noise, good, sizes) => {
      const handshake = encodeHandshake({
        features: ALL_FEATURES,
        infoHash: TORRENT.infoHash,
        peerId: THEIR_ID,
      });
      run(newSession('interop', true), joined(handshake.subarray(0, good), noise), sizes);
    },
  ) as fc.IRawProperty<unknown>,

  'any bytes are bencode or a WireError': fc.property(
    fc.uint8Array({ maxLength: 200 }),
    (noise) => {
      try {
        const { value, end, deviation } = decodeBencode(noise);
        if (deviation === undefined) same([...encodeBencode(value)], [...noise.subarray(0, end)]);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    },
  ) as fc.IRawProperty<unknown>,

  'bencode is read as it was written': fc.property(BENCODED, (value) => {
    const encoded = encodeBencode(value);
    const { value: read, end, deviation } = decodeBencode(encoded);
    same([end, deviation], [encoded.length, undefined]);
    same([...encodeBencode(read)], [...encoded]);
  }) as fc.IRawProperty<unknown>,

  'any answer of a tracker comes to a value': fc.property(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .dictionary(
          fc.constantFrom(
            'interval',
            'peers',
            'peers6',
            'failure reason',
            'ct_v',
            'ct_as',
            'ct_peers_as',
            'ct_leaders',
            'complete',
            'external ip',
          ),
          BENCODED,
        )
        .map((value) => encodeBencode(value as never)),
    ),
    (answer) => {
      parseAnnounceResponse(answer);
    },
  ) as fc.IRawProperty<unknown>,

  'any query comes to a request or a sentence': fc.property(fc.string(), (query) => {
    parseAnnounceQuery(query);
    parseAnnounceQuery(`info_hash=${'%41'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&${query}`);
  }) as fc.IRawProperty<unknown>,

  'endpoints are read as they were written': fc.property(
    fc.oneof(
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      fc.uint8Array({ minLength: 18, maxLength: 18 }),
    ),
    (compact) => {
      const endpoint = decodeEndpoint(compact);
      if (endpoint === undefined || (compact.length === 18 && !endpoint.host.includes(':'))) return;
      same([...encodeEndpoint(endpoint)!], [...compact]);
    },
  ) as fc.IRawProperty<unknown>,
};

/** Tries each property `runs` times; returns what is wrong with the first that fails. */
export function falsify(seed: number, runs: number): string | undefined {
  for (const [name, property] of Object.entries(PROPERTIES)) {
    const result = fc.check(property, { seed, numRuns: runs }) as fc.RunDetails<unknown>;
    if (result.failed) return `${name}: not with seed ${seed}\n${fc.defaultReportMessage(result)}`;
  }
  return undefined;
}

/** What a decoder lends does not last as long as an encoder needs it. */
class CopyingEncoder extends FrameEncoder {
  override piece(piece: number, begin: number, block: Uint8Array): void {
    super.piece(piece, begin, block.slice());
  }
}

function decode(stream: Uint8Array, sizes: readonly number[], hearer: WireMessages): void {
  const decoder = new FrameDecoder({ limits: WIRE_LIMITS, pieceCount: 10, unknown: 'refuse' });
  for (const chunk of chunks(stream, sizes)) {
    decoder.push(chunk);
    while (decoder.next(hearer));
    check(decoder.buffered <= WIRE_LIMITS.frameBytes + 4, 'no more than a frame is held');
  }
}

/** All events of a session that is told `stream` after the handshake, and all that it says. */
function converse(
  stream: Uint8Array,
  sizes: readonly number[],
  asProfile: Profile,
  fast: boolean,
): unknown[] {
  const session = newSession(asProfile, fast);
  const greeting = encodeHandshake({
    features: ALL_FEATURES,
    infoHash: TORRENT.infoHash,
    peerId: THEIR_ID,
  });
  session.receive(greeting, 0);
  const events: unknown[] = [session.pollEvent()];
  session.say.holdings(Uint8Array.of(0xf0, 0));
  session.say.unchoke();
  return [...events, ...run(session, stream, sizes)];
}

function newSession(asProfile: Profile, fast: boolean): WireSession {
  return new WireSession({
    side: { side: 'responder', torrentOf: () => TORRENT },
    peerId: OUR_ID,
    nowMs: 0,
    profile: asProfile,
    fast,
    extensionIds: { ut_metadata: 2, ut_pex: 1, lt_donthave: 7, ...CACHE_TORRENT_IDS },
  });
}

/** Feeds a session as its owner should, and checks what must hold at each step. */
function run(session: WireSession, stream: Uint8Array, sizes: readonly number[]): unknown[] {
  const events: unknown[] = [];
  let isOver = false;
  for (const chunk of chunks(stream, sizes)) {
    session.receive(chunk, 0);
    for (let event = session.pollEvent(); event; event = session.pollEvent()) {
      check(!isOver, 'nothing follows the end');
      isOver = event.type === 'closed';
      events.push(plain(event));
      respond(session, event);
    }
    check(isOver === session.isClosed, 'the end is told');
    check(isOver || session.buffered <= 2 ** 16 + 4, 'no more than a frame is held');
  }
  let said = session.outputBytes;
  for (let bytes = session.pollOutput(); bytes; bytes = session.pollOutput()) said -= bytes.length;
  check(said === 0, 'all that was said can be polled');
  return events;
}

/** What any honest owner may do. */
function respond(session: WireSession, event: SessionEvent): void {
  if (event.type === 'request' && event.piece % 2 === 0) {
    session.say.piece(event.piece, event.begin, new Uint8Array(event.length));
  }
  if (event.type === 'unchoke' && session.say.mayRequest(0)) session.say.request(0, 0, 16_384);
  if (event.type === 'interested') session.say.choke();
  if (event.type === 'not-interested') session.say.unchoke();
}

function plain(event: SessionEvent): unknown {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? [...value] : value,
    ]),
  );
}

function* chunks(stream: Uint8Array, sizes: readonly number[]): Iterable<Uint8Array> {
  for (let at = 0, i = 0; at < stream.length; at += sizes[i % sizes.length]!, i++) {
    // A copy that is overwritten afterwards: whoever keeps a view of it is found out.
    const chunk = stream.slice(at, at + sizes[i % sizes.length]!);
    yield chunk;
    chunk.fill(0xee);
    if (at + chunk.length >= stream.length) return;
  }
}

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual, readable), JSON.stringify(expected, readable)];
  check(a === b, `${a?.slice(0, 2000)} is the same as ${b?.slice(0, 2000)}`);
}

function readable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  return value instanceof Map ? [...value] : value;
}

function check(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`it does not hold that ${claim}`);
}
