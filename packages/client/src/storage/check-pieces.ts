/**
 * Finds out which pieces of a torrent are on the disk, by their hashes. That is how a download
 * resumes: nothing is written down beside the files, so nothing can be out of step with them.
 */

import { hash } from 'node:crypto';

import type { Torrent } from '../torrent/torrent.ts';
import type { FileStore } from './file-store.ts';

/** Whether `bytes` are what `piece` should be. */
export function isPiece(torrent: Torrent, piece: number, bytes: Uint8Array): boolean {
  const expected = torrent.pieceHashes.subarray(20 * piece, 20 * piece + 20);
  return Buffer.compare(hash('sha1', bytes, 'buffer'), expected) === 0;
}

/** The pieces whose bytes are there and right, in order. */
export async function findPieces(
  torrent: Torrent,
  store: FileStore,
  onProgress: (checked: number) => void = () => {},
): Promise<number[]> {
  const found: number[] = [];
  const room = new Uint8Array(torrent.layout.pieceBytes);
  for (let piece = 0; piece < torrent.layout.pieceCount; piece++) {
    const bytes = await store.readPiece(piece, room);
    if (bytes !== undefined && isPiece(torrent, piece, bytes)) found.push(piece);
    onProgress(piece + 1);
  }
  return found;
}
