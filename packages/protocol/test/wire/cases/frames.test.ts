/** Frames, their lengths, and the pieces that a remote peer announces. `case.ts` explains the rows. */

import { encodeHandshake } from '@cachetorrent/protocol/wire';

import { BLOCK, block, type ViolationCase, NO_FAST, sendBytes, send, testCases } from './case.ts';
import { ALL_FEATURES, frame, REMOTE_ID, TORRENT } from '../remote-peer.ts';

testCases([
  // Frames.
  {
    number: 9,
    title: 'a second handshake',
    interop: 'close frame-too-long',
    act: sendBytes(
      encodeHandshake({ features: ALL_FEATURES, infoHash: TORRENT.infoHash, peerId: REMOTE_ID }),
    ),
  },
  {
    number: 10,
    title: 'a length of 1 MiB plus 1 byte',
    interop: 'close frame-too-long',
    act: sendBytes(frame(2 ** 20 + 1)),
  },
  {
    number: 10,
    title: 'a length of 2^31, which is not negative',
    interop: 'close frame-too-long',
    act: sendBytes(frame(2 ** 31)),
  },
  {
    number: 10,
    title: 'a length of 2^32 - 1',
    interop: 'close frame-too-long',
    act: sendBytes(frame(2 ** 32 - 1, 4)),
  },
  {
    number: 10,
    title: 'a piece larger than any block',
    interop: 'close frame-too-long',
    act: sendBytes(frame(9 + BLOCK + 1, 7)),
  },
  {
    number: 10,
    title: 'an extension message over 64 KiB',
    interop: 'close frame-too-long',
    act: sendBytes(frame(2 ** 16 + 1, 20)),
  },
  {
    number: 11,
    title: 'a frame that remains incomplete',
    interop: 'close slow-frame',
    act: (remote) => {
      remote.sendBytes(frame(5, 4));
      for (let i = 0; i < 12; i++) remote.wait(5_000);
    },
  },
  {
    number: 11,
    title: 'a frame that arrives byte by byte',
    interop: 'close slow-frame',
    act: (remote) => {
      remote.sendBytes(frame(9 + BLOCK, 7));
      for (let i = 0; i < 120; i++) {
        remote.sendBytes(Uint8Array.of(0));
        remote.wait(1_000);
      }
    },
  },
  {
    number: 11,
    title: 'no message for three minutes',
    interop: 'close idle',
    act: (remote) => {
      remote.wait(180_000);
    },
  },
  ...[10, 11, 12, 18, 19, 24, 32, 255].map(
    (id): ViolationCase => ({
      number: 12,
      title: `a message with the unassigned id ${id}`,
      interop: 'close unknown-message',
      act: sendBytes(frame(1, id)),
    }),
  ),
  {
    number: 12,
    title: 'a message with an unassigned id, to a session that skips them',
    interop: 'ignore unknown-message',
    options: { unknownMessages: 'skip' },
    act: sendBytes(frame(4, 99, 1, 2, 3), frame(0)),
  },
  {
    number: 13,
    title: '10,000 keep-alives',
    interop: 'ignore keep-alive-flood',
    act: sendBytes(new Uint8Array(40_000)),
  },
  {
    number: 15,
    title: 'a message after the remote peer has closed',
    interop: 'close peer-closed',
    act: (remote) => {
      remote.session.receiveEnd(remote.nowMs);
      remote.sendBytes(frame(1, 0));
    },
  },

  // Messages of fixed length.
  ...(
    [
      [16, 'choke', 0],
      [16, 'unchoke', 1],
      [16, 'interested', 2],
      [16, 'not interested', 3],
      [20, 'have-all', 14],
      [20, 'have-none', 15],
    ] as const
  ).map(
    ([number, name, id]): ViolationCase => ({
      number,
      title: `a ${name} with a payload`,
      interop: 'close wrong-length',
      act: sendBytes(frame(2, id, 0)),
    }),
  ),
  {
    number: 17,
    title: 'a have of 4 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(4, 4, 0, 0, 0)),
  },
  {
    number: 17,
    title: 'a have of 6 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(6, 4, 0, 0, 0, 0, 0)),
  },
  ...(
    [
      ['request', 6],
      ['cancel', 8],
      ['reject', 16],
    ] as const
  ).map(
    ([name, id]): ViolationCase => ({
      number: 18,
      title: `a ${name} of 12 bytes`,
      interop: 'close wrong-length',
      act: sendBytes(frame(12, id, ...new Uint8Array(11))),
    }),
  ),
  {
    number: 18,
    title: 'a request of 14 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(14, 6, ...new Uint8Array(13))),
  },
  {
    number: 19,
    title: 'a port of 2 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(2, 9, 1)),
  },
  {
    number: 21,
    title: 'a suggest of 1 byte',
    interop: 'close wrong-length',
    act: sendBytes(frame(1, 13)),
  },
  {
    number: 21,
    title: 'an allowed-fast of 9 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(9, 17, ...new Uint8Array(8))),
  },
  {
    number: 22,
    title: 'a piece of 8 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(8, 7, ...new Uint8Array(7))),
  },
  {
    number: 23,
    title: 'an extension message without an id',
    interop: 'close wrong-length',
    act: sendBytes(frame(1, 20)),
  },
  {
    number: 24,
    title: 'a hash request of 48 bytes',
    interop: 'close wrong-length',
    act: sendBytes(frame(48, 21, ...new Uint8Array(47))),
  },
  {
    number: 24,
    title: 'hashes with half a hash',
    interop: 'close wrong-length',
    act: sendBytes(frame(65, 22, ...new Uint8Array(64))),
  },
  {
    number: 24,
    title: 'hashes that we did not request',
    interop: 'ignore unrequested-hashes',
    strict: 'close unrequested-hashes',
    act: sendBytes(frame(49 + 32, 22, ...new Uint8Array(80))),
  },

  // Pieces that the remote peer announces.
  {
    number: 25,
    title: 'a have of a piece after the last',
    interop: 'close piece-out-of-range',
    act: send((to) => to.have(10)),
  },
  {
    number: 25,
    title: 'a have of piece -1',
    interop: 'close piece-out-of-range',
    act: send((to) => to.have(2 ** 32 - 1)),
  },
  {
    number: 25,
    title: 'a have of piece 2^21 before the metadata is known',
    interop: 'close piece-out-of-range',
    options: { ownRole: { role: 'responder', torrentOf: () => ({ infoHash: TORRENT.infoHash }) } },
    act: send((to) => to.have(2 ** 21)),
  },
  {
    number: 25,
    title: 'a have of piece 2^21 - 1 before the metadata is known',
    interop: 'ignore',
    options: { ownRole: { role: 'responder', torrentOf: () => ({ infoHash: TORRENT.infoHash }) } },
    act: send((to) => to.have(2 ** 21 - 1)),
  },
  {
    number: 26,
    title: 'a bitfield of 1 byte for 10 pieces',
    interop: 'close wrong-bitfield-length',
    act: send((to) => to.bitfield(block(1))),
  },
  {
    number: 26,
    title: 'a bitfield of 3 bytes for 10 pieces',
    interop: 'close wrong-bitfield-length',
    act: send((to) => to.bitfield(block(3))),
  },
  {
    number: 27,
    title: 'set bits after the last piece',
    interop: 'tolerate spare-bits',
    strict: 'close spare-bits',
    act: send((to) => to.bitfield(Uint8Array.of(0x80, 0x20))),
  },
  {
    number: 28,
    title: 'a bitfield after a have',
    interop: 'tolerate late-bitfield',
    strict: 'close late-bitfield',
    act: send((to) => {
      to.have(1);
      to.bitfield(Uint8Array.of(0x80, 0));
    }),
  },
  {
    number: 28,
    title: 'a second bitfield',
    interop: 'tolerate late-bitfield',
    strict: 'close late-bitfield',
    act: send((to) => {
      to.bitfield(Uint8Array.of(0, 0));
      to.bitfield(Uint8Array.of(0x80, 0));
    }),
  },
  {
    number: 29,
    title: 'a bitfield after have-all',
    interop: 'tolerate contradicting-bitfield',
    strict: 'close contradicting-bitfield',
    setUp: send((to) => to.haveAll()),
    act: send((to) => to.bitfield(Uint8Array.of(0x80, 0))),
  },
  {
    number: 29,
    title: 'have-none after have-all',
    interop: 'tolerate contradicting-bitfield',
    strict: 'close contradicting-bitfield',
    setUp: send((to) => to.haveAll()),
    act: send((to) => to.haveNone()),
  },
  {
    number: 30,
    title: 'the same have twice',
    interop: 'ignore',
    classic: 'accepted',
    setUp: send((to) => to.have(1)),
    act: send((to) => to.have(1)),
  },
  {
    number: 31,
    title: 'have-all without the fast extension',
    interop: 'close fast-not-negotiated',
    options: NO_FAST,
    act: send((to) => to.haveAll()),
  },
  {
    number: 31,
    title: 'have-none without the fast extension',
    interop: 'close fast-not-negotiated',
    options: NO_FAST,
    act: send((to) => to.haveNone()),
  },
]);
