/**
 * A store: a folder that keeps the results of runs, each under its key, for any number of
 * campaigns. Everything in it is a plain file.
 *
 *     store.json                    the version of this layout, and how datasets are written
 *     runs/3f/3f9c…/run.json        a run, sealed with a checksum; see record.ts
 *     failures/3f9c…/               why a run failed (failure.json), and its configuration
 *     experiments/NAME.json         what was asked: an experiment and the keys of its runs
 *     datasets/                     all runs, and all peers, as tables; see datasets.ts
 *     ledger.sqlite                 who is at work on what; see ledger.ts
 *     scratch/                      what is being written
 */

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { access, constants, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '../../user-error.ts';
import type { RunKey } from '../experiment/key.ts';
import {
  listNames,
  createFolderAtomically,
  createFolders,
  prettyJson,
  storeError,
  writeAtomically,
} from './files.ts';
import { Ledger, type FileStamp } from './ledger.ts';
import { type DatasetFormat, newManifest, readManifest, STORE_FOLDERS } from './manifest.ts';
import { DamagedRecord, type RunRecord, serializeRecord, parseRecord } from './record.ts';

export interface DamagedRun {
  readonly key: RunKey;
  readonly file: string;
  /** As in "is not whole". */
  readonly problem: string;
}

export interface RunFailure {
  readonly key: RunKey;
  readonly seed: number;
  readonly error: string;
  /** The command that makes it happen again. */
  readonly command: string;
  readonly attempts: number;
  readonly version: string;
}

export class Store {
  readonly folder: string;
  readonly format: DatasetFormat;
  readonly #scratch: string;
  #ledger: Ledger | undefined;

  private constructor(folder: string, format: DatasetFormat, ledger?: Ledger) {
    this.folder = folder;
    this.format = format;
    this.#scratch = join(folder, 'scratch');
    this.#ledger = ledger;
  }

  /** Whether there is something at `folder` that could be a store. */
  static existsAt(folder: string): boolean {
    return (
      statSync(folder, { throwIfNoEntry: false }) !== undefined && listNames(folder).length > 0
    );
  }

  /**
   * Opens a store to read from it: nothing is written, not even where it may be.
   *
   * @throws UserError where there is none, or it is of another version
   */
  static async openReadOnly(folder: string): Promise<Store> {
    const manifest = await readManifest(folder);
    if (manifest !== undefined) return new Store(folder, manifest.datasets);
    const fix = 'name the folder that was given to sweep as --store';
    throw new UserError({ at: `store ${folder}`, problem: 'there is no store', fix });
  }

  /**
   * Opens a store to work on it, and makes one where there is nothing yet; `format` is only for
   * one that is made.
   *
   * @throws UserError where it cannot be written to, or is something else
   */
  static async open(folder: string, format: DatasetFormat = 'parquet'): Promise<Store> {
    try {
      const manifest = await readManifest(folder);
      for (const name of STORE_FOLDERS) await createFolders(join(folder, name));
      await access(folder, constants.W_OK | constants.X_OK);
      const ledger = new Ledger(join(folder, 'ledger.sqlite'), () =>
        clearScratch(join(folder, 'scratch')),
      );
      const store = new Store(folder, manifest?.datasets ?? format, ledger);
      if (manifest === undefined) await store.writeFile('store.json', newManifest(format));
      return store;
    } catch (error) {
      throw storeError(error, folder);
    }
  }

  /** The ledger of a store that is open to work on. */
  get ledger(): Ledger {
    if (this.#ledger === undefined) throw new Error('bug: the store is open to work on');
    return this.#ledger;
  }

  close(): void {
    this.#ledger?.close();
    this.#ledger = undefined;
  }

  /** Where the run of `key` is, or would be. */
  runFile(key: RunKey): string {
    return join(this.folder, 'runs', key.slice(0, 2), key, 'run.json');
  }

  /** The keys of all runs that are there, sound or not, in order. */
  keys(): readonly RunKey[] {
    const keys: RunKey[] = [];
    for (const shelf of listNames(join(this.folder, 'runs'))) {
      keys.push(...listNames(join(this.folder, 'runs', shelf)));
    }
    return keys.sort();
  }

  has(key: RunKey): boolean {
    return statSync(this.runFile(key), { throwIfNoEntry: false }) !== undefined;
  }

  /**
   * The same of a run that another machine has just put there: network file systems remember for
   * a while that something was not there, unless the folders are read anew.
   */
  hasUncached(key: RunKey): boolean {
    const shelf = key.slice(0, 2);
    const shelves = listNames(join(this.folder, 'runs'));
    return shelves.includes(shelf) && listNames(join(this.folder, 'runs', shelf)).includes(key);
  }

  /**
   * Which of `keys` are not as they were written. A file that was sound when it was last read, and
   * that has not been touched since, is not read again, unless it is to be done `thoroughly`.
   */
  findDamaged(keys: readonly RunKey[], thoroughly = false): readonly DamagedRun[] {
    const known = thoroughly ? new Map<RunKey, FileStamp>() : this.#verifiedStamps();
    const damaged: DamagedRun[] = [];
    const sound: [RunKey, FileStamp][] = [];
    for (const key of keys) {
      const file = this.runFile(key);
      const found = statSync(file, { throwIfNoEntry: false });
      const before = known.get(key);
      const isKnown = before?.size === found?.size && before?.changedMs === found?.mtimeMs;
      if (found !== undefined && isKnown) continue;
      try {
        this.read(key);
        sound.push([key, { size: found!.size, changedMs: found!.mtimeMs }]);
      } catch (error) {
        if (!(error instanceof DamagedRecord)) throw error;
        damaged.push({ key, file, problem: error.message });
      }
    }
    this.#ledger?.recordVerified(sound);
    return damaged;
  }

  /** @throws Damaged where it is not as it was written */
  read(key: RunKey): RunRecord {
    let text: string;
    try {
      text = readFileSync(this.runFile(key), 'utf8');
    } catch (error) {
      throw new DamagedRecord(`cannot be read: ${(error as Error).message}`);
    }
    return parseRecord(text, key);
  }

  /** Keeps a run for good. Where it is already, that one stays. */
  async put(record: RunRecord): Promise<void> {
    await this.putText(record.key, serializeRecord(record));
  }

  /** Keeps the text of a record, as it came from elsewhere, after a look at its checksum. */
  async putText(key: RunKey, text: string): Promise<void> {
    parseRecord(text, key);
    await this.#withStoreErrors(async () => {
      await createFolderAtomically(
        join(this.runFile(key), '..'),
        { 'run.json': text },
        this.#scratch,
      );
      await rm(this.#failureFolder(key), { recursive: true, force: true });
      const { size, mtimeMs } = await stat(this.runFile(key));
      this.#ledger?.recordVerified([[key, { size, changedMs: mtimeMs }]]);
    });
  }

  /** Takes away a run that is not as it was written. */
  async remove(key: RunKey): Promise<void> {
    await this.#withStoreErrors(() => this.#discard(join(this.runFile(key), '..')));
  }

  async putFailure(failure: RunFailure, config: object): Promise<void> {
    const folder = this.#failureFolder(failure.key);
    await this.#withStoreErrors(async () => {
      await this.#discard(folder);
      const files = { 'failure.json': prettyJson(failure), 'config.json': prettyJson(config) };
      await createFolderAtomically(folder, files, this.#scratch);
    });
  }

  async removeFailures(keys: readonly RunKey[]): Promise<void> {
    await this.#withStoreErrors(async () => {
      for (const key of keys) await this.#discard(this.#failureFolder(key));
    });
  }

  /** The configuration of a run that failed stands there. */
  failureConfigFile(key: RunKey): string {
    return join(this.#failureFolder(key), 'config.json');
  }

  async failures(): Promise<readonly RunFailure[]> {
    const failures = listNames(join(this.folder, 'failures')).map(async (key) => {
      const text = await readFile(join(this.#failureFolder(key), 'failure.json'), 'utf8');
      return JSON.parse(text) as RunFailure;
    });
    return Promise.all(failures);
  }

  /** Writes `text` to the file called `name`, such as `experiments/e.json`, all at once. */
  async writeFile(name: string, text: string): Promise<void> {
    await this.#withStoreErrors(() =>
      writeAtomically(join(this.folder, name), text, this.#scratch),
    );
  }

  /** A path to write something at that is to be moved into its place when it is whole. */
  newScratchPath(): string {
    return join(this.#scratch, randomUUID());
  }

  #verifiedStamps(): ReadonlyMap<RunKey, FileStamp> {
    return this.#ledger?.verified() ?? Ledger.verifiedIn(join(this.folder, 'ledger.sqlite'));
  }

  #failureFolder(key: RunKey): string {
    return join(this.folder, 'failures', key);
  }

  /** Out of the way at once, and then gone. */
  async #discard(folder: string): Promise<void> {
    const aside = this.newScratchPath();
    try {
      await rename(folder, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    await rm(aside, { recursive: true, force: true });
  }

  async #withStoreErrors(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw storeError(error, this.folder);
    }
  }
}

/** Removes what processes that were killed had begun to write. */
function clearScratch(scratch: string): void {
  for (const name of listNames(scratch))
    rmSync(join(scratch, name), { recursive: true, force: true });
}
