/** What the properties of the wire are tried on: messages of all kinds, lies, and noise. */

import {
  CACHE_TORRENT_IDS,
  encodeBencode,
  type Profile,
  type WireMessages,
} from '@cachetorrent/protocol/wire';
import * as fc from 'fast-check';

import { joined, written } from './stranger.ts';

export type Write = (to: WireMessages) => void;

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Mostly numbers that mean something, at times any. */
const piece = fc.oneof({ weight: 4, arbitrary: fc.nat(11) }, uint32);
const begin = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 16_384, 10_000) }, uint32);
const length = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(16_384, 10_000, 1) }, uint32);
const bytes = fc.uint8Array({ maxLength: 64 });

export const BENCODED = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.integer(),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .filter((n) => !Number.isSafeInteger(Number(n))),
    bytes,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(
        fc.tuple(
          bytes.map((key) => String.fromCharCode(...key)),
          tie('value'),
        ),
        { maxLength: 5 },
      )
      .map((entries) => new Map(entries)),
  ),
})).value as fc.Arbitrary<Parameters<typeof encodeBencode>[0]>;

const KEYS = [
  'm',
  'v',
  'p',
  'reqq',
  'metadata_size',
  'msg_type',
  'piece',
  'total_size',
  'added',
  'added.f',
  'dest',
  'id',
  'peers',
  'as',
  'up',
  'down',
  'index',
  'ct_as',
];
const NAMES = ['ut_metadata', 'ut_pex', 'lt_donthave', ...Object.keys(CACHE_TORRENT_IDS)];
/** Dictionaries with the keys that we read, and values of any kind under them. */
const fields = fc.dictionary(
  fc.constantFrom(...KEYS),
  fc.oneof(
    fc.integer({ min: -2, max: 300 }),
    uint32,
    bytes,
    BENCODED,
    fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: -2, max: 300 })),
  ),
);
const payload = fc.oneof(
  bytes,
  fields.map((value) => encodeBencode(value as never)),
);
const extendedId = fc.constantFrom(0, 1, 2, 7, 10, 11, 12, 13, 14, 99);

const bits = fc.uint8Array({ minLength: 2, maxLength: 2 });

/** Every message, with fields of all kinds. */
export const message: fc.Arbitrary<Write> = fc.oneof(
  fc.constantFrom<Write>(
    (to) => to.keepAlive(),
    (to) => to.choke(),
    (to) => to.unchoke(),
    (to) => to.interested(),
    (to) => to.notInterested(),
    (to) => to.haveAll(),
    (to) => to.haveNone(),
  ),
  piece.map(
    (p): Write =>
      (to) =>
        to.have(p),
  ),
  bits.map(
    (b): Write =>
      (to) =>
        to.bitfield(b),
  ),
  fc.tuple(piece, begin, length).map(
    ([p, b, l]): Write =>
      (to) =>
        to.request(p, b, l),
  ),
  fc.tuple(piece, begin, length).map(
    ([p, b, l]): Write =>
      (to) =>
        to.cancel(p, b, l),
  ),
  fc.tuple(piece, begin, length).map(
    ([p, b, l]): Write =>
      (to) =>
        to.reject(p, b, l),
  ),
  fc.tuple(piece, begin, fc.constantFrom(0, 1, 10_000, 16_384)).map(
    ([p, b, l]): Write =>
      (to) =>
        to.piece(p, b, new Uint8Array(l).fill(p)),
  ),
  fc.nat(65_535).map(
    (port): Write =>
      (to) =>
        to.port(port),
  ),
  piece.map(
    (p): Write =>
      (to) =>
        to.suggest(p),
  ),
  piece.map(
    (p): Write =>
      (to) =>
        to.allowedFast(p),
  ),
  fc.tuple(extendedId, payload).map(
    ([id, what]): Write =>
      (to) =>
        to.extended(id, what),
  ),
  fc.uint8Array({ minLength: 48, maxLength: 48 }).map(
    (what): Write =>
      (to) =>
        to.hashRequest(what),
  ),
  fc.uint8Array({ minLength: 48, maxLength: 48 }).map(
    (what): Write =>
      (to) =>
        to.hashReject(what),
  ),
  fc.uint8Array({ minLength: 80, maxLength: 80 }).map(
    (what): Write =>
      (to) =>
        to.hashes(what),
  ),
);

/** A stream of messages, lies about lengths, and noise. */
export const hostile: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: message.map((write) => written(write)) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.nat(40), fc.nat(30), bytes)
          .map(([size, id, rest]) => Uint8Array.from([0, 0, 0, size, id, ...rest])),
      },
      { weight: 1, arbitrary: bytes },
    ),
    { maxLength: 40 },
  )
  .map((parts) => joined(...parts));

/** The sizes of the chunks in which a stream comes, over and over. */
export const cuts = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20_000 })),
  { minLength: 1, maxLength: 12 },
);
export const profile = fc.constantFrom<Profile>('strict', 'interop', 'classic');
