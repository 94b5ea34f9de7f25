/** The order in which blocks are sent. */

import {
  BLOCK_BYTES,
  type BlockIndex,
  type Connection,
  NO_BLOCK,
  type Peer,
} from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { ManualClock } from '../../test/manual-clock.ts';
import type { RemotePeer } from '../connections/remote-peer.ts';
import { IncomingRequests } from './incoming-requests.ts';
import type { ReadCache } from './read-cache.ts';
import { Sender } from './sender.ts';
import { TokenBucket } from './token-bucket.ts';

const PIECES = 4;
const LAYOUT = {
  totalBytes: PIECES * BLOCK_BYTES,
  pieceBytes: BLOCK_BYTES,
  pieceCount: PIECES,
};
const BYTES_PER_S = BLOCK_BYTES;

/** Peers who have requested all pieces; pieces have one block each. */
function newSender(names: readonly string[]) {
  const clock = new ManualClock();
  const order: string[] = [];
  const remotes = names.map((name, connection) => {
    const incoming = new IncomingRequests();
    for (let piece = 0; piece < PIECES; piece++) {
      incoming.add(piece, { begin: 0, length: BLOCK_BYTES });
    }
    const tcp = {
      isCongested: false,
      session: { isClosed: false },
      cork: () => {},
      uncork: () => {},
      flush: () => {},
      writer: { piece: () => order.push(name) > 0 },
    };
    return { connection: connection as Connection, incoming, tcp, sentBytes: 0, lastUsedMs: 0 };
  });
  const sentCounts = names.map(() => 0);
  const peer = {
    nextToSend: (connection: Connection) => {
      const block = sentCounts[connection]!;
      return (block < PIECES ? block : NO_BLOCK) as BlockIndex;
    },
    blocksSent: (connection: Connection) => void sentCounts[connection]!++,
    sending: () => {},
    hasPiece: () => true,
  } as unknown as Peer;
  const cache = {
    find: ({ piece }: { piece: number }) => ({
      piece,
      begin: 0,
      length: BLOCK_BYTES,
      bytes: new Uint8Array(BLOCK_BYTES),
    }),
    read: () => {},
    retain: () => {},
  } as unknown as ReadCache;
  const sender = new Sender({
    layout: LAYOUT,
    cache,
    clock,
    tokenBucket: new TokenBucket(BYTES_PER_S, clock.nowMs()),
    onLimitReached: () => {},
  });
  for (const remote of remotes) sender.start(remote as unknown as RemotePeer);
  return { sender, peer, clock, order };
}

test('under an upload limit each peer has its turn, also between two calls', () => {
  const { sender, peer, clock, order } = newSender(['a', 'b', 'c']);
  for (let block = 0; block < 3 * PIECES; block++) {
    sender.sendBlocks(peer);
    clock.advance(1_000);
  }
  expect(order.join('')).toBe('abcabcabcabc');
});
