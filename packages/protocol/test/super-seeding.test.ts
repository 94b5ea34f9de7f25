/**
 * Super-seeding (BEP 16), as libtorrent does it: `torrent::get_piece_to_super_seed` and
 * `peer_connection::superseed_piece`. Draws take the first of equals.
 */

import { expect, test } from 'vitest';

import {
  CLIENT_QUIRKS,
  type Connection,
  LIBTORRENT,
  NO_BLOCK,
  type Peer,
  type Quirks,
} from '../src/index.ts';
import { block, piece } from './single-peer.ts';
import { fourBlocks, TestSwarm } from './test-swarm.ts';

const [FIRST, SECOND] = [0, 1] as [Connection, Connection];

/** A super-seed S of five pieces with the neighbours N0, N1 …, and what it has revealed to them. */
function superSeed(
  neighbours: number,
  quirks: Partial<Quirks> = {},
): { swarm: TestSwarm; peer: Peer; revealed: string } {
  const swarm = new TestSwarm(5, {
    quirks: { ...CLIENT_QUIRKS, ...quirks },
    layout: fourBlocks(5),
    client: { ...LIBTORRENT, superSeeding: true },
  });
  const names = Array.from({ length: neighbours }, (_, n) => `N${n}`);
  const setups = Object.fromEntries(names.map((name) => [name, {}]));
  const [peer] = swarm.addPeers({ S: { holds: [0, 1, 2, 3, 4] }, ...setups });
  swarm.takeTranscript();
  for (const name of names) swarm.connect('S', name);
  return { swarm, peer: peer!, revealed: swarm.takeTranscript() };
}

test('two pieces are revealed to each peer, and no bitfield is sent', () => {
  expect(superSeed(1).revealed).toBe('S → N0  have(0)\nS → N0  have(1)');
});

test('each peer learns of pieces that have been revealed to no other, as long as there are any', () => {
  expect(superSeed(3).revealed.split('\n')).toEqual([
    'S → N0  have(0)',
    'S → N0  have(1)',
    'S → N1  have(2)',
    'S → N1  have(3)',
    'S → N2  have(4)',
    // All are out: any of them.
    'S → N2  have(0)',
  ]);
});

test('a peer learns of the next piece when it has one of its two itself', () => {
  const { swarm, peer } = superSeed(1);
  peer.have(FIRST, piece(1));
  expect(swarm.takeTranscript()).toBe('S → N0  have(2)');
});

test('not when another peer has it', () => {
  const { swarm, peer } = superSeed(2);
  peer.have(SECOND, piece(0));
  expect(swarm.takeTranscript()).toBe('');
});

test('not when it repeats itself', () => {
  const { swarm, peer } = superSeed(1);
  peer.have(FIRST, piece(1));
  swarm.takeTranscript();
  peer.have(FIRST, piece(1));
  expect(swarm.takeTranscript()).toBe('');
});

test('the next piece is one that the fewest hold', () => {
  const { swarm, peer } = superSeed(2);
  // N1 has pieces 2 and 4, of which it has learned elsewhere.
  peer.have(SECOND, piece(4));
  peer.have(SECOND, piece(2));
  expect(swarm.takeTranscript()).toBe('S → N1  have(0)');
  peer.have(FIRST, piece(0));
  // Piece 3 is on its way to N1; one peer holds piece 2, and one piece 4.
  expect(swarm.takeTranscript()).toBe('S → N0  have(2)');
});

test('only what has been revealed to a peer is sent to it', () => {
  const { peer } = superSeed(1);
  peer.interested(FIRST);
  peer.request(FIRST, block(8), 4);
  expect(peer.nextToSend(FIRST)).toBe(NO_BLOCK);
  peer.request(FIRST, block(4), 4);
  expect(peer.nextToSend(FIRST)).toBe(4);
});

test('a peer that leaves takes nothing with it', () => {
  const { swarm, peer } = superSeed(2);
  peer.disconnect(SECOND);
  peer.have(FIRST, piece(0));
  expect(swarm.takeTranscript()).toBe('S → N0  have(2)');
});

test('a swarm downloads everything from a super-seed', () => {
  const { swarm } = superSeed(3);
  for (const [a, b] of [
    ['N0', 'N1'],
    ['N1', 'N2'],
  ] as const)
    swarm.connect(a, b);
  swarm.deliverAll();
  for (const name of ['N0', 'N1', 'N2']) expect(swarm.hostOf(name).peer.isComplete).toBe(true);
});

test('a peer that becomes a seed, or moves whole pieces, is no super-seed', () => {
  const { swarm } = superSeed(1);
  swarm.deliverAll();
  expect(swarm.hostOf('N0').peer.isComplete).toBe(true);
  expect(swarm.hostOf('N0').peer.isSuperSeed).toBe(false);
  expect(superSeed(0).peer.isSuperSeed).toBe(true);
  expect(superSeed(0, { wholePieces: true }).peer.isSuperSeed).toBe(false);
});
