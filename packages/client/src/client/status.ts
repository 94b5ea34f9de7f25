/** The progress of a client, in numbers. */

import { bytesOfPiece } from '@cachetorrent/protocol/wire';
import type { PieceIndex, Role } from '@cachetorrent/protocol';

import type { Torrent } from '../torrent/torrent.ts';
import type { TorrentTransfer } from '../transfer/torrent-transfer.ts';

/** The progress of a client, at one moment. */
export interface ClientStatus {
  /** The number of pieces that are complete and have the right hash. */
  readonly pieces: number;
  /** The number of pieces of the torrent. */
  readonly pieceCount: number;
  /** The bytes of the missing pieces. */
  readonly leftBytes: number;
  /** The bytes of the torrent. */
  readonly totalBytes: number;
  /** The number of connections to identified peers. */
  readonly connections: number;
  /** Our role among the peers of our autonomous system. */
  readonly role: Role;
  /** The number of our autonomous system; undefined if the tracker has not reported it. */
  readonly asn: number | undefined;
  /** The bytes of blocks received since the start. */
  readonly receivedBytes: number;
  /** How many of the received bytes came from other autonomous systems. */
  readonly importedBytes: number;
  /** How many of the received bytes were useless: of a wrong hash, or received before. */
  readonly wastedBytes: number;
  /** The bytes of blocks sent since the start. */
  readonly sentBytes: number;
}

/** Returns the status. `transfer` is undefined before the start, when no piece is known. */
export function statusOf(transfer: TorrentTransfer | undefined, torrent: Torrent): ClientStatus {
  const { layout } = torrent;
  let leftBytes = 0;
  for (let piece = 0; piece < layout.pieceCount; piece++) {
    const isMissing = transfer?.peer.hasPiece(piece as PieceIndex) !== true;
    if (isMissing) leftBytes += bytesOfPiece(layout, piece);
  }
  return {
    pieces: transfer?.peer.storedCount ?? 0,
    pieceCount: layout.pieceCount,
    leftBytes,
    totalBytes: layout.totalBytes,
    connections: transfer?.remotes.count ?? 0,
    role: transfer?.role.role ?? 'peer',
    asn: transfer?.role.asn,
    receivedBytes: transfer?.receivedBytes ?? 0,
    importedBytes: transfer?.importedBytes ?? 0,
    wastedBytes: transfer?.receiver.wastedBytes ?? 0,
    sentBytes: transfer?.sender.sentBytes ?? 0,
  };
}
