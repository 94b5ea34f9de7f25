/** Creates a torrent (BEP 3) from a file or a folder. */

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type BencodeInput, encodeBencode } from '@cachetorrent/protocol/wire';

import { ClientError } from '../errors.ts';
import { fileError } from '../storage/file-errors.ts';
import { PIECE_BYTES_MAX, TORRENT_BYTES_MAX } from './read-torrent.ts';
import { type Content, type ContentFile, scanContent } from './scan-content.ts';

/** The options of a new torrent. */
export interface MakeTorrentOptions {
  /** The URLs of its trackers; may be empty. */
  readonly trackers: readonly string[];
  /** The bytes of a piece. Default: depends on the size of the content. */
  readonly pieceBytes?: number | undefined;
  /** Whether peers may come from these trackers only (BEP 27). Default: true. */
  readonly isPrivate?: boolean;
  /** Receives the progress while the content is hashed. */
  readonly onProgress?: (hashedBytes: number, totalBytes: number) => void;
  /** Stops the hashing when it is aborted. */
  readonly signal?: AbortSignal;
}

const HASH_BYTES = 20;
/** What is read at once: enough to be fast, and little enough to stop soon. */
const CHUNK_BYTES = 2 ** 20;
/** The default size of pieces gives about a thousand of them, within these limits. */
const DEFAULT_PIECES = 1_024;
const DEFAULT_PIECE_BYTES = { min: 2 ** 14, max: 2 ** 22 } as const;

/**
 * Returns the bytes of the `.torrent` file. The same content gives the same bytes.
 *
 * @throws ClientError if there is no content at `path`, or it cannot be read.
 * @throws the reason of `signal` when that is aborted.
 */
export async function makeTorrent(path: string, options: MakeTorrentOptions): Promise<Uint8Array> {
  const content = await scanContent(path, options.signal);
  return encodeTorrent(content, options, await hashPieces(content, options));
}

/** Returns the bytes of the `.torrent` file of content whose pieces have these hashes. */
export function encodeTorrent(
  { name, isFolder, files }: Content,
  { trackers, isPrivate = true, pieceBytes }: MakeTorrentOptions,
  pieceHashes: Uint8Array,
): Uint8Array {
  const totalBytes = totalOf(files);
  const [announce] = trackers;
  const torrent: BencodeInput = {
    announce,
    'announce-list': announce === undefined ? undefined : trackers.map((tracker) => [tracker]),
    'created by': 'CacheTorrent',
    encoding: 'UTF-8',
    // No creation date, so that the same content gives the same torrent.
    info: {
      name,
      'piece length': pieceBytes ?? defaultPieceBytes(totalBytes),
      pieces: pieceHashes,
      private: isPrivate ? 1 : 0,
      ...(isFolder
        ? { files: files.map(({ bytes, path }) => ({ length: bytes, path })) }
        : { length: totalBytes }),
    },
  };
  return encodeBencode(torrent);
}

/**
 * Returns the SHA-1 of each piece of the content.
 *
 * @throws ClientError if the size of a piece is out of range, or a file cannot be read or changes.
 * @throws the reason of `signal` when that is aborted.
 */
export async function hashPieces(
  { at, files }: Content,
  { pieceBytes, onProgress, signal }: MakeTorrentOptions,
): Promise<Uint8Array> {
  const totalBytes = totalOf(files);
  const pieces = new PieceHasher(pieceBytes ?? defaultPieceBytes(totalBytes), totalBytes, at);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let hashedBytes = 0;
  for (const file of files) {
    for await (const chunk of chunksOf(file, buffer)) {
      signal?.throwIfAborted();
      pieces.add(chunk);
      hashedBytes += chunk.length;
      onProgress?.(hashedBytes, totalBytes);
    }
  }
  return pieces.end();
}

/** Hashes bytes piece by piece, as they come. */
class PieceHasher {
  readonly #pieceBytes: number;
  readonly #hashes: Uint8Array;
  #hash = createHash('sha1');
  #piece = 0;
  /** The bytes that are still missing from the current piece. */
  #leftBytes: number;

  constructor(pieceBytes: number, totalBytes: number, at: string) {
    const pieceCount = Math.ceil(totalBytes / pieceBytes);
    if (!Number.isInteger(pieceBytes) || pieceBytes < 1 || pieceBytes > PIECE_BYTES_MAX) {
      const fix = `choose from 1 to ${PIECE_BYTES_MAX} bytes, such as ${2 ** 18}`;
      throw new ClientError({ at, problem: `cannot have pieces of ${pieceBytes} bytes`, fix });
    }
    if (pieceCount * HASH_BYTES > TORRENT_BYTES_MAX / 2) {
      const problem = `would have too many pieces: ${pieceCount} of ${pieceBytes} bytes`;
      throw new ClientError({ at, problem, fix: 'choose larger pieces' });
    }
    this.#pieceBytes = pieceBytes;
    this.#leftBytes = pieceBytes;
    this.#hashes = new Uint8Array(pieceCount * HASH_BYTES);
  }

  add(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + this.#leftBytes);
      this.#hash.update(part);
      this.#leftBytes -= part.length;
      from += part.length;
      if (this.#leftBytes === 0) this.#endPiece();
    }
  }

  end(): Uint8Array {
    if (this.#leftBytes < this.#pieceBytes) this.#endPiece();
    return this.#hashes;
  }

  #endPiece(): void {
    this.#hashes.set(this.#hash.digest(), HASH_BYTES * this.#piece++);
    this.#hash = createHash('sha1');
    this.#leftBytes = this.#pieceBytes;
  }
}

/** Reads a file into `buffer` again and again. */
async function* chunksOf(
  { location, bytes }: ContentFile,
  buffer: Uint8Array,
): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(location);
    let read = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, read);
      read += bytesRead;
      if (read > bytes || (bytesRead === 0 && read < bytes)) throw changedFile(location);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw fileError(location, error);
  } finally {
    await file?.close();
  }
}

function changedFile(at: string): ClientError {
  const fix = 'wait until it is complete, then start again';
  return new ClientError({ at, problem: 'has changed while it was read', fix });
}

function totalOf(files: readonly ContentFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A power of two. */
function defaultPieceBytes(totalBytes: number): number {
  const { min, max } = DEFAULT_PIECE_BYTES;
  const wanted = 2 ** Math.round(Math.log2(Math.max(1, totalBytes / DEFAULT_PIECES)));
  return Math.min(max, Math.max(min, wanted));
}
