/**
 * Properties of the wire protocol that must hold for any input, for fast-check. The tests run each
 * a few hundred times, `npm run fuzz` for as long as requested.
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
  parseUdpAnswer,
  type WireProfile,
  type SessionEvent,
  WIRE_LIMITS,
  WireError,
  type WireMessages,
  WireSession,
} from '@cachetorrent/protocol/wire';
import * as fc from 'fast-check';

import {
  bencodeInput,
  chunkSizes,
  exchange,
  hostileStream,
  message,
  profile,
} from './arbitraries.ts';
import {
  ALL_FEATURES,
  concatenate,
  recorder,
  RemotePeer,
  OWN_ID,
  type MessageRecord,
  takeAll,
  REMOTE_ID,
  TORRENT,
  encodeMessages,
} from './remote-peer.ts';

/** The properties by name; a property throws if it does not hold. */
export const PROPERTIES: Readonly<Record<string, fc.IRawProperty<unknown>>> = {
  'every message is decoded to what was encoded, however the stream is split': fc.property(
    fc.array(message, { maxLength: 30 }),
    chunkSizes,
    (writes, sizes) => {
      const stream = encodeMessages((to) => {
        for (const write of writes) write(to);
      });
      const expected: MessageRecord[] = [];
      for (const write of writes) write(recorder(expected));
      const actual: MessageRecord[] = [];
      decode(stream, sizes, recorder(actual));
      expectEqual(actual, expected);
    },
  ) as fc.IRawProperty<unknown>,

  'decoding and encoding again yields the same bytes': fc.property(
    hostileStream,
    chunkSizes,
    (stream, sizes) => {
      const encoder = new CopyingEncoder();
      try {
        decode(stream, sizes, encoder);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
      const encoded = takeAll(encoder);
      expectEqual([...encoded], [...stream.subarray(0, encoded.length)]);
    },
  ) as fc.IRawProperty<unknown>,

  'a session reports the same events for a stream, however it is split': fc.property(
    hostileStream,
    chunkSizes,
    profile,
    fc.boolean(),
    (stream, sizes, wireProfile, fast) => {
      const whole = eventsOf(stream, [stream.length + 1], wireProfile, fast);
      expectEqual(eventsOf(stream, sizes, wireProfile, fast), whole);
    },
  ) as fc.IRawProperty<unknown>,

  'each request gets one answer, a piece or a reject (BEP 6)': fc.property(
    fc.array(exchange, { maxLength: 200 }),
    (exchanges) => {
      const remote = RemotePeer.connected({ limits: { incomingRequests: 5 } });
      const { writer } = remote.session;
      const answers = { pieces: 0, rejects: 0 };
      let requests = 0;
      for (const [kind, piece, begin, length] of exchanges) {
        if (kind === 'choke') writer.choke();
        if (kind === 'unchoke') writer.unchoke();
        if (kind === 'wait') remote.wait(1_000);
        if (kind === 'cancel') remote.send((to) => to.cancel(piece, begin, length));
        if (kind === 'answer') writer.piece(piece, begin, new Uint8Array(length));
        if (kind === 'request') {
          requests++;
          remote.send((to) => to.request(piece, begin, length));
        }
        if (remote.session.isClosed) return;
        for (const [name] of remote.received()) {
          if (name === 'piece') answers.pieces++;
          if (name === 'reject') answers.rejects++;
        }
      }
      writer.choke();
      answers.rejects += remote.received().filter(([name]) => name === 'reject').length;
      expectEqual(answers.pieces + answers.rejects, requests);
    },
  ) as fc.IRawProperty<unknown>,

  'a session withstands any bytes in the handshake': fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(68),
    chunkSizes,
    (noise, validBytes, sizes) => {
      const handshake = encodeHandshake({
        features: ALL_FEATURES,
        infoHash: TORRENT.infoHash,
        peerId: REMOTE_ID,
      });
      drive(
        newSession('interop', true),
        concatenate(handshake.subarray(0, validBytes), noise),
        sizes,
      );
    },
  ) as fc.IRawProperty<unknown>,

  'any bytes are decoded as bencode or cause a WireError': fc.property(
    fc.uint8Array({ maxLength: 200 }),
    (noise) => {
      try {
        const { value, end, deviation } = decodeBencode(noise);
        if (deviation !== undefined) return;
        expectEqual([...encodeBencode(value)], [...noise.subarray(0, end)]);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    },
  ) as fc.IRawProperty<unknown>,

  'bencode is decoded to what was encoded': fc.property(bencodeInput, (value) => {
    const encoded = encodeBencode(value);
    const { value: read, end, deviation } = decodeBencode(encoded);
    expectEqual([end, deviation], [encoded.length, undefined]);
    expectEqual([...encodeBencode(read)], [...encoded]);
  }) as fc.IRawProperty<unknown>,

  'any response of a tracker is parsed without an error': fc.property(
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
          bencodeInput,
        )
        .map((value) => encodeBencode(value as never)),
    ),
    (answer) => {
      parseAnnounceResponse(answer);
    },
  ) as fc.IRawProperty<unknown>,

  'any packet is parsed to the answer of a UDP tracker or to none': fc.property(
    fc.constantFrom(0, 1, 2, 3),
    fc.uint8Array({ maxLength: 100 }),
    fc.boolean(),
    (action, noise, isIpv6) => {
      const packet = concatenate(Uint8Array.of(0, 0, 0, action, 0, 0, 0, 7), noise);
      const answer = parseUdpAnswer(packet, 7, isIpv6);
      if (answer?.kind !== 'peers') return;
      const { intervalS, peers } = answer.response;
      assertClaim(intervalS >= 5 && intervalS <= 86_400, 'the interval is limited');
      for (const peer of peers) assertClaim(encodeEndpoint(peer) !== undefined, 'a valid peer');
    },
  ) as fc.IRawProperty<unknown>,

  'any query is parsed to a request or a sentence': fc.property(fc.string(), (query) => {
    parseAnnounceQuery(query);
    parseAnnounceQuery(`info_hash=${'%41'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&${query}`);
  }) as fc.IRawProperty<unknown>,

  'endpoints are decoded to what was encoded': fc.property(
    fc.oneof(
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      fc.uint8Array({ minLength: 18, maxLength: 18 }),
    ),
    (compact) => {
      const endpoint = decodeEndpoint(compact);
      if (endpoint === undefined || (compact.length === 18 && !endpoint.host.includes(':'))) return;
      expectEqual([...encodeEndpoint(endpoint)!], [...compact]);
    },
  ) as fc.IRawProperty<unknown>,
};

/** Runs each property `runs` times; returns a report on the first that fails, or undefined. */
export function falsify(seed: number, runs: number): string | undefined {
  for (const [name, property] of Object.entries(PROPERTIES)) {
    const result = fc.check(property, { seed, numRuns: runs }) as fc.RunDetails<unknown>;
    if (result.failed) {
      return `${name}: fails with seed ${seed}\n${fc.defaultReportMessage(result)}`;
    }
  }
  return undefined;
}

/** Copies blocks: those of a decoder become invalid before an encoder has written them. */
class CopyingEncoder extends FrameEncoder {
  override piece(piece: number, begin: number, block: Uint8Array): void {
    super.piece(piece, begin, block.slice());
  }
}

function decode(stream: Uint8Array, sizes: readonly number[], handler: WireMessages): void {
  const decoder = new FrameDecoder({ limits: WIRE_LIMITS, pieceCount: 10, unknown: 'refuse' });
  for (const chunk of chunks(stream, sizes)) {
    decoder.push(chunk);
    while (decoder.next(handler));
    assertClaim(
      decoder.bufferedBytes <= WIRE_LIMITS.frameBytes + 4,
      'at most one frame is buffered',
    );
  }
}

/** Returns the events of a session that receives `stream` after the handshake. */
function eventsOf(
  stream: Uint8Array,
  sizes: readonly number[],
  wireProfile: WireProfile,
  fast: boolean,
): unknown[] {
  const session = newSession(wireProfile, fast);
  const handshake = encodeHandshake({
    features: ALL_FEATURES,
    infoHash: TORRENT.infoHash,
    peerId: REMOTE_ID,
  });
  session.receive(handshake, 0);
  const events: unknown[] = [session.pollEvent()];
  session.writer.heldPieces(Uint8Array.of(0xf0, 0));
  session.writer.unchoke();
  return [...events, ...drive(session, stream, sizes)];
}

function newSession(wireProfile: WireProfile, fast: boolean): WireSession {
  return new WireSession({
    role: 'responder',
    torrentOf: () => TORRENT,
    peerId: OWN_ID,
    nowMs: 0,
    profile: wireProfile,
    fast,
    extensionIds: { ut_metadata: 2, ut_pex: 1, lt_donthave: 7, ...CACHE_TORRENT_IDS },
  });
}

/** Drives a session as its owner should, and checks the invariants at each step. */
function drive(session: WireSession, stream: Uint8Array, sizes: readonly number[]): unknown[] {
  const events: unknown[] = [];
  let hasClosed = false;
  for (const chunk of chunks(stream, sizes)) {
    session.receive(chunk, 0);
    for (let event = session.pollEvent(); event; event = session.pollEvent()) {
      assertClaim(!hasClosed, 'no event follows closed');
      hasClosed = event.type === 'closed';
      events.push(copyOfBytes(event));
      respond(session, event);
    }
    assertClaim(hasClosed === session.isClosed, 'closed is reported');
    assertClaim(hasClosed || session.bufferedBytes <= 2 ** 16 + 4, 'at most one frame is buffered');
  }
  let unpolled = session.outputBytes;
  for (let bytes = session.pollOutput(); bytes; bytes = session.pollOutput()) {
    unpolled -= bytes.length;
  }
  assertClaim(unpolled === 0, 'all output can be polled');
  return events;
}

/** Responds to an event as an owner may. */
function respond(session: WireSession, event: SessionEvent): void {
  if (event.type === 'request' && event.piece % 2 === 0) {
    session.writer.piece(event.piece, event.begin, new Uint8Array(event.length));
  }
  if (event.type === 'unchoke' && session.writer.mayRequest(0)) {
    session.writer.request(0, 0, 16_384);
  }
  if (event.type === 'interested') session.writer.choke();
  if (event.type === 'not-interested') session.writer.unchoke();
}

function copyOfBytes(event: SessionEvent): unknown {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? [...value] : value,
    ]),
  );
}

function* chunks(stream: Uint8Array, sizes: readonly number[]): Iterable<Uint8Array> {
  for (let at = 0, i = 0; at < stream.length; at += sizes[i % sizes.length]!, i++) {
    // The chunk is overwritten afterwards, to detect views that are kept too long.
    const chunk = stream.slice(at, at + sizes[i % sizes.length]!);
    yield chunk;
    chunk.fill(0xee);
    if (at + chunk.length >= stream.length) return;
  }
}

function expectEqual(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual, toJson), JSON.stringify(expected, toJson)];
  assertClaim(a === b, `${a?.slice(0, 2000)} equals ${b?.slice(0, 2000)}`);
}

function toJson(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  return value instanceof Map ? [...value] : value;
}

function assertClaim(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`violated: ${claim}`);
}
