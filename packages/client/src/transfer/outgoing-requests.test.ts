import type { BlockIndex } from '@cachetorrent/protocol';
import type { MessageWriter } from '@cachetorrent/protocol/wire';
import { expect, test } from 'vitest';

import { OutgoingRequests } from './outgoing-requests.ts';

const LAYOUT = { totalBytes: 2 ** 17, pieceBytes: 2 ** 16, pieceCount: 2 };

/** Requests on a connection whose other side accepts `room` more. */
function requests(room: number) {
  const sent: string[] = [];
  const writer = {
    mayRequest: () => sent.length < room,
    request: (piece: number, begin: number) => void sent.push(`${piece}/${begin}`),
  } as unknown as MessageWriter;
  const outgoing = new OutgoingRequests(LAYOUT);
  return { outgoing, sent, send: () => outgoing.send(writer) };
}

test('no more requests are sent than the other side accepts', () => {
  const { outgoing, sent, send } = requests(2);
  outgoing.add(3 as BlockIndex, 3);
  send();
  expect(sent).toEqual(['0/49152', '1/0']);
});

test('a request that waits is dropped when its block arrives', () => {
  const { outgoing, sent, send } = requests(2);
  outgoing.add(0 as BlockIndex, 3);
  // It was requested before, and is repeated since the leader has got its piece.
  outgoing.received(0 as BlockIndex);
  send();
  expect(sent).toEqual(['0/16384', '0/32768']);
});
