/**
 * A file that is read while it is written. Each reader has a position of its own; where the file
 * ends, it waits until there is more, or the writer has ended. The writer waits for nobody.
 */

import { EventEmitter, once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';

import { systemError } from '../system-error.ts';

/** Bytes that are read at once. */
const READ_BYTES = 2 ** 18;

/** A file that may still grow, open for reading. */
export class GrowingFile {
  readonly #path: string;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #file: Promise<FileHandle> | undefined;
  #bytes = 0;
  #hasEnded = false;
  #isClosed = false;

  /** The file need not exist before it grows. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Opens a file as it is now; what is written to it from now on is left out.
   *
   * @throws UserError if the file system does not allow it
   */
  static async open(path: string): Promise<GrowingFile> {
    const growing = new GrowingFile(path);
    const file = await growing.#open();
    growing.#bytes = (await growing.#try(() => file.stat())).size;
    growing.end();
    return growing;
  }

  /** The number of bytes that can be read by now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it grows no more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Opens the file, which exists by now: from then on, it can be read whatever becomes of its name.
   *
   * @throws UserError if the file system does not allow it
   */
  async hold(): Promise<void> {
    await this.#open();
  }

  /** So many bytes have been written at its end. */
  grow(bytes: number): void {
    this.#bytes += bytes;
    this.#changes.emit('change');
  }

  /** It grows no more. */
  end(): void {
    this.#hasEnded = true;
    this.#changes.emit('change');
  }

  /**
   * The bytes from a position on: those that are there, and those that will be, until it has ended.
   *
   * @throws UserError if the file system does not allow it
   * @throws the reason of `signal`, once it is aborted
   */
  async *follow(from = 0, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    let position = from;
    while (true) {
      signal?.throwIfAborted();
      if (position < this.#bytes) {
        const bytes = await this.read(position, this.#bytes);
        if (bytes.length === 0) return;
        position += bytes.length;
        yield bytes;
      } else if (this.#hasEnded) return;
      else await once(this.#changes, 'change', signal === undefined ? {} : { signal });
    }
  }

  /**
   * Bytes from one position to another, or fewer; none at the end of the file.
   *
   * @throws UserError if the file system does not allow it
   */
  async read(from: number, to: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(Math.max(0, Math.min(READ_BYTES, to - from)));
    if (this.#isClosed || buffer.length === 0) return buffer.subarray(0, 0);
    const file = await this.#open();
    const { bytesRead } = await this.#try(() => file.read(buffer, 0, buffer.length, from));
    return buffer.subarray(0, bytesRead);
  }

  /** Closes the file. Nobody may read it any more. */
  async close(): Promise<void> {
    this.end();
    this.#isClosed = true;
    const file = await this.#file?.catch(() => undefined);
    this.#file = undefined;
    await file?.close();
  }

  #open(): Promise<FileHandle> {
    this.#file ??= this.#try(() => open(this.#path));
    return this.#file;
  }

  async #try<Result>(use: () => Promise<Result>): Promise<Result> {
    try {
      return await use();
    } catch (error) {
      throw systemError(error, { at: this.#path, elsewhere: 'choose another file' });
    }
  }
}
