/**
 * A store: a folder with the results of runs, each under its key, of any number of campaigns.
 *
 *     store.json                    the version of the layout, and the dataset format
 *     runs/3f/3f9c…/run.json        the record of a run, with a checksum; see record.ts
 *     failures/3f9c…/               the error of a failed run (failure.json), and its configuration
 *     experiments/NAME.json         an experiment and the keys of its runs; see stored-campaign.ts
 *     datasets/                     all runs, peers and traffic as tables; see datasets.ts
 *     ledger.sqlite                 the runs that processes have claimed; see ledger.ts
 *     scratch/                      files that are being written
 */

import { randomUUID } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { UserError } from '../../user-error.ts';
import type { RunKey } from '../experiment/key.ts';
import {
  listNames,
  NotAFile,
  readText,
  createFolderAtomically,
  createFolders,
  parseJson,
  prettyJson,
  withStoreErrors,
  writeAtomically,
} from './files.ts';
import { type FileStamp, isLockError } from './ledger-database.ts';
import { Ledger, type LedgerOptions } from './ledger.ts';
import { type DatasetFormat, newManifest, readManifest, STORE_FOLDERS } from './manifest.ts';
import { DamagedRecord, type RunRecord, serializeRecord, parseRecord } from './record.ts';

export interface DamagedRun {
  readonly key: RunKey;
  readonly file: string;
  /** The continuation of a sentence: "is malformed". */
  readonly problem: string;
}

export interface RunFailure {
  readonly key: RunKey;
  readonly seed: number;
  readonly error: string;
  /** The command that reproduces the failure. */
  readonly command: string;
  readonly attempts: number;
  readonly version: string;
}

export interface StoreOptions {
  /** The format of the datasets of a new store (default: Parquet). */
  readonly format?: DatasetFormat;
  /** Ends the wait for another process that has locked the ledger. */
  readonly signal?: AbortSignal;
  /** Receives sentences about damage that has been repaired, and about such a wait. */
  readonly onWarning?: (warning: string) => void;
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

  /** Whether `folder` exists and is not empty. */
  static existsAt(folder: string): boolean {
    return (
      statSync(folder, { throwIfNoEntry: false }) !== undefined && listNames(folder).length > 0
    );
  }

  /**
   * Opens a store for reading. Nothing is written.
   *
   * @throws UserError if there is no store, or it has another layout
   */
  static async openReadOnly(folder: string): Promise<Store> {
    const manifest = await readManifest(folder);
    if (manifest !== undefined) return new Store(folder, manifest.datasets);
    const at = `store ${folder}`;
    if (listNames(join(folder, 'runs')).length > 0) {
      const fix = 'run its sweep again, which creates it; finished runs are kept';
      throw new UserError({ at, problem: 'has lost its store.json', fix });
    }
    const fix = 'name the folder that was given to sweep as --store';
    throw new UserError({ at, problem: 'does not exist', fix });
  }

  /**
   * Opens a store for writing; creates it if it does not exist.
   *
   * @throws UserError if the folder is not writable, or is not a store
   */
  static open(folder: string, options: StoreOptions = {}): Promise<Store> {
    return withStoreErrors(folder, async () => {
      const manifest = await readManifest(folder);
      for (const name of STORE_FOLDERS) await createFolders(join(folder, name));
      await access(folder, constants.W_OK | constants.X_OK);
      const ledger = await openLedger(folder, options);
      try {
        const { format = 'parquet' } = options;
        const store = new Store(folder, manifest?.datasets ?? format, ledger);
        if (manifest === undefined) await store.writeFile('store.json', newManifest(format));
        return store;
      } catch (error) {
        ledger.close();
        throw error;
      }
    });
  }

  /** The ledger; the store must be open for writing. */
  get ledger(): Ledger {
    if (this.#ledger === undefined) throw new Error('bug: the store is open for writing');
    return this.#ledger;
  }

  close(): void {
    this.#ledger?.close();
    this.#ledger = undefined;
  }

  /** Returns the path of a run's record, whether it exists or not. */
  runFile(key: RunKey): string {
    return join(this.folder, 'runs', key.slice(0, 2), key, 'run.json');
  }

  /** Returns the keys of all stored runs, damaged or not, sorted. */
  keys(): readonly RunKey[] {
    const keys: RunKey[] = [];
    for (const prefix of listNames(join(this.folder, 'runs'))) {
      // A file browser may have left files of its own.
      keys.push(...listNames(join(this.folder, 'runs', prefix)).filter(isRunKey));
    }
    return keys.sort();
  }

  has(key: RunKey): boolean {
    return statSync(this.runFile(key), { throwIfNoEntry: false }) !== undefined;
  }

  /**
   * Whether the store has a run that another machine may just have added. Network file systems
   * cache the absence of a file for a while; listing its folders bypasses the cache.
   */
  hasUncached(key: RunKey): boolean {
    const prefix = key.slice(0, 2);
    const prefixes = listNames(join(this.folder, 'runs'));
    return prefixes.includes(prefix) && listNames(join(this.folder, 'runs', prefix)).includes(key);
  }

  /**
   * Returns those of `keys` whose records are damaged. A file that was intact when it was last
   * read, and has not changed since, is not read again, unless `verifyAll` is set.
   */
  findDamaged(keys: readonly RunKey[], verifyAll = false): readonly DamagedRun[] {
    const verified = verifyAll ? new Map<RunKey, FileStamp>() : this.#verifiedStamps();
    const damaged: DamagedRun[] = [];
    const intact: [RunKey, FileStamp][] = [];
    for (const key of keys) {
      const file = this.runFile(key);
      const found = statSync(file, { throwIfNoEntry: false });
      const before = verified.get(key);
      const isUnchanged = before?.size === found?.size && before?.changedMs === found?.mtimeMs;
      if (found !== undefined && isUnchanged) continue;
      try {
        this.read(key);
        if (found !== undefined) intact.push([key, { size: found.size, changedMs: found.mtimeMs }]);
      } catch (error) {
        if (!(error instanceof DamagedRecord)) throw error;
        damaged.push({ key, file, problem: error.message });
      }
    }
    this.#ledger?.recordVerified(intact);
    return damaged;
  }

  /**
   * @throws DamagedRecord if the record is missing or damaged; an error of the file system if it
   *   may be intact, and cannot be read at the moment
   */
  read(key: RunKey): RunRecord {
    let text: string;
    try {
      text = readText(this.runFile(key));
    } catch (error) {
      if (error instanceof NotAFile) throw new DamagedRecord(error.message);
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      throw new DamagedRecord(`cannot be read: ${message}`);
    }
    return parseRecord(text, key);
  }

  /** Stores a run. If the run is stored already, the existing record is kept. */
  async put(record: RunRecord): Promise<void> {
    await this.putText(record.key, serializeRecord(record));
  }

  /**
   * Stores the text of a record that comes from another process.
   *
   * @throws DamagedRecord if its checksum is wrong
   */
  async putText(key: RunKey, text: string): Promise<void> {
    parseRecord(text, key);
    await this.withFolders(async () => {
      const files = { 'run.json': text };
      await createFolderAtomically(join(this.runFile(key), '..'), files, this.#scratch);
    });
    await rm(this.#failureFolder(key), { recursive: true, force: true });
    const { size, mtimeMs } = await stat(this.runFile(key));
    this.#ledger?.recordVerified([[key, { size, changedMs: mtimeMs }]]);
  }

  /** Removes a run. */
  async remove(key: RunKey): Promise<void> {
    await this.#discard(join(this.runFile(key), '..'));
  }

  /** Removes those of `runs` that are still damaged: another process may have repeated them. */
  async removeDamaged(runs: readonly DamagedRun[]): Promise<void> {
    for (const { key } of this.findDamaged(runs.map((run) => run.key))) await this.remove(key);
  }

  async putFailure(failure: RunFailure, config: object): Promise<void> {
    const folder = this.#failureFolder(failure.key);
    const files = { 'failure.json': prettyJson(failure), 'config.json': prettyJson(config) };
    await this.#discard(folder);
    await this.withFolders(() => createFolderAtomically(folder, files, this.#scratch));
  }

  async removeFailures(keys: readonly RunKey[]): Promise<void> {
    for (const key of keys) await this.#discard(this.#failureFolder(key));
  }

  /** Returns the path of the configuration of a failed run. */
  failureConfigFile(key: RunKey): string {
    return join(this.#failureFolder(key), 'config.json');
  }

  /** Returns the failures that can be read; a damaged one is written again when its run fails. */
  async failures(): Promise<readonly RunFailure[]> {
    const failures: RunFailure[] = [];
    for (const key of listNames(join(this.folder, 'failures')).filter(isRunKey)) {
      const file = join(this.#failureFolder(key), 'failure.json');
      const failure = parseJson(failureText(file)) as RunFailure | undefined;
      if (failure?.key === key) failures.push(failure);
    }
    return failures;
  }

  /** Writes a file atomically. `name` is relative to the store, such as `experiments/e.json`. */
  async writeFile(name: string, text: string): Promise<void> {
    const file = join(this.folder, name);
    await this.withFolders(() => writeAtomically(file, text, this.#scratch));
  }

  /** Returns a new path in the scratch folder, for a file that is moved when it is complete. */
  newScratchPath(): string {
    return join(this.#scratch, randomUUID());
  }

  /**
   * Returns the result of `write`. If one of the folders of the store has been removed meanwhile,
   * creates it, and calls `write` again.
   *
   * @throws UserError if the whole store has been removed
   */
  async withFolders<Result>(write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (this.#isRemoved()) {
        const problem = 'was removed or renamed while it was in use';
        const fix = 'put it back, and run the same command again';
        throw new UserError({ at: `store ${this.folder}`, problem, fix });
      }
      for (const name of STORE_FOLDERS) await createFolders(join(this.folder, name));
      return write();
    }
  }

  #isRemoved(): boolean {
    return statSync(this.folder, { throwIfNoEntry: false }) === undefined;
  }

  #verifiedStamps(): ReadonlyMap<RunKey, FileStamp> {
    return this.#ledger?.verified() ?? Ledger.verifiedIn(join(this.folder, 'ledger.sqlite'));
  }

  #failureFolder(key: RunKey): string {
    return join(this.folder, 'failures', key);
  }

  /** Removes a folder: first renames it, which is atomic, and then deletes it. */
  async #discard(folder: string): Promise<void> {
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) return;
    const renamed = this.newScratchPath();
    await this.withFolders(() => rename(folder, renamed));
    await rm(renamed, { recursive: true, force: true });
  }
}

/** How often to try again if another process has locked the ledger. */
const LOCK_POLL_INTERVAL_MS = 200;

/** Opens the ledger of the store in `folder`; waits for another process that has locked it. */
async function openLedger(folder: string, options: StoreOptions): Promise<Ledger> {
  const { signal, onWarning = () => {} } = options;
  const file = join(folder, 'ledger.sqlite');
  const ifSoleOwner = () => clearScratch(join(folder, 'scratch'));
  const ledgerOptions: LedgerOptions = { ifSoleOwner, onWarning };
  for (let attempt = 0; ; attempt++) {
    try {
      return new Ledger(file, ledgerOptions);
    } catch (error) {
      if (!isLockError(error)) throw error;
      if (attempt === LOCK_POLLS_BEFORE_WARNING) {
        onWarning(`waiting for another process, which has locked ${file}`);
      }
      await sleep(LOCK_POLL_INTERVAL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** Other processes lock the ledger all the time, but briefly. */
const LOCK_POLLS_BEFORE_WARNING = 2;

function isRunKey(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** Returns an empty text for a file that does not exist. */
function failureText(file: string): string {
  try {
    return readText(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof NotAFile || code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw error;
  }
}

/** Removes the incomplete files of processes that were killed. */
function clearScratch(scratch: string): void {
  for (const name of listNames(scratch))
    rmSync(join(scratch, name), { recursive: true, force: true });
}
