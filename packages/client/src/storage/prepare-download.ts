/**
 * Finds what is on the disk before a download, and refuses to write into files that do not belong
 * to the torrent: they may be somebody's only copy.
 *
 * A file belongs to the torrent if one of its pieces is complete, or if it has only zeros yet.
 * After a crash it may also have parts of pieces; the mark of the store tells of that.
 */

import { createReadStream } from 'node:fs';

import { ClientError } from '../errors.ts';
import type { Torrent, TorrentFile } from '../torrent/torrent.ts';
import { findPieces } from './check-pieces.ts';
import { isContentFile, notAFile } from './file-errors.ts';
import { FileStore } from './file-store.ts';
import { statOf } from './writable-folder.ts';

/** The options of `prepareDownload`. */
export interface PrepareDownloadOptions {
  readonly torrent: Torrent;
  /** The folder to download into. */
  readonly folder: string;
  /** The files that will be written. */
  readonly store: FileStore;
  /** Whether files that do not belong to the torrent are overwritten. */
  readonly overwrite: boolean;
  /** Receives the number of pieces checked so far. */
  readonly onProgress: (checked: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the pieces that are on the disk, and makes the store ready to write the others.
 *
 * @throws ClientError if there are files that do not belong to the torrent.
 * @throws the reason of `signal` when that is aborted.
 */
export async function prepareDownload(options: PrepareDownloadOptions): Promise<number[]> {
  const { torrent, store, overwrite, signal } = options;
  const sizes = await sizesOf(torrent, store, signal);
  const pieces = sizes.some((size) => size > 0) ? await findExisting(options) : [];
  const isMarked = await store.isMarked();
  const belongs = new Set(pieces);
  const foreign: number[] = [];
  for (const [file, size] of sizes.entries()) {
    const expected = torrent.files[file]!;
    if (size === 0) continue;
    if (size > expected.bytes) foreign.push(file);
    else if (!isMarked && !hasPiece(torrent, expected, belongs)) {
      if (!(await hasOnlyZeros(store.pathOf(file), signal))) foreign.push(file);
    }
  }
  if (foreign.length > 0 && !overwrite) {
    throw foreignFiles(foreign.map((file) => store.pathOf(file)));
  }
  // A mark that is no longer needed is removed with the store, too.
  if (pieces.length < torrent.layout.pieceCount || isMarked) await store.mark();
  for (const file of foreign) await store.shorten(file);
  await store.createEmptyFiles(signal);
  return pieces;
}

/** The length of each file on the disk; 0 for those that are missing, and for padding. */
async function sizesOf(
  { files }: Torrent,
  store: FileStore,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const sizes: number[] = [];
  for (const [file, { isPadding }] of files.entries()) {
    if (file > 0) signal?.throwIfAborted();
    const path = store.pathOf(file);
    const stats = isPadding ? undefined : await statOf(path);
    if (stats !== undefined && !isContentFile(stats)) {
      throw new ClientError(notAFile(path, stats.isDirectory()).details);
    }
    sizes.push(stats?.size ?? 0);
  }
  return sizes;
}

async function findExisting(options: PrepareDownloadOptions): Promise<number[]> {
  const { torrent, folder, onProgress, signal } = options;
  // Another store, since one that is writable creates what is missing.
  const existing = new FileStore({ torrent, folder, isWritable: false });
  try {
    return await findPieces(torrent, existing, onProgress, signal);
  } finally {
    await existing.close();
  }
}

function hasPiece(
  { layout }: Torrent,
  { offset, bytes }: TorrentFile,
  pieces: ReadonlySet<number>,
): boolean {
  const last = Math.floor((offset + bytes - 1) / layout.pieceBytes);
  for (let piece = Math.floor(offset / layout.pieceBytes); piece <= last; piece++) {
    if (pieces.has(piece)) return true;
  }
  return false;
}

async function hasOnlyZeros(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const zeros = Buffer.alloc(2 ** 16);
  for await (const chunk of createReadStream(path)) {
    signal?.throwIfAborted();
    const bytes = chunk as Buffer;
    if (!bytes.equals(zeros.subarray(0, bytes.length))) return false;
  }
  return true;
}

function foreignFiles([first, ...others]: readonly string[]): ClientError {
  const more = others.length > 0 ? `, nor do ${others.length} other files there` : '';
  return new ClientError({
    at: first!,
    problem: `exists, and does not belong to this torrent${more}`,
    fix: 'move it, choose another folder (--out), or overwrite it (--force)',
  });
}
