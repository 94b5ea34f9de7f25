/**
 * The datasets of a store: all that its runs came to, as a few large tables that any program
 * reads, beside the many small files in which they are kept.
 *
 *     datasets/runs/part-a.parquet       runs whose keys begin with a; likewise peers, traffic
 *     datasets/experiments/NAME.parquet  the runs of an experiment, with its parameters
 *     datasets/contents.json             which runs are in which part, and the parts' checksums
 *
 * A part is written anew when its runs have changed, so what is in a dataset depends on the runs
 * alone, not on the order in which they came. The more runs, the more digits make a part.
 */

import { createHash, hash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RunKey } from '../experiment/key.ts';
import { listingsIn } from '../listing.ts';
import { list, makeFolders, pretty, storeMistake } from '../store/folder.ts';
import type { DatasetFormat } from '../store/manifest.ts';
import { Damaged } from '../store/record.ts';
import type { DamagedRun, Store } from '../store/store.ts';
import { COLUMNS_VERSION, type Cell, type Table, TABLES } from './columns.ts';
import { experimentTable } from './experiment-table.ts';
import { type TableFile, tableFile } from './table-file.ts';

export interface RefreshOptions {
  readonly signal?: AbortSignal;
  /** A part has room for about so many runs; by default 2000. */
  readonly runsPerPart?: number;
}

export interface Refreshed {
  /** Parts that were not as they had been written, and are again. */
  readonly repaired: readonly string[];
  /** Runs that could not be taken in. */
  readonly damaged: readonly DamagedRun[];
}

interface Part {
  /** Hash of the keys that are in it. */
  readonly keys: string;
  readonly runCount: number;
  /** SHA-256 of the file of each table, by its name. */
  readonly files: Readonly<Record<string, string>>;
}

interface Contents {
  readonly columnsVersion: number;
  readonly format: DatasetFormat;
  readonly parts: Readonly<Record<string, Part>>;
}

const RUNS_PER_PART = 2_000;
/** Rows that are written at once. */
const BLOCK_ROWS = 100_000;

/**
 * Brings the datasets up to date with the runs; `store` is open to work on. One process does that
 * at a time, the others wait.
 */
export async function refreshDatasets(
  store: Store,
  { signal, runsPerPart = RUNS_PER_PART }: RefreshOptions = {},
): Promise<Refreshed> {
  const options = signal === undefined ? {} : { signal };
  while (store.ledger.claim([LOCK]).length === 0) await sleep(LOOK_EVERY_MS, undefined, options);
  const refresh = new Refresh(store, runsPerPart);
  try {
    return await refresh.all();
  } catch (error) {
    refresh.discard();
    throw storeMistake(error, store.folder);
  } finally {
    store.ledger.release(LOCK);
  }
}

/** Stands among the claims of runs, and is the key of none. */
const LOCK = 'datasets';
const LOOK_EVERY_MS = 200;

/** The files of a table, in order; none where there is none yet. */
export function datasetFiles(store: Store, table: string): readonly string[] {
  const folder = join(store.folder, 'datasets', table);
  return list(folder)
    .filter((name) => name.endsWith(`.${store.format}`))
    .sort()
    .map((name) => join(folder, name));
}

/** Whether the datasets have exactly the runs that are in the store. */
export function isUpToDate(store: Store): boolean {
  const parts = contentsOf(store).parts;
  const wanted = partsOf(store.keys(), RUNS_PER_PART);
  return (
    Object.keys(parts).length === wanted.size &&
    [...wanted].every(([prefix, keys]) => parts[prefix]?.keys === digestOf(keys))
  );
}

class Refresh {
  readonly #store: Store;
  readonly #runsPerPart: number;
  readonly #before: Contents;
  readonly #repaired: string[] = [];
  readonly #damaged: DamagedRun[] = [];
  /** Of the part that is being written. */
  #writers: readonly BlockWriter[] = [];

  constructor(store: Store, runsPerPart: number) {
    this.#store = store;
    this.#runsPerPart = runsPerPart;
    this.#before = contentsOf(store);
  }

  async all(): Promise<Refreshed> {
    for (const { name } of TABLES) {
      await makeFolders(join(this.#store.folder, 'datasets', name));
    }
    const parts: Record<string, Part> = {};
    for (const [prefix, keys] of partsOf(this.#store.keys(), this.#runsPerPart)) {
      parts[prefix] = (await this.#kept(prefix, keys)) ?? (await this.#written(prefix, keys));
    }
    const contents: Contents = {
      columnsVersion: COLUMNS_VERSION,
      format: this.#store.format,
      parts,
    };
    const text = pretty(contents);
    if (text !== pretty(this.#before)) await this.#store.write('datasets/contents.json', text);
    this.#removeOthers(parts);
    await this.#writeExperiments();
    return { repaired: this.#repaired, damaged: this.#damaged };
  }

  /** What has been begun and cannot be finished. */
  discard(): void {
    for (const writer of this.#writers) writer.discard();
  }

  /** The part as it is, if nothing has changed. */
  async #kept(prefix: string, keys: readonly RunKey[]): Promise<Part | undefined> {
    const part = this.#before.parts[prefix];
    if (part === undefined || part.keys !== digestOf(keys)) return undefined;
    for (const [table, sum] of Object.entries(part.files)) {
      const file = this.#partOf(table, prefix);
      if ((await sha256(file)) !== sum) {
        this.#repaired.push(file);
        return undefined;
      }
    }
    return part;
  }

  async #written(prefix: string, keys: readonly RunKey[]): Promise<Part> {
    const writers = TABLES.map((table) => new BlockWriter(table, this.#store));
    this.#writers = writers;
    const taken: RunKey[] = [];
    for (const key of keys) {
      try {
        const record = this.#store.read(key);
        for (const writer of writers) writer.add(writer.table.rowsOf(record));
        taken.push(key);
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        this.#damaged.push({ key, file: this.#store.fileOf(key), problem: error.message });
      }
    }
    const files: Record<string, string> = {};
    for (const writer of writers) {
      const file = this.#partOf(writer.table.name, prefix);
      writer.finish(file);
      files[writer.table.name] = (await sha256(file))!;
    }
    return { keys: digestOf(taken), runCount: taken.length, files };
  }

  /** They are small, and depend on no run. */
  async #writeExperiments(): Promise<void> {
    await makeFolders(join(this.#store.folder, 'datasets', 'experiments'));
    for (const listing of listingsIn(this.#store)) {
      const { columns, cells } = experimentTable(listing);
      const scratch = this.#store.scratchFile();
      const table = tableFile(scratch, columns, this.#store.format);
      table.write(cells);
      table.finish();
      renameSync(scratch, this.#fileOf('experiments', listing.experiment.name));
    }
  }

  #removeOthers(parts: Readonly<Record<string, Part>>): void {
    for (const { name } of TABLES) {
      const wanted = new Set(Object.keys(parts).map((prefix) => this.#partOf(name, prefix)));
      for (const file of datasetFiles(this.#store, name)) if (!wanted.has(file)) rmSync(file);
    }
  }

  #partOf(table: string, prefix: string): string {
    return this.#fileOf(table, prefix === '' ? 'part' : `part-${prefix}`);
  }

  #fileOf(table: string, name: string): string {
    return join(this.#store.folder, 'datasets', table, `${name}.${this.#store.format}`);
  }
}

/** Gathers the rows of runs to blocks. */
class BlockWriter {
  readonly table: Table;
  readonly #scratch: string;
  readonly #file: TableFile;
  #block: Cell[][];

  constructor(table: Table, store: Store) {
    this.table = table;
    this.#scratch = store.scratchFile();
    this.#file = tableFile(this.#scratch, table.columns, store.format);
    this.#block = table.columns.map(() => []);
  }

  add(columns: readonly (readonly Cell[])[]): void {
    columns.forEach((cells, i) => {
      const column = this.#block[i]!;
      for (const cell of cells) column.push(cell);
    });
    if (this.#block[0]!.length >= BLOCK_ROWS) this.#flush();
  }

  finish(file: string): void {
    this.#flush();
    this.#file.finish();
    renameSync(this.#scratch, file);
  }

  discard(): void {
    rmSync(this.#scratch, { force: true });
  }

  #flush(): void {
    if (this.#block[0]!.length === 0) return;
    this.#file.write(this.#block);
    this.#block = this.table.columns.map(() => []);
  }
}

/** Which keys go together, by the digits that they begin with. */
function partsOf(
  keys: readonly RunKey[],
  runsPerPart: number,
): ReadonlyMap<string, readonly RunKey[]> {
  let digits = 0;
  while (keys.length / 16 ** digits > runsPerPart) digits++;
  return Map.groupBy(keys, (key) => key.slice(0, digits));
}

function digestOf(keys: readonly RunKey[]): string {
  return hash('sha256', keys.join('\n'), 'hex');
}

function contentsOf({ folder, format }: Store): Contents {
  const none: Contents = { columnsVersion: COLUMNS_VERSION, format, parts: {} };
  try {
    const text = readFileSync(join(folder, 'datasets', 'contents.json'), 'utf8');
    const contents = JSON.parse(text) as Contents;
    return contents.columnsVersion === COLUMNS_VERSION && contents.format === format
      ? contents
      : none;
  } catch {
    return none;
  }
}

/** Undefined where there is no such file. */
async function sha256(file: string): Promise<string | undefined> {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
}
