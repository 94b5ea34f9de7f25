/**
 * Finds the pieces of a torrent that are on the disk, by their hashes. A download resumes in this
 * way: no state is stored beside the files, so none can contradict them.
 */

import { hash } from 'node:crypto';

import type { Torrent } from '../torrent/torrent.ts';
import type { FileStore } from './file-store.ts';

const HASH_BYTES = 20;

/** Whether `bytes` have the hash of `piece`. */
export function hasValidHash(torrent: Torrent, piece: number, bytes: Uint8Array): boolean {
  const begin = HASH_BYTES * piece;
  const expected = torrent.pieceHashes.subarray(begin, begin + HASH_BYTES);
  return Buffer.compare(hash('sha1', bytes, 'buffer'), expected) === 0;
}

/**
 * Returns the pieces that are complete and have the right hash, in order.
 *
 * @throws the reason of `signal` when that is aborted.
 */
export async function findPieces(
  torrent: Torrent,
  store: FileStore,
  onProgress: (checked: number) => void = () => {},
  signal?: AbortSignal,
): Promise<number[]> {
  const found: number[] = [];
  const buffer = new Uint8Array(torrent.layout.pieceBytes);
  for (let piece = 0; piece < torrent.layout.pieceCount; piece++) {
    signal?.throwIfAborted();
    const bytes = await store.readPiece(piece, buffer);
    if (bytes !== undefined && hasValidHash(torrent, piece, bytes)) found.push(piece);
    onProgress(piece + 1);
  }
  return found;
}
