/** How far a client is, in numbers. */

import { bytesOfPiece } from '@cachetorrent/protocol/wire';
import type { PieceIndex, Standing } from '@cachetorrent/protocol';

import type { Swarm } from './swarm.ts';
import type { Torrent } from './torrent/torrent.ts';

export interface ClientStatus {
  readonly pieces: number;
  readonly pieceCount: number;
  /** Bytes of the pieces that are lacking. */
  readonly leftBytes: number;
  readonly totalBytes: number;
  /** Connections that are in use. */
  readonly connections: number;
  readonly standing: Standing;
  /** The number of our autonomous system, if the tracker has said it. */
  readonly system: number | undefined;
  /** Bytes of blocks since the start; of those received, from other AS, and of no use. */
  readonly receivedBytes: number;
  readonly importedBytes: number;
  readonly wastedBytes: number;
  readonly sentBytes: number;
}

/** Before the start there is no swarm, and nothing is known to be there. */
export function statusOf(swarm: Swarm | undefined, torrent: Torrent): ClientStatus {
  const { shape } = torrent;
  let leftBytes = 0;
  for (let piece = 0; piece < shape.pieceCount; piece++) {
    if (swarm?.peer.holds(piece as PieceIndex) !== true) leftBytes += bytesOfPiece(shape, piece);
  }
  return {
    pieces: swarm?.peer.pieceCount ?? 0,
    pieceCount: shape.pieceCount,
    leftBytes,
    totalBytes: shape.totalBytes,
    connections: swarm === undefined ? 0 : [...swarm.links].length,
    standing: swarm?.role.standing ?? 'peer',
    system: swarm?.role.system,
    receivedBytes: swarm?.receivedBytes ?? 0,
    importedBytes: swarm?.importedBytes ?? 0,
    wastedBytes: swarm?.receiver.wastedBytes ?? 0,
    sentBytes: swarm?.sender.sentBytes ?? 0,
  };
}
