import type { PieceIndex } from '@cachetorrent/protocol';
import { expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import type { Plan } from '../plan/plan.ts';
import { Copies } from './copies.ts';
import type { HostedPeer } from './hosted-peer.ts';

/** Copies of a file of 5 pieces in two sub-torrents, of 2 and 3 pieces. */
function makeCopies(): Copies {
  const swarm = { ...FORTY, pieces: 5, subTorrents: 2 };
  return new Copies({ swarm } as unknown as Plan, new Uint32Array(10));
}

/** The two peers of a node that hold these pieces of the file, and what they store. */
function peersWith(copies: Copies, held: readonly number[]): readonly HostedPeer[] {
  return [0, 2].map((firstPiece, subTorrent) => {
    const pieces = held.map((piece) => piece - firstPiece).filter((piece) => piece >= 0);
    const own = subTorrent === 0 ? pieces.filter((piece) => piece < 2) : pieces;
    for (const piece of own) copies.stored(subTorrent, piece as PieceIndex);
    // Piece by piece as bits.
    const stored = Uint32Array.of(own.reduce((bits, piece) => bits | (1 << piece), 0));
    return { subTorrent, peer: { storedPieces: () => stored } } as unknown as HostedPeer;
  });
}

test('a piece is lost when the last one that holds it leaves for ever', () => {
  const copies = makeCopies();
  const seed = peersWith(copies, [0, 1, 2, 3, 4]);
  const other = peersWith(copies, [0, 3]);
  expect([copies.rarest, copies.lacksOne]).toEqual([1, false]);
  copies.left(seed, false);
  expect([copies.rarest, copies.lacksOne]).toEqual([0, true]);
  expect(copies.lost).toEqual([1, 2, 4]);
  copies.left(other, false);
  expect(copies.lost).toEqual([0, 1, 2, 3, 4]);
});

test('a piece of one who is away is not lost before that one has come back and left for ever', () => {
  const copies = makeCopies();
  const seed = peersWith(copies, [0, 1, 2, 3, 4]);
  copies.left(seed, true);
  expect([copies.rarest, copies.lacksOne]).toEqual([0, true]);
  expect(copies.lost).toEqual([]);
  const again = peersWith(copies, [0, 1, 2, 3, 4]);
  copies.returned(again);
  expect([copies.rarest, copies.lost.length]).toEqual([1, 0]);
  copies.left(again, false);
  expect(copies.lost).toHaveLength(5);
});
