import { describe, expect, test } from 'vitest';

import { decode, Encoder, listBytes, MalformedMessage } from './codec.ts';
import type { Connection, PeerId, PieceIndex, AsId } from '../ids.ts';
import { MESSAGE_KINDS, type Messages } from './messages.ts';

const ON = 3 as Connection;
const EACH: Readonly<Record<keyof Messages, { say(to: Messages): void; bytes: string }>> = {
  choke: { say: (to) => to.choke(ON), bytes: '00000001 00' },
  unchoke: { say: (to) => to.unchoke(ON), bytes: '00000001 01' },
  interested: { say: (to) => to.interested(ON), bytes: '00000001 02' },
  notInterested: { say: (to) => to.notInterested(ON), bytes: '00000001 03' },
  have: { say: (to) => to.have(ON, 258 as PieceIndex), bytes: '00000005 04 00000102' },
  request: { say: (to) => to.request(ON, 7 as PieceIndex), bytes: '00000005 06 00000007' },
  piece: { say: (to) => to.piece(ON, 7 as PieceIndex), bytes: '0000000d 07 00000007 00000000 001de840' },
  leaderStart: { say: (to) => to.leaderStart(ON, 9 as PeerId), bytes: '00000005 20 00000009' },
  trackerReq: { say: (to) => to.trackerReq(9 as PeerId), bytes: '00000005 21 00000009' },
  trackerRes: { say: (to) => to.trackerRes(9 as PeerId), bytes: '00000005 22 00000009' },
  join: { say: (to) => to.join(9 as PeerId, 4 as AsId), bytes: '00000009 23 00000009 00000004' },
  neighbours: { say: (to) => to.neighbours(Uint32Array.of(1, 2), Uint32Array.of(5, 6)), bytes: '00000011 24 00000001 00000002 00000005 00000006' },
  seedReq: { say: (to) => to.seedReq(9 as PeerId), bytes: '00000005 25 00000009' },
  seedRes: { say: (to) => to.seedRes(1_000), bytes: '00000005 26 000003e8' },
  connReq: { say: (to) => to.connReq(9 as PeerId, ON, true), bytes: '0000000d 27 00000009 00000003 00000001' },
  candidate: { say: (to) => to.candidate(9 as PeerId, 2_000, 6_000), bytes: '0000000d 28 00000009 000007d0 00001770' },
  leaders: { say: (to) => to.leaders(Uint32Array.of(1, 4_294_967_295)), bytes: '00000009 29 00000001 ffffffff' },
};

describe.each(MESSAGE_KINDS)('%s', (kind) => {
  const { say, bytes } = EACH[kind];
  const plain = bytes.replaceAll(' ', '');

  test('is written as the format says', () => {
    expect(encoded(say)).toBe(plain);
  });

  test('is read as it was said', () => {
    const view = viewOf(plain);
    expect(decode(view, 0, view.byteLength, ON, saying(view, say))).toBe(view.byteLength);
  });

  test('is malformed where it is cut short or its length is another', () => {
    for (let length = 0; length < plain.length / 2; length++) {
      const view = viewOf(plain);
      expect(() => decode(view, 0, length, ON, silent)).toThrow(MalformedMessage);
    }
    const view = viewOf(`${plain}00`);
    view.setUint32(0, view.getUint32(0) + 1);
    expect(() => decode(view, 0, view.byteLength, ON, silent)).toThrow(MalformedMessage);
  });
});

test('an id that no message has is malformed, and named', () => {
  const view = viewOf('00000001ff');
  expect(() => decode(view, 0, 5, ON, silent)).toThrow('no message has the id 255');
});

test('a length beyond what is there is malformed, however great', () => {
  const view = viewOf('ffffffff04');
  expect(() => decode(view, 0, 5, ON, silent)).toThrow(MalformedMessage);
});

/** Hears nothing: a malformed message must not come out as another one. */
const silent = new Proxy({} as Messages, {
  get: (_, kind) => () => expect.unreachable(`heard ${String(kind)}`),
});

/** Expects that what it hears is what `say` says. */
function saying(view: DataView, say: (to: Messages) => void): Messages {
  let expected: unknown[] = [];
  const record = (kind: string | symbol) => (...args: unknown[]) => (expected = [kind, ...args]);
  say(new Proxy({} as Messages, { get: (_, kind) => record(kind) }));
  return new Proxy({} as Messages, {
    get: (_, kind) => (...args: unknown[]) => {
      expect([kind, ...args], `${view.byteLength} bytes`).toEqual(expected);
    },
  });
}

function encoded(say: (to: Messages) => void): string {
  const view = new DataView(new ArrayBuffer(listBytes(8)));
  const encoder = new Encoder(view, 1_960_000);
  say(encoder);
  return Buffer.from(view.buffer, 0, encoder.offset).toString('hex');
}

function viewOf(hex: string): DataView {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
