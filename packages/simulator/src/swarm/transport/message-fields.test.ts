import {
  type AsId,
  type BlockIndex,
  type Connection,
  MESSAGE_KINDS,
  type MessageKind,
  type Messages,
  type PeerId,
  type PieceIndex,
} from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { FIRST_NODE_MESSAGE } from '../event-kinds.ts';
import { CONNECTIONS_MAX } from '../plan/number-rule.ts';
import { callNodeMessage, callPeerMessage, MessageFields, Payloads } from './message-fields.ts';

const CONNECTION = 7 as Connection;
const PIECE = 40 as PieceIndex;
const BLOCK = 640 as BlockIndex;
const PEER = 12 as PeerId;
const AS_IDS = Uint32Array.of(1, 0);
const IDS = Uint32Array.of(3, 4);
const LAST_CONNECTION = (CONNECTIONS_MAX - 1) as Connection;
const LAST_BLOCK = (2 ** 31 - 2) as BlockIndex;

/** One message of each kind; some kinds have more than one form. */
const MESSAGES: readonly { kind: MessageKind; send: (to: Messages) => void }[] = [
  { kind: 'choke', send: (to) => to.choke(CONNECTION) },
  { kind: 'unchoke', send: (to) => to.unchoke(CONNECTION) },
  { kind: 'interested', send: (to) => to.interested(CONNECTION) },
  { kind: 'notInterested', send: (to) => to.notInterested(CONNECTION) },
  { kind: 'have', send: (to) => to.have(CONNECTION, PIECE) },
  { kind: 'bitfield', send: (to) => to.bitfield(CONNECTION, IDS) },
  { kind: 'request', send: (to) => to.request(CONNECTION, BLOCK, 16) },
  { kind: 'piece', send: (to) => to.piece(CONNECTION, BLOCK, 0x8000) },
  { kind: 'piece', send: (to) => to.piece(LAST_CONNECTION, LAST_BLOCK, 0x8000) },
  { kind: 'cancel', send: (to) => to.cancel(CONNECTION, BLOCK, 1) },
  { kind: 'allowedFast', send: (to) => to.allowedFast(CONNECTION, PIECE) },
  { kind: 'leaderStart', send: (to) => to.leaderStart(CONNECTION, PEER) },
  { kind: 'uploadOnly', send: (to) => to.uploadOnly(CONNECTION, true) },
  { kind: 'close', send: (to) => to.close(CONNECTION) },
  { kind: 'trackerReq', send: (to) => to.trackerReq(PEER) },
  { kind: 'trackerRes', send: (to) => to.trackerRes(PEER) },
  { kind: 'join', send: (to) => to.join(PEER, 2 as AsId) },
  { kind: 'neighbours', send: (to) => to.neighbours(IDS, AS_IDS) },
  { kind: 'seedReq', send: (to) => to.seedReq(PEER) },
  { kind: 'seedRes', send: (to) => to.seedRes(100) },
  { kind: 'connReq', send: (to) => to.connReq(PEER, CONNECTION, false) },
  { kind: 'connReq', send: (to) => to.connReq(PEER, 0 as Connection, true) },
  { kind: 'candidate', send: (to) => to.candidate(PEER, 2_000, 6_000.5) },
  { kind: 'leaders', send: (to) => to.leaders(IDS) },
  { kind: 'announce', send: (to) => to.announce(PEER, 'completed', 20, true) },
  { kind: 'leaderLost', send: (to) => to.leaderLost(PEER, 3 as PeerId) },
  { kind: 'refused', send: (to) => to.refused(PEER) },
];

test('there is a message of every kind', () => {
  expect([...new Set(MESSAGES.map(({ kind }) => kind))]).toEqual([...MESSAGE_KINDS]);
});

test.each(MESSAGES)('the fields of $kind are those of the call', ({ kind, send }) => {
  const payloads = new Payloads();
  let calls = 0;
  const fields = new MessageFields(payloads, () => calls++);
  send(fields);
  expect(calls).toBe(1);
  expect(MESSAGE_KINDS[fields.kind]).toBe(kind);

  const receiver = recorder();
  if (fields.kind < FIRST_NODE_MESSAGE) {
    callPeerMessage(
      receiver.messages,
      fields.kind,
      fields.first as Connection,
      fields.second,
      payloads,
    );
  } else {
    callNodeMessage(receiver.messages, fields, payloads);
  }
  const expected = recorder();
  send(expected.messages);
  expect(receiver.calls).toEqual(expected.calls);
});

test('a payload is taken once, by the kind that it has', () => {
  const payloads = new Payloads();
  const index = payloads.put({ kind: 'leaders', ids: IDS });
  expect(() => payloads.take(index, 'neighbours')).toThrow('has the kind of the message');
  expect(payloads.take(index, 'leaders').ids).toBe(IDS);
  expect(() => payloads.take(index, 'leaders')).toThrow('has the kind of the message');
  expect(payloads.put({ kind: 'leaders', ids: IDS })).toBe(index);
});

/** Records all calls of its methods, by name. */
function recorder(): { messages: Messages; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const methods = MESSAGE_KINDS.map((kind) => [
    kind,
    (...values: unknown[]) => calls.push([kind, ...values]),
  ]);
  return { messages: Object.fromEntries(methods) as unknown as Messages, calls };
}
