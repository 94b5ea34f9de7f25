/** Generators for the properties: messages with any fields, wrong lengths, and random bytes. */

import {
  CACHE_TORRENT_IDS,
  encodeBencode,
  type WireProfile,
  type WireMessages,
} from '@cachetorrent/protocol/wire';
import * as fc from 'fast-check';

import { concatenate, encodeMessages } from './remote-peer.ts';

/** Writes one message to a handler. */
export type WriteMessage = (to: WireMessages) => void;

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Mostly numbers that are valid for the torrent, sometimes any. */
const piece = fc.oneof({ weight: 4, arbitrary: fc.nat(11) }, uint32);
const begin = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 16_384, 10_000) }, uint32);
const length = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(16_384, 10_000, 1) }, uint32);
const bytes = fc.uint8Array({ maxLength: 64 });

/** A request or cancel of a block, mostly a valid one, or what we do: answer it, choke, wait. */
export const exchange = fc.tuple(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant('request' as const) },
    { weight: 2, arbitrary: fc.constantFrom('cancel' as const, 'answer' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('choke' as const, 'unchoke' as const, 'wait' as const),
    },
  ),
  fc.nat(8),
  fc.constantFrom(0, 16_384),
  fc.constantFrom(16_384, 10_000, 1),
);

export const bencodeInput = fc.letrec((tie) => ({
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
/** Dictionaries with the keys that the decoders read, and values of any type. */
const fields = fc.dictionary(
  fc.constantFrom(...KEYS),
  fc.oneof(
    fc.integer({ min: -2, max: 300 }),
    uint32,
    bytes,
    bencodeInput,
    fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: -2, max: 300 })),
  ),
);
const payload = fc.oneof(
  bytes,
  fields.map((value) => encodeBencode(value as never)),
);
const extendedId = fc.constantFrom(0, 1, 2, 7, 10, 11, 12, 13, 14, 99);

const bits = fc.uint8Array({ minLength: 2, maxLength: 2 });

/** Every message, with valid and invalid fields. */
export const message: fc.Arbitrary<WriteMessage> = fc.oneof(
  fc.constantFrom<WriteMessage>(
    (to) => to.keepAlive(),
    (to) => to.choke(),
    (to) => to.unchoke(),
    (to) => to.interested(),
    (to) => to.notInterested(),
    (to) => to.haveAll(),
    (to) => to.haveNone(),
  ),
  piece.map(
    (p): WriteMessage =>
      (to) =>
        to.have(p),
  ),
  bits.map(
    (b): WriteMessage =>
      (to) =>
        to.bitfield(b),
  ),
  fc.tuple(piece, begin, length).map(
    ([p, b, l]): WriteMessage =>
      (to) =>
        to.request(p, b, l),
  ),
  fc.tuple(piece, begin, length).map(
    ([p, b, l]): WriteMessage =>
      (to) =>
        to.cancel(p, b, l),
  ),
  fc.tuple(piece, begin, length).map(
    ([p, b, l]): WriteMessage =>
      (to) =>
        to.reject(p, b, l),
  ),
  fc.tuple(piece, begin, fc.constantFrom(0, 1, 10_000, 16_384)).map(
    ([p, b, l]): WriteMessage =>
      (to) =>
        to.piece(p, b, new Uint8Array(l).fill(p)),
  ),
  fc.nat(65_535).map(
    (port): WriteMessage =>
      (to) =>
        to.port(port),
  ),
  piece.map(
    (p): WriteMessage =>
      (to) =>
        to.suggest(p),
  ),
  piece.map(
    (p): WriteMessage =>
      (to) =>
        to.allowedFast(p),
  ),
  fc.tuple(extendedId, payload).map(
    ([id, content]): WriteMessage =>
      (to) =>
        to.extended(id, content),
  ),
  fc.uint8Array({ minLength: 48, maxLength: 48 }).map(
    (content): WriteMessage =>
      (to) =>
        to.hashRequest(content),
  ),
  fc.uint8Array({ minLength: 48, maxLength: 48 }).map(
    (content): WriteMessage =>
      (to) =>
        to.hashReject(content),
  ),
  fc.uint8Array({ minLength: 80, maxLength: 80 }).map(
    (content): WriteMessage =>
      (to) =>
        to.hashes(content),
  ),
);

/** A stream of messages, frames with wrong lengths, and random bytes. */
export const hostileStream: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: message.map((write) => encodeMessages(write)) },
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
  .map((parts) => concatenate(...parts));

/** The sizes of the chunks in which a stream arrives; they repeat. */
export const chunkSizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20_000 })),
  { minLength: 1, maxLength: 12 },
);
export const profile = fc.constantFrom<WireProfile>('strict', 'interop', 'classic');
