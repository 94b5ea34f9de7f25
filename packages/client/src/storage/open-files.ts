/**
 * The open files of a torrent: a limited number, since a torrent may have many thousand files.
 *
 * A file is in use from `use` until the action has ended, and only a file that nobody uses is
 * closed. If all are in use at the limit, the next `use` of another file waits.
 */

import type { FileHandle } from 'node:fs/promises';

/** The options of `OpenFiles`. */
export interface OpenFilesOptions {
  /** Opens a file; resolves to undefined if it does not exist. */
  readonly open: (file: number) => Promise<FileHandle | undefined>;
  /** How many files are open at the same time, at most. */
  readonly openMax: number;
}

interface OpenFile {
  /** A promise, so that each file is opened only once. */
  readonly handle: Promise<FileHandle | undefined>;
  /** The number of actions that use the file. */
  users: number;
}

/** The open files of a torrent, by index. */
export class OpenFiles {
  readonly #options: OpenFilesOptions;
  /** The most recently used file is last. */
  readonly #files = new Map<number, OpenFile>();
  /** Those who wait until a file is no longer in use, the first one first. */
  readonly #waiting: (() => void)[] = [];
  #openMax: number;

  constructor(options: OpenFilesOptions) {
    this.#options = options;
    this.#openMax = options.openMax;
  }

  /** Opens a file if it is not open, and keeps it open until `action` has ended. */
  async use<T>(
    file: number,
    action: (handle: FileHandle | undefined) => T | Promise<T>,
  ): Promise<T> {
    const used = await this.#acquire(file);
    try {
      return await action(await used.handle);
    } finally {
      this.#release(used);
    }
  }

  /** Closes all files that are not in use. */
  async close(): Promise<void> {
    while (await this.#closeIdle());
  }

  /** Returns the file as soon as it is open; `#release` must follow. */
  async #acquire(file: number): Promise<OpenFile> {
    for (;;) {
      const used = this.#files.get(file) ?? this.#open(file);
      if (used === undefined) {
        await this.#makeRoom();
        continue;
      }
      used.users++;
      this.#files.delete(file);
      this.#files.set(file, used);
      try {
        if ((await used.handle) === undefined) this.#forget(file, used);
        return used;
      } catch (error) {
        this.#forget(file, used);
        this.#release(used);
        if (!isOutOfHandles(error) || this.#files.size === 0) throw error;
        // The process may open fewer files than our limit: those that are open have to do.
        this.#openMax = this.#files.size;
      }
    }
  }

  /** Returns undefined if as many files are open as may be. */
  #open(file: number): OpenFile | undefined {
    if (this.#files.size >= this.#openMax) return undefined;
    return { handle: this.#options.open(file), users: 0 };
  }

  #release(used: OpenFile): void {
    used.users--;
    if (used.users === 0) this.#waiting.shift()?.();
  }

  /** Removes a file that could not be opened, so that the next use tries it again. */
  #forget(file: number, used: OpenFile): void {
    if (this.#files.get(file) === used) this.#files.delete(file);
  }

  /** Closes a file, or waits until one is no longer in use. */
  async #makeRoom(): Promise<void> {
    const isClosed = await this.#closeIdle();
    if (!isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Closes the file that has not been used for the longest time; false if all are in use. */
  async #closeIdle(): Promise<boolean> {
    for (const [file, { handle, users }] of this.#files) {
      if (users > 0) continue;
      this.#files.delete(file);
      await (await handle)?.close();
      return true;
    }
    return false;
  }
}

function isOutOfHandles(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}
