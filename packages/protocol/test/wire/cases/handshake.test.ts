/** The handshake, and which connections are kept. `case.ts` explains the rows. */

import { encodeHandshake, keepsConnection, PieceTrust } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { outcomeOf, PROFILES } from './case.ts';
import {
  ALL_FEATURES,
  frame,
  OWN_ID,
  RemotePeer,
  type RemotePeerOptions,
  REMOTE_ID,
  TORRENT,
} from '../remote-peer.ts';

interface HandshakeCase {
  readonly number: number;
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly interop: string;
  readonly strict?: string;
  readonly classic?: string;
  readonly options?: RemotePeerOptions;
}

const handshakeOf = (
  infoHash: Uint8Array,
  peerId: Uint8Array,
  features = ALL_FEATURES,
): Uint8Array => encodeHandshake({ features, infoHash, peerId });
const withBitFlipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.with(at, bytes[at]! ^ 1);
const valid = handshakeOf(TORRENT.infoHash, REMOTE_ID);
const otherHash = new Uint8Array(20).fill(0x22);
const initiator = { role: 'initiator', torrent: TORRENT } as const;

const HANDSHAKE_ROWS: readonly HandshakeCase[] = [
  {
    number: 1,
    title: 'a first byte that is not 19',
    bytes: withBitFlipped(valid, 0),
    interop: 'close not-bittorrent',
  },
  {
    number: 1,
    title: 'another protocol name',
    bytes: withBitFlipped(valid, 19),
    interop: 'close not-bittorrent',
  },
  {
    number: 1,
    title: 'a single wrong byte',
    bytes: Uint8Array.of(18),
    interop: 'close not-bittorrent',
  },
  {
    number: 1,
    title: 'the beginning of an encrypted handshake',
    bytes: new Uint8Array(96).fill(0xa5),
    interop: 'close not-bittorrent',
  },
  {
    number: 2,
    title: 'a torrent that we do not serve',
    bytes: handshakeOf(otherHash, REMOTE_ID),
    interop: 'close unknown-torrent',
    options: { ownRole: { role: 'responder', torrentOf: () => undefined } },
  },
  {
    number: 3,
    title: 'an answer with another info hash',
    bytes: handshakeOf(otherHash, REMOTE_ID),
    interop: 'close other-torrent',
    options: { ownRole: initiator },
  },
  {
    number: 3,
    title: 'an answer with the info hash of version 2 of the same torrent',
    bytes: handshakeOf(otherHash, REMOTE_ID),
    interop: 'accepted',
    options: { ownRole: { role: 'initiator', torrent: { ...TORRENT, infoHash2: otherHash } } },
  },
  {
    number: 4,
    title: 'our own peer id',
    bytes: handshakeOf(TORRENT.infoHash, OWN_ID),
    interop: 'close own-peer-id',
  },
  {
    number: 6,
    title: "a peer id other than the tracker's",
    bytes: valid,
    interop: 'tolerate unexpected-peer-id',
    strict: 'close unexpected-peer-id',
    options: { ownRole: { ...initiator, expectedPeerId: otherHash } },
  },
  {
    number: 8,
    title: 'a claim of version 2 for a torrent of version 1',
    bytes: handshakeOf(TORRENT.infoHash, REMOTE_ID, { ...ALL_FEATURES, version2: true }),
    interop: 'ignore version-2-claimed',
  },
  {
    number: 14,
    title: 'a message before the handshake',
    bytes: frame(1, 1),
    interop: 'close not-bittorrent',
  },
];

describe.each(PROFILES)('handshake, %s', (profile) => {
  const rows = HANDSHAKE_ROWS.map((row) => ({ ...row, outcome: row[profile] ?? row.interop }));

  test.each(rows)('$number $title: $outcome', ({ bytes, options, outcome }) => {
    const remote = new RemotePeer({ profile, ...options });
    remote.sendBytes(bytes);
    expect(outcomeOf(remote)).toBe(outcome);
  });

  test.each([0, 1, 47, 67])('7. no bytes after the first %i: close handshake-timeout', (count) => {
    const remote = new RemotePeer({ profile });
    remote.sendBytes(valid.subarray(0, count));
    expect(remote.wait(9_999)).toEqual([]);
    expect(remote.wait(1)).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }]);
  });

  test('7. one byte per second does not extend the timeout', () => {
    const remote = new RemotePeer({ profile });
    for (let i = 0; i < 10; i++) {
      remote.sendBytes(valid.subarray(i, i + 1));
      remote.wait(1_000);
    }
    expect(remote.events).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }]);
  });
});

test('2. a handshake for an unknown torrent is refused after byte 48, without an answer', () => {
  const remote = new RemotePeer({ ownRole: { role: 'responder', torrentOf: () => undefined } });
  expect(remote.sendBytes(valid.subarray(0, 47))).toEqual([]);
  expect(remote.sendBytes(valid.subarray(47, 48))).toMatchObject([
    { type: 'closed', reason: 'unknown-torrent' },
  ]);
  expect(remote.session.pollOutput()).toBeUndefined();
});

test('5. of two connections both sides keep the one that the peer with the greater id initiated', () => {
  const [smaller, greater] = [OWN_ID, REMOTE_ID];
  expect(keepsConnection(greater, smaller, true)).toBe(true);
  expect(keepsConnection(smaller, greater, false)).toBe(true);
  expect(keepsConnection(greater, smaller, false)).toBe(false);
  expect(keepsConnection(smaller, greater, true)).toBe(false);

  const remote = RemotePeer.connected();
  remote.session.close('duplicate-peer');
  expect(remote.session.pollEvent()).toMatchObject({ type: 'closed', reason: 'duplicate-peer' });
});

test('45. a peer is bad after four failed pieces, or after more if pieces passed before', () => {
  const fresh = new PieceTrust();
  for (let i = 0; i < 3; i++) fresh.recordFailure();
  expect(fresh.isBad).toBe(false);
  fresh.recordFailure();
  expect(fresh.isBad).toBe(true);

  const trusted = new PieceTrust();
  for (let i = 0; i < 100; i++) trusted.recordPass();
  for (let i = 0; i < 7; i++) trusted.recordFailure();
  expect(trusted.isBad).toBe(false);
  trusted.recordFailure();
  expect(trusted.isBad).toBe(true);
});
