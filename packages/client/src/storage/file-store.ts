/**
 * The files of a torrent on a disk. They are opened when first needed, and only so many stay
 * open at once.
 *
 * Nothing is reserved beforehand: a file grows as pieces are written to it, with holes where
 * pieces are lacking.
 */

import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytesOfPiece } from '@cachetorrent/protocol/wire';

import { StorageFailure } from '../client-error.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { type Span, spansOf } from './layout.ts';
import { wayOut } from './way-out.ts';

const OPEN_MAX = 64;

/** What a store is told when it is made. */
export interface FileStoreOptions {
  /** Whose files they are. */
  readonly torrent: Torrent;
  /** The folder in which the torrent's own folder, or only file, is. */
  readonly folder: string;
  /** Whether files may be made and changed. A seed's may not. */
  readonly isWritable: boolean;
}

/** The files of a torrent on a disk, read and written piece by piece. */
export class FileStore {
  readonly #torrent: Torrent;
  readonly #folder: string;
  readonly #isWritable: boolean;
  /** By number; those used last are last. Promises, so that a file is opened once. */
  readonly #open = new Map<number, Promise<FileHandle | undefined>>();

  constructor({ torrent, folder, isWritable }: FileStoreOptions) {
    this.#torrent = torrent;
    this.#folder = folder;
    this.#isWritable = isWritable;
  }

  /** Where a file is, by its number in `Torrent.files`. */
  pathOf(file: number): string {
    return join(this.#folder, ...this.#torrent.files[file]!.path);
  }

  /**
   * All bytes of a piece, at the beginning of `room` where that is given; undefined where files
   * are missing, or too short.
   */
  async readPiece(piece: number, room?: Uint8Array): Promise<Uint8Array | undefined> {
    const size = bytesOfPiece(this.#torrent.layout, piece);
    const bytes = room?.subarray(0, size) ?? Buffer.allocUnsafeSlow(size);
    for (const span of this.#spansOf(piece)) {
      if (this.#torrent.files[span.file]!.isPadding) {
        bytes.fill(0, span.rangeOffset, span.rangeOffset + span.bytes);
      } else if (!(await this.#read(span, bytes))) {
        return undefined;
      }
    }
    return bytes;
  }

  /** Throws StorageFailure where the disk is full, or the files cannot be written. */
  async writePiece(piece: number, bytes: Uint8Array): Promise<void> {
    for (const span of this.#spansOf(piece)) {
      if (this.#torrent.files[span.file]!.isPadding) continue;
      try {
        await this.#write(span, bytes);
      } catch (error) {
        throw error instanceof StorageFailure ? error : failureAt(this.pathOf(span.file), error);
      }
    }
  }

  /** Makes the files that have no bytes, which no piece ever writes. */
  async makeEmptyFiles(): Promise<void> {
    for (const [file, { bytes, isPadding }] of this.#torrent.files.entries()) {
      if (bytes === 0 && !isPadding) await this.#handle(file);
    }
  }

  /** Closes whatever is open. It can be used again, and opens what it needs. */
  async close(): Promise<void> {
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of handles) await (await handle.catch(() => undefined))?.close();
  }

  #spansOf(piece: number): readonly Span[] {
    const { files, layout } = this.#torrent;
    return spansOf(files, piece * layout.pieceBytes, bytesOfPiece(layout, piece));
  }

  async #read({ file, fileOffset, rangeOffset, bytes }: Span, into: Uint8Array): Promise<boolean> {
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

  async #write({ file, fileOffset, rangeOffset, bytes }: Span, from: Uint8Array): Promise<void> {
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

  /** Undefined where the file is not there and may not be made. */
  async #handle(file: number): Promise<FileHandle | undefined> {
    const handle = this.#open.get(file) ?? this.#openFile(file);
    this.#open.delete(file);
    this.#open.set(file, handle);
    if (this.#open.size > OPEN_MAX) await this.#closeOldest();
    return handle;
  }

  async #openFile(file: number): Promise<FileHandle | undefined> {
    const path = this.pathOf(file);
    try {
      if (this.#isWritable) await this.#stayInside(file);
      return await this.#openOrMake(path);
    } catch (error) {
      throw error instanceof StorageFailure ? error : failureAt(path, error);
    }
  }

  async #openOrMake(path: string): Promise<FileHandle | undefined> {
    try {
      return await open(path, this.#isWritable ? 'r+' : 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!this.#isWritable) return undefined;
    }
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'w+');
  }

  async #stayInside(file: number): Promise<void> {
    const link = await wayOut(this.#folder, this.#torrent.files[file]!.path);
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

function failureAt(path: string, error: unknown): StorageFailure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StorageFailure(
      {
        at: path,
        problem: 'the disk is full',
        fix: 'make room and start again: what is there is kept',
      },
      error,
    );
  }
  return new StorageFailure(
    {
      at: path,
      problem: `cannot be used (${message})`,
      fix: 'see to its permissions, or choose another folder',
    },
    error,
  );
}
