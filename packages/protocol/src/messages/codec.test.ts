import { describe, expect, test } from 'vitest';

import { decode, Encoder, listBytes, MalformedMessage } from './codec.ts';
import type { AsId, BlockIndex, Connection, PeerId, PieceIndex } from '../ids.ts';
import { MESSAGE_KINDS, type Messages } from './messages.ts';

const CONNECTION = 3 as Connection;
const EACH: Readonly<Record<keyof Messages, { send(to: Messages): void; bytes: string }>> = {
  choke: { send: (to) => to.choke(CONNECTION), bytes: '00000001 00' },
  unchoke: { send: (to) => to.unchoke(CONNECTION), bytes: '00000001 01' },
  interested: { send: (to) => to.interested(CONNECTION), bytes: '00000001 02' },
  notInterested: { send: (to) => to.notInterested(CONNECTION), bytes: '00000001 03' },
  have: { send: (to) => to.have(CONNECTION, 258 as PieceIndex), bytes: '00000005 04 00000102' },
  bitfield: {
    send: (to) => to.bitfield(CONNECTION, Uint32Array.of(5, 6)),
    bytes: '00000009 05 00000005 00000006',
  },
  request: {
    send: (to) => to.request(CONNECTION, 7 as BlockIndex, 2),
    bytes: '00000009 06 00000007 00000002',
  },
  piece: {
    send: (to) => to.piece(CONNECTION, 7 as BlockIndex, 2),
    bytes: '00000009 07 00000007 00000002',
  },
  cancel: {
    send: (to) => to.cancel(CONNECTION, 7 as BlockIndex, 2),
    bytes: '00000009 08 00000007 00000002',
  },
  allowedFast: {
    send: (to) => to.allowedFast(CONNECTION, 258 as PieceIndex),
    bytes: '00000005 11 00000102',
  },
  leaderStart: {
    send: (to) => to.leaderStart(CONNECTION, 9 as PeerId),
    bytes: '00000005 20 00000009',
  },
  trackerReq: { send: (to) => to.trackerReq(9 as PeerId), bytes: '00000005 21 00000009' },
  trackerRes: { send: (to) => to.trackerRes(9 as PeerId), bytes: '00000005 22 00000009' },
  join: { send: (to) => to.join(9 as PeerId, 4 as AsId), bytes: '00000009 23 00000009 00000004' },
  neighbours: {
    send: (to) => to.neighbours(Uint32Array.of(1, 2), Uint32Array.of(5, 6)),
    bytes: '00000011 24 00000001 00000002 00000005 00000006',
  },
  seedReq: { send: (to) => to.seedReq(9 as PeerId), bytes: '00000005 25 00000009' },
  seedRes: { send: (to) => to.seedRes(1_000), bytes: '00000005 26 000003e8' },
  connReq: {
    send: (to) => to.connReq(9 as PeerId, CONNECTION, true),
    bytes: '0000000d 27 00000009 00000003 00000001',
  },
  candidate: {
    send: (to) => to.candidate(9 as PeerId, 2_000, 6_000),
    bytes: '0000000d 28 00000009 000007d0 00001770',
  },
  leaders: {
    send: (to) => to.leaders(Uint32Array.of(1, 4_294_967_295)),
    bytes: '00000009 29 00000001 ffffffff',
  },
  close: { send: (to) => to.close(CONNECTION), bytes: '00000001 2a' },
  uploadOnly: { send: (to) => to.uploadOnly(CONNECTION, true), bytes: '00000005 2d 00000001' },
  leaderLost: {
    send: (to) => to.leaderLost(9 as PeerId, 4 as PeerId),
    bytes: '00000009 2e 00000009 00000004',
  },
  announce: {
    send: (to) => to.announce(9 as PeerId, 'stopped', 20, true),
    bytes: '00000011 2b 00000009 00000002 00000014 00000001',
  },
  refused: { send: (to) => to.refused(9 as PeerId), bytes: '00000005 2c 00000009' },
};

describe.each(MESSAGE_KINDS)('%s', (kind) => {
  const { send, bytes } = EACH[kind];
  const plain = bytes.replaceAll(' ', '');

  test('is encoded as specified', () => {
    expect(encoded(send)).toBe(plain);
  });

  test('is decoded as it was sent', () => {
    // The receiver is called once, and asserts that.
    expect.assertions(2);
    const view = viewOf(plain);
    expect(decode(view, 0, view.byteLength, CONNECTION, expecting(view, send))).toBe(
      view.byteLength,
    );
  });

  test('is malformed if it is cut short or has another length', () => {
    for (let length = 0; length < plain.length / 2; length++) {
      const view = viewOf(plain);
      expect(() => decode(view, 0, length, CONNECTION, silent)).toThrow(MalformedMessage);
    }
    const view = viewOf(`${plain}00`);
    view.setUint32(0, view.getUint32(0) + 1);
    expect(() => decode(view, 0, view.byteLength, CONNECTION, silent)).toThrow(MalformedMessage);
  });
});

test('an unknown id is malformed, and named', () => {
  const view = viewOf('00000001ff');
  expect(() => decode(view, 0, 5, CONNECTION, silent)).toThrow('no message has the id 255');
});

test('a length beyond the end of the data is malformed, however great', () => {
  const view = viewOf('ffffffff04');
  expect(() => decode(view, 0, 5, CONNECTION, silent)).toThrow(MalformedMessage);
});

/** Must receive nothing: a malformed message must not be taken for another one. */
const silent = new Proxy({} as Messages, {
  get: (_, kind) => () => expect.unreachable(`received ${String(kind)}`),
});

/** Expects to receive the message that `send` sends. */
function expecting(view: DataView, send: (to: Messages) => void): Messages {
  let expected: unknown[] = [];
  const record =
    (kind: string | symbol) =>
    (...args: unknown[]) =>
      (expected = [kind, ...args]);
  send(new Proxy({} as Messages, { get: (_, kind) => record(kind) }));
  return new Proxy({} as Messages, {
    get:
      (_, kind) =>
      (...args: unknown[]) => {
        expect([kind, ...args], `${view.byteLength} bytes`).toEqual(expected);
      },
  });
}

function encoded(send: (to: Messages) => void): string {
  const view = new DataView(new ArrayBuffer(listBytes(8)));
  const encoder = new Encoder(view);
  send(encoder);
  return Buffer.from(view.buffer, 0, encoder.offset).toString('hex');
}

function viewOf(hex: string): DataView {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
