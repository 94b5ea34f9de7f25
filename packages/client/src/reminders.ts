/** What our peer holds, for others; and what it knew of others, for a peer that takes its place. */

import type { Peer, PieceIndex } from '@cachetorrent/protocol';

import type { Link } from './link.ts';

/** The pieces that `peer` holds, in order. */
export function piecesOf(peer: Peer, pieceCount: number): PieceIndex[] {
  const all = Array.from({ length: pieceCount }, (_, piece) => piece as PieceIndex);
  return all.filter((piece) => peer.hasPiece(piece));
}

/** The same as a bitfield. */
export function holdingsOf(peer: Peer, pieceCount: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(pieceCount / 8));
  for (const piece of piecesOf(peer, pieceCount)) bits[piece >> 3]! |= 0x80 >> (piece & 7);
  return bits;
}

/** Tells a new peer how things stand on a connection that is older than it is. */
export function remind(peer: Peer, { on, relayed, connection }: Link): void {
  const { peerPieces, peerChoking, peerInterested } = connection.session.state;
  for (let piece = 0; piece < peerPieces.pieceCount; piece++) {
    if (peerPieces.has(piece)) peer.have(on, piece as PieceIndex);
  }
  for (const piece of relayed) peer.have(on, piece as PieceIndex);
  if (!peerChoking) peer.unchoke(on);
  if (peerInterested) peer.interested(on);
}
