/** Blocks that arrive late, are discarded or not answered, and hosts that verify pieces. */

import { expect, test } from 'vitest';

import {
  type BlockIndex,
  CLIENT_QUIRKS,
  type Connection,
  LIBTORRENT,
  type Peer,
  type PeerOptions,
  type PieceIndex,
} from '../src/index.ts';
import { type PeerSetup, TestSwarm } from './test-swarm.ts';

const [a, b, c] = [0, 1, 2] as Connection[] as [Connection, Connection, Connection];
const piece = (index: number) => index as PieceIndex;
const block = (index: number) => index as BlockIndex;

/** X with neighbours A, B and C; `pieces` pieces of two blocks, and a host that verifies them. */
function peerWithNeighbours(
  pieces: number,
  options: Partial<PeerOptions> = {},
  setup: PeerSetup = {},
) {
  const swarm = new TestSwarm(pieces, {
    quirks: CLIENT_QUIRKS,
    layout: { pieceCount: pieces, blocksPerPiece: 2, blockBits: 1, pieceBits: 2, lastPieceBits: 2 },
    hostVerifies: true,
    client: { ...LIBTORRENT, endgameCancels: true, requestTimeoutMs: 60_000 },
    ...options,
  });
  const [peer] = swarm.addPeers({ X: setup, A: {}, B: {}, C: {} }) as [Peer];
  for (const name of ['A', 'B', 'C']) swarm.connect('X', name);
  return { swarm, peer };
}

test('a block that arrives after a choke is not requested again, nor its complete piece', () => {
  const { swarm, peer } = peerWithNeighbours(2);
  peer.unchoke(a);
  peer.have(a, piece(0));
  expect(swarm.takeTranscript()).toBe('X → A  interested\nX → A  request(0..1)');
  peer.choke(a);
  peer.piece(a, block(0), 1);
  peer.piece(a, block(1), 1);
  expect(peer.isReceived(piece(0))).toBe(true);
  peer.unchoke(b);
  peer.have(b, piece(0));
  expect(swarm.takeTranscript()).toBe('X → B  interested');
  peer.verified(piece(0));
  expect([peer.hasPiece(piece(0)), peer.isReceived(piece(0))]).toEqual([true, false]);
  expect(swarm.takeTranscript()).toContain('X → B  not-interested');
});

test('a late block is cancelled where it was requested in the meantime', () => {
  const { swarm, peer } = peerWithNeighbours(1);
  peer.unchoke(a);
  peer.have(a, piece(0));
  peer.choke(a);
  peer.unchoke(b);
  peer.have(b, piece(0));
  swarm.takeTranscript();
  peer.piece(a, block(0), 1);
  expect(swarm.takeTranscript()).toBe('X → B  cancel(0)');
  expect([0, 1].map((index) => peer.isRequestedOn(b, block(index), 1))).toEqual([false, true]);
});

test('what the host discards is requested again, and nothing else', () => {
  const { swarm, peer } = peerWithNeighbours(1);
  peer.unchoke(a);
  peer.have(a, piece(0));
  swarm.takeTranscript();
  peer.piece(a, block(0), 2);
  expect(peer.isReceived(piece(0))).toBe(true);
  peer.discard(block(1), 1);
  expect(swarm.takeTranscript()).toBe('X → A  request(1)');
  peer.piece(a, block(1), 1);
  peer.discard(block(0), 2);
  expect(swarm.takeTranscript()).toBe('X → A  request(0..1)');
  peer.piece(a, block(0), 2);
  peer.verified(piece(0));
  expect([peer.isComplete, peer.wastedBlocks]).toEqual([true, 0]);
});

test('blocks that the host holds from the start are not requested', () => {
  const { swarm, peer } = peerWithNeighbours(2);
  peer.restoreBlocks(block(0), 1);
  peer.restoreBlocks(block(2), 2);
  expect(peer.isReceived(piece(1))).toBe(true);
  peer.unchoke(a);
  peer.have(a, piece(0));
  peer.have(a, piece(1));
  expect(swarm.takeTranscript()).toBe('X → A  interested\nX → A  request(1)');
});

test('in the endgame, two peers that do not answer withhold no block from a third', () => {
  const { swarm, peer } = peerWithNeighbours(1);
  for (const connection of [a, b, c]) peer.unchoke(connection);
  peer.have(a, piece(0));
  peer.have(b, piece(0));
  swarm.takeTranscript();
  peer.have(c, piece(0));
  expect(swarm.takeTranscript(), 'a block that only one other is asked for').toBe(
    'X → C  interested\nX → C  request(1)',
  );
  peer.piece(c, block(1), 1);
  expect(swarm.takeTranscript()).toBe('X → A  cancel(1)');
  swarm.nowMs = 4_999;
  peer.arriving(c, 0, 0);
  expect(swarm.takeTranscript()).toBe('');
  swarm.nowMs = 5_000;
  peer.arriving(c, 0, 0);
  expect(swarm.takeTranscript()).toBe('X → C  request(0)');
  peer.piece(c, block(0), 1);
  expect(swarm.takeTranscript()).toBe('X → A  cancel(0)\nX → B  cancel(0)');
  expect(peer.isReceived(piece(0))).toBe(true);
});

test('a peer that does not answer for 60 s is asked for one block at a time', () => {
  const { swarm, peer } = peerWithNeighbours(2);
  peer.unchoke(a);
  peer.have(a, piece(0));
  swarm.takeTranscript();
  swarm.nowMs = 59_999;
  peer.rechoke();
  expect([peer.isSnubbing(a), swarm.takeTranscript()]).toEqual([false, '']);
  swarm.nowMs = 60_000;
  peer.rechoke();
  expect([peer.isSnubbing(a), swarm.takeTranscript()]).toEqual([
    true,
    'X → A  cancel(0..1)\nX → A  request(0)',
  ]);
  peer.piece(a, block(0), 1);
  expect([peer.isSnubbing(a), swarm.takeTranscript()]).toEqual([false, 'X → A  request(1)']);
});

test.each([
  { announced: 'as one that it can get', isRelayed: true, isOverdue: false },
  { announced: 'as one that it holds', isRelayed: false, isOverdue: true },
  { announced: 'no matter how', isRelayed: undefined, isOverdue: false },
])('a leader may take any time for a piece that it announced $announced: $isOverdue', (row) => {
  const setup: PeerSetup = { role: 'follower', leaders: ['A'] };
  const { swarm, peer } = peerWithNeighbours(2, {}, setup);
  if (row.isRelayed !== undefined) {
    Object.assign(swarm.hostOf('X'), { isRelayed: () => row.isRelayed });
  }
  peer.unchoke(a);
  peer.have(a, piece(0));
  swarm.nowMs = 60_000;
  peer.rechoke();
  expect(peer.isSnubbing(a)).toBe(row.isOverdue);
});

test('the slot of a peer that leaves goes to the next that becomes interested, or soon', () => {
  const { swarm, peer } = peerWithNeighbours(1, { uploadSlots: 1, optimisticSlots: 0 });
  for (const connection of [a, b]) peer.interested(connection);
  expect(swarm.takeTranscript()).toBe('X → A  unchoke');
  peer.disconnect(a);
  expect([swarm.takeTranscript(), swarm.hostOf('X').willRechokeSoon]).toEqual(['', true]);
  peer.rechoke();
  expect(swarm.takeTranscript()).toBe('X → B  unchoke');
  peer.disconnect(b);
  peer.interested(c);
  expect(swarm.takeTranscript()).toBe('X → C  unchoke');
});
