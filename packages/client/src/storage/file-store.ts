/**
 * The files of a torrent on the disk. A file is opened when it is first needed, and a limited
 * number stays open. Pipes are refused, since reading one might never end.
 *
 * No space is reserved in advance: a file grows as pieces are written, with holes where pieces are
 * missing.
 */

import { type FileHandle, open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytesOfPiece } from '@cachetorrent/protocol/wire';

import { StorageFailure } from '../errors.ts';
import type { Torrent } from '../torrent/torrent.ts';
import {
  fileError,
  ignoreMissing,
  isContentFile,
  notAFile,
  storageFailure,
} from './file-errors.ts';
import { createFolders } from './create-folders.ts';
import { type FileSpan, spansOf } from './file-spans.ts';
import { OpenFiles } from './open-files.ts';
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
  readonly #open: OpenFiles;
  /** The reads and writes that have not ended. */
  readonly #pending = new Set<Promise<unknown>>();
  /** Whether `close` removes the mark; not after a write that failed, maybe halfway. */
  #hasMark = false;

  constructor({ torrent, folder, isWritable }: FileStoreOptions) {
    this.#torrent = torrent;
    this.#folder = folder;
    this.#isWritable = isWritable;
    this.#open = new OpenFiles({
      open: (file) => this.#openFile(file),
      openMax: OPEN_FILES_MAX,
    });
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
    return (await this.readInto(piece, 0, bytes)) ? bytes : undefined;
  }

  /**
   * Fills `into` with the bytes of a piece from `begin`. Returns false if files are missing or too
   * short.
   */
  readInto(piece: number, begin: number, into: Uint8Array): Promise<boolean> {
    return this.#track(this.#readInto(piece, begin, into));
  }

  /**
   * Writes a piece.
   *
   * @throws StorageFailure if the disk is full, or the files cannot be written.
   */
  writePiece(piece: number, bytes: Uint8Array): Promise<void> {
    return this.#track(this.#writePiece(piece, bytes));
  }

  /**
   * Creates the files without bytes, which no piece contains.
   *
   * @throws the reason of `signal` when that is aborted.
   */
  async createEmptyFiles(signal?: AbortSignal): Promise<void> {
    for (const [file, { bytes, isPadding }] of this.#torrent.files.entries()) {
      if (file > 0) signal?.throwIfAborted();
      if (bytes === 0 && !isPadding) await this.#use(file, () => {});
    }
  }

  /** Cuts what a file has beyond its length in the torrent. */
  async shorten(file: number): Promise<void> {
    const { bytes } = this.#torrent.files[file]!;
    await this.#use(file, async (handle) => {
      if ((await handle!.stat()).size > bytes) await handle!.truncate(bytes);
    });
  }

  /**
   * Checks that all files have their bytes: a file that is removed or replaced while it is open is
   * written to nevertheless, and these bytes are lost.
   *
   * @throws StorageFailure if somebody has changed the files since they were opened.
   */
  async checkAllThere(): Promise<void> {
    for (const [file, { bytes, isPadding }] of this.#torrent.files.entries()) {
      const path = this.pathOf(file);
      const stats = isPadding ? undefined : await stat(path).catch(() => undefined);
      if (isPadding || (stats?.isFile() === true && stats.size >= bytes)) continue;
      throw new StorageFailure({
        at: path,
        problem: 'was removed or changed by another program during the download',
        fix: 'run the command again',
      });
    }
  }

  /** Whether a process ended while it wrote the files, which may have parts of pieces then. */
  async isMarked(): Promise<boolean> {
    return (await stat(this.#markPath).catch(() => undefined)) !== undefined;
  }

  /** Marks the files as being written, until they are closed with nothing but whole pieces. */
  async mark(): Promise<void> {
    try {
      await createFolders(this.#folder);
      await writeFile(this.#markPath, '');
      this.#hasMark = true;
    } catch (error) {
      throw fileError(this.#folder, error, 'choose another folder');
    }
  }

  /** Closes all files, after the reads and writes that have begun. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await this.#open.close();
    if (this.#hasMark) await rm(this.#markPath, { force: true });
    this.#hasMark = false;
  }

  get #markPath(): string {
    return join(this.#folder, `.${Buffer.from(this.#torrent.infoHash).toString('hex')}.incomplete`);
  }

  async #track<T>(operation: Promise<T>): Promise<T> {
    this.#pending.add(operation);
    return operation.finally(() => this.#pending.delete(operation));
  }

  async #readInto(piece: number, begin: number, into: Uint8Array): Promise<boolean> {
    for (const span of this.#spansOf(piece, begin, into.length)) {
      if (this.#torrent.files[span.file]!.isPadding) {
        into.fill(0, span.rangeOffset, span.rangeOffset + span.bytes);
      } else if (!(await this.#use(span.file, (handle) => read(handle, span, into)))) {
        return false;
      }
    }
    return true;
  }

  async #writePiece(piece: number, bytes: Uint8Array): Promise<void> {
    for (const span of this.#spansOf(piece, 0, bytes.length)) {
      if (this.#torrent.files[span.file]!.isPadding) continue;
      try {
        await this.#use(span.file, (handle) => write(handle!, span, bytes));
      } catch (error) {
        this.#hasMark = false;
        throw error;
      }
    }
  }

  #spansOf(piece: number, begin: number, bytes: number): readonly FileSpan[] {
    const { files, layout } = this.#torrent;
    return spansOf(files, piece * layout.pieceBytes + begin, bytes);
  }

  /** Calls `action` with the open file; undefined if it is missing and may not be created. */
  async #use<T>(
    file: number,
    action: (handle: FileHandle | undefined) => T | Promise<T>,
  ): Promise<T> {
    try {
      return await this.#open.use(file, action);
    } catch (error) {
      throw storageFailure(this.pathOf(file), error);
    }
  }

  async #openFile(file: number): Promise<FileHandle | undefined> {
    if (this.#isWritable) await this.#checkSymlinks(file);
    return this.#openOrCreate(this.pathOf(file));
  }

  async #openOrCreate(path: string): Promise<FileHandle | undefined> {
    const stats = await stat(path).catch(ignoreMissing);
    if (stats !== undefined) {
      if (!isContentFile(stats)) throw notAFile(path, stats.isDirectory());
      return open(path, this.#isWritable ? 'r+' : 'r');
    }
    if (!this.#isWritable) return undefined;
    await createFolders(dirname(path));
    return open(path, 'wx+');
  }

  async #checkSymlinks(file: number): Promise<void> {
    const link = await findSymlinkEscape(this.#folder, this.#torrent.files[file]!.path);
    if (link === undefined) return;
    throw new StorageFailure({
      at: link,
      problem: `is a symbolic link that leads nowhere, or out of ${this.#folder}`,
      fix: 'remove the link, or choose another folder',
    });
  }
}

/** Reads a span; returns false if the file is missing or too short. */
async function read(
  handle: FileHandle | undefined,
  { fileOffset, rangeOffset, bytes }: FileSpan,
  into: Uint8Array,
): Promise<boolean> {
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

async function write(
  handle: FileHandle,
  { fileOffset, rangeOffset, bytes }: FileSpan,
  from: Uint8Array,
): Promise<void> {
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
