/** The first 68 bytes, and who may be connected to whom. `case.ts` says how to read the rows. */

import { encodeHandshake, keepsConnection, PieceTrust } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { outcomeOf, PROFILES } from './case.ts';
import { ALL_FEATURES, frame, OUR_ID, Stranger, type StrangerOptions, THEIR_ID, TORRENT } from '../stranger.ts';

interface Greeted {
  readonly number: number;
  readonly wrong: string;
  readonly bytes: Uint8Array;
  readonly interop: string;
  readonly strict?: string;
  readonly classic?: string;
  readonly options?: StrangerOptions;
}

const greeting = (infoHash: Uint8Array, peerId: Uint8Array, features = ALL_FEATURES): Uint8Array =>
  encodeHandshake({ features, infoHash, peerId });
const altered = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1);
const good = greeting(TORRENT.infoHash, THEIR_ID);
const other = new Uint8Array(20).fill(0x22);
const dialler = { side: 'dialler', torrent: TORRENT } as const;

const HANDSHAKE_ROWS: readonly Greeted[] = [
  { number: 1, wrong: 'a first byte that is not 19', bytes: altered(good, 0), interop: 'close not-bittorrent' },
  { number: 1, wrong: 'a protocol of another name', bytes: altered(good, 19), interop: 'close not-bittorrent' },
  { number: 1, wrong: 'the first wrong byte and no more', bytes: Uint8Array.of(18), interop: 'close not-bittorrent' },
  { number: 1, wrong: 'the beginning of an encrypted handshake', bytes: new Uint8Array(96).fill(0xa5), interop: 'close not-bittorrent' },
  { number: 2, wrong: 'a torrent that we do not serve', bytes: greeting(other, THEIR_ID), interop: 'close unknown-torrent',
    options: { side: { side: 'responder', torrentOf: () => undefined } } },
  { number: 3, wrong: 'an answer for another torrent', bytes: greeting(other, THEIR_ID), interop: 'close other-torrent', options: { side: dialler } },
  { number: 3, wrong: 'an answer with the hash of version 2, which is the same torrent', bytes: greeting(other, THEIR_ID), interop: 'fine',
    options: { side: { side: 'dialler', torrent: { ...TORRENT, infoHash2: other } } } },
  { number: 4, wrong: 'our own id', bytes: greeting(TORRENT.infoHash, OUR_ID), interop: 'close own-peer-id' },
  { number: 6, wrong: 'another id than the tracker said', bytes: good, interop: 'tolerate unexpected-peer-id', strict: 'close unexpected-peer-id',
    options: { side: { ...dialler, expectedPeerId: other } } },
  { number: 8, wrong: 'version 2 of a torrent of version 1', bytes: greeting(TORRENT.infoHash, THEIR_ID, { ...ALL_FEATURES, version2: true }), interop: 'ignore version-2-claimed' },
  { number: 14, wrong: 'a message before the handshake', bytes: frame(1, 1), interop: 'close not-bittorrent' },
];

describe.each(PROFILES)('at the handshake, %s', (profile) => {
  const rows = HANDSHAKE_ROWS.map((row) => ({ ...row, outcome: row[profile] ?? row.interop }));

  test.each(rows)('$number $wrong: $outcome', ({ bytes, options, outcome }) => {
    const stranger = new Stranger({ profile, ...options });
    stranger.say(bytes);
    expect(outcomeOf(stranger)).toBe(outcome);
  });

  test.each([0, 1, 47, 67])('7. silence after %i bytes: close handshake-timeout', (count) => {
    const stranger = new Stranger({ profile });
    stranger.say(good.subarray(0, count));
    expect(stranger.wait(9_999)).toEqual([]);
    expect(stranger.wait(1)).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }]);
  });

  test('7. one byte a second does not put the end off', () => {
    const stranger = new Stranger({ profile });
    for (let i = 0; i < 10; i++) {
      stranger.say(good.subarray(i, i + 1));
      stranger.wait(1_000);
    }
    expect(stranger.events).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }]);
  });
});

test('2. who asks for an unknown torrent gets no answer, and at byte 48', () => {
  const stranger = new Stranger({ side: { side: 'responder', torrentOf: () => undefined } });
  expect(stranger.say(good.subarray(0, 47))).toEqual([]);
  expect(stranger.say(good.subarray(47, 48))).toMatchObject([{ type: 'closed', reason: 'unknown-torrent' }]);
  expect(stranger.session.pollOutput()).toBeUndefined();
});

test('5. of two connections both sides keep the one that the greater id dialled', () => {
  const [less, more] = [OUR_ID, THEIR_ID];
  expect(keepsConnection(more, less, true)).toBe(true);
  expect(keepsConnection(less, more, false)).toBe(true);
  expect(keepsConnection(more, less, false)).toBe(false);
  expect(keepsConnection(less, more, true)).toBe(false);

  const stranger = Stranger.met();
  stranger.session.close('duplicate-peer');
  expect(stranger.session.pollEvent()).toMatchObject({ type: 'closed', reason: 'duplicate-peer' });
});

test('45. a peer is bad after four pieces that failed, or more if it gave good ones before', () => {
  const fresh = new PieceTrust();
  for (let i = 0; i < 3; i++) fresh.failed();
  expect(fresh.isBad).toBe(false);
  fresh.failed();
  expect(fresh.isBad).toBe(true);

  const proven = new PieceTrust();
  for (let i = 0; i < 100; i++) proven.passed();
  for (let i = 0; i < 7; i++) proven.failed();
  expect(proven.isBad).toBe(false);
  proven.failed();
  expect(proven.isBad).toBe(true);
});
