/**
 * The files of a torrent on the disk. A file is opened when it is first needed, and a limited
 * number stays open.
 *
 * No space is reserved in advance: a file grows as pieces are written, with holes where pieces are
 * missing.
 */

import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytesOfPiece } from '@cachetorrent/protocol/wire';

import { StorageFailure } from '../errors.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { type FileSpan, spansOf } from './file-spans.ts';
import { findSymlinkEscape } from './symlink-escape.ts';

const OPEN_FILES_MAX = 64;

/** The options of a `FileStore`. */
export interface FileStoreOptions {
  /** The torrent that the files belong to. */
  readonly torrent: Torrent;
  /** The folder that contains the torrent's own folder, or its only file. */
  readonly folder: string;
  /** Whether files may be created and changed; not for a seed. */
  readonly isWritable: boolean;
}

/** The files of a torrent on the disk, which are read and written piece by piece. */
export class FileStore {
  readonly #torrent: Torrent;
  readonly #folder: string;
  readonly #isWritable: boolean;
  /**
   * The open files by index, the most recently used last. They are promises, so that each file is
   * opened only once.
   */
  readonly #open = new Map<number, Promise<FileHandle | undefined>>();

  constructor({ torrent, folder, isWritable }: FileStoreOptions) {
    this.#torrent = torrent;
    this.#folder = folder;
    this.#isWritable = isWritable;
  }

  /** Returns the path of a file, by its index in `Torrent.files`. */
  pathOf(file: number): string {
    return join(this.#folder, ...this.#torrent.files[file]!.path);
  }

  /**
   * Returns the bytes of a piece, at the beginning of `buffer` if that is given; undefined if files
   * are missing or too short.
   */
  async readPiece(piece: number, buffer?: Uint8Array): Promise<Uint8Array | undefined> {
    const size = bytesOfPiece(this.#torrent.layout, piece);
    const bytes = buffer?.subarray(0, size) ?? Buffer.allocUnsafeSlow(size);
    for (const span of this.#spansOf(piece)) {
      if (this.#torrent.files[span.file]!.isPadding) {
        bytes.fill(0, span.rangeOffset, span.rangeOffset + span.bytes);
      } else if (!(await this.#read(span, bytes))) {
        return undefined;
      }
    }
    return bytes;
  }

  /**
   * Writes a piece.
   *
   * @throws StorageFailure if the disk is full, or the files cannot be written.
   */
  async writePiece(piece: number, bytes: Uint8Array): Promise<void> {
    for (const span of this.#spansOf(piece)) {
      if (this.#torrent.files[span.file]!.isPadding) continue;
      try {
        await this.#write(span, bytes);
      } catch (error) {
        throw storageFailure(this.pathOf(span.file), error);
      }
    }
  }

  /** Creates the files without bytes, which no piece contains. */
  async createEmptyFiles(): Promise<void> {
    for (const [file, { bytes, isPadding }] of this.#torrent.files.entries()) {
      if (bytes === 0 && !isPadding) await this.#handle(file);
    }
  }

  /** Closes all files. They are opened again when they are needed. */
  async close(): Promise<void> {
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of handles) await (await handle.catch(() => undefined))?.close();
  }

  #spansOf(piece: number): readonly FileSpan[] {
    const { files, layout } = this.#torrent;
    return spansOf(files, piece * layout.pieceBytes, bytesOfPiece(layout, piece));
  }

  async #read(
    { file, fileOffset, rangeOffset, bytes }: FileSpan,
    into: Uint8Array,
  ): Promise<boolean> {
    const handle = await this.#handle(file);
    if (handle === undefined) return false;
    for (let done = 0; done < bytes; ) {
      const { bytesRead } = await handle.read(
        into,
        rangeOffset + done,
        bytes - done,
        fileOffset + done,
      );
      if (bytesRead === 0) return false;
      done += bytesRead;
    }
    return true;
  }

  async #write(
    { file, fileOffset, rangeOffset, bytes }: FileSpan,
    from: Uint8Array,
  ): Promise<void> {
    const handle = (await this.#handle(file))!;
    for (let done = 0; done < bytes; ) {
      const { bytesWritten } = await handle.write(
        from,
        rangeOffset + done,
        bytes - done,
        fileOffset + done,
      );
      done += bytesWritten;
    }
  }

  /** Returns undefined if the file does not exist and may not be created. */
  async #handle(file: number): Promise<FileHandle | undefined> {
    const handle = this.#open.get(file) ?? this.#openFile(file);
    this.#open.delete(file);
    this.#open.set(file, handle);
    if (this.#open.size > OPEN_FILES_MAX) await this.#closeOldest();
    return handle;
  }

  async #openFile(file: number): Promise<FileHandle | undefined> {
    const path = this.pathOf(file);
    try {
      if (this.#isWritable) await this.#checkSymlinks(file);
      return await this.#openOrCreate(path);
    } catch (error) {
      throw storageFailure(path, error);
    }
  }

  async #openOrCreate(path: string): Promise<FileHandle | undefined> {
    try {
      return await open(path, this.#isWritable ? 'r+' : 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!this.#isWritable) return undefined;
    }
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'w+');
  }

  async #checkSymlinks(file: number): Promise<void> {
    const link = await findSymlinkEscape(this.#folder, this.#torrent.files[file]!.path);
    if (link === undefined) return;
    throw new StorageFailure({
      at: link,
      problem: `is a symbolic link that leads out of ${this.#folder}`,
      fix: 'remove the link, or choose another folder',
    });
  }

  async #closeOldest(): Promise<void> {
    const [oldest] = this.#open;
    this.#open.delete(oldest![0]);
    await (await oldest![1])?.close();
  }
}

/** Returns the StorageFailure for an error at `path`. */
function storageFailure(path: string, error: unknown): StorageFailure {
  if (error instanceof StorageFailure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const details = isFull
    ? {
        at: path,
        problem: 'the disk is full',
        fix: 'free some space and start again; the pieces on the disk are kept',
      }
    : {
        at: path,
        problem: `cannot be used (${message})`,
        fix: 'check its permissions, or choose another folder',
      };
  return new StorageFailure(details, error);
}
