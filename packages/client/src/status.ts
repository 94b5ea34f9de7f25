/** How far a client is, in numbers. */

import { bytesOfPiece } from '@cachetorrent/protocol/wire';
import type { PieceIndex, Role } from '@cachetorrent/protocol';

import type { Swarm } from './swarm.ts';
import type { Torrent } from './torrent/torrent.ts';

/** How far a client is, at one moment. */
export interface ClientStatus {
  /** Pieces that are there and have their hash. */
  readonly pieces: number;
  /** Pieces of the torrent. */
  readonly pieceCount: number;
  /** Bytes of the pieces that are lacking. */
  readonly leftBytes: number;
  /** Bytes of the torrent. */
  readonly totalBytes: number;
  /** Connections that are in use. */
  readonly connections: number;
  /** What it is among the peers of its autonomous system. */
  readonly standing: Role;
  /** The number of our autonomous system, if the tracker has said it. */
  readonly system: number | undefined;
  /** Bytes of blocks received since the start. */
  readonly receivedBytes: number;
  /** Of the bytes received, those from other autonomous systems. */
  readonly importedBytes: number;
  /** Of the bytes received, those of no use: broken, or there already. */
  readonly wastedBytes: number;
  /** Bytes of blocks sent since the start. */
  readonly sentBytes: number;
}

/** Before the start there is no swarm, and nothing is known to be there. */
export function statusOf(swarm: Swarm | undefined, torrent: Torrent): ClientStatus {
  const { layout } = torrent;
  let leftBytes = 0;
  for (let piece = 0; piece < layout.pieceCount; piece++) {
    if (swarm?.peer.hasPiece(piece as PieceIndex) !== true) leftBytes += bytesOfPiece(layout, piece);
  }
  return {
    pieces: swarm?.peer.storedCount ?? 0,
    pieceCount: layout.pieceCount,
    leftBytes,
    totalBytes: layout.totalBytes,
    connections: swarm === undefined ? 0 : [...swarm.links].length,
    standing: swarm?.role.role ?? 'peer',
    system: swarm?.role.system,
    receivedBytes: swarm?.receivedBytes ?? 0,
    importedBytes: swarm?.importedBytes ?? 0,
    wastedBytes: swarm?.receiver.wastedBytes ?? 0,
    sentBytes: swarm?.sender.sentBytes ?? 0,
  };
}
