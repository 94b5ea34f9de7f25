/**
 * The datasets of a store: the results of all runs as a few large tables that many programs can
 * read, in addition to the many small files that hold the runs.
 *
 *     datasets/runs/part-a.parquet       runs whose keys begin with a; likewise peers, traffic
 *     datasets/experiments/NAME.parquet  the runs of an experiment, with its parameters
 *     datasets/contents.json             the runs of each part, and the checksums of the parts
 *
 * A part is written again when its runs have changed, so the content of a dataset depends on the
 * runs alone, not on the order in which they were stored. The number of digits in the name of a
 * part grows with the number of runs.
 */

import { createHash, hash } from 'node:crypto';
import { createReadStream, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as yieldToEvents, setTimeout as sleep } from 'node:timers/promises';

import { renameDurably } from '../../durable-file.ts';
import type { RunKey } from '../experiment/key.ts';
import { storedCampaigns } from '../stored-campaign.ts';
import { listNames, createFolders, prettyJson, readText } from '../store/files.ts';
import type { DatasetFormat } from '../store/manifest.ts';
import { DamagedRecord } from '../store/record.ts';
import type { DamagedRun, Store } from '../store/store.ts';
import { COLUMNS_VERSION, type CellValue, type DatasetTable, TABLES } from './columns.ts';
import { experimentTable } from './experiment-table.ts';
import { type TableWriter, createTable } from './table-writer.ts';

export interface RefreshOptions {
  readonly signal?: AbortSignal;
  /** About how many runs a part may contain (default: 2000). */
  readonly runsPerPart?: number;
  /** Called once if another process updates the datasets, which has to be awaited. */
  readonly onWait?: () => void;
}

export interface RefreshResult {
  /** Parts that were damaged and have been written again. */
  readonly repaired: readonly string[];
  /** Runs that are damaged, and therefore not in the datasets. */
  readonly damaged: readonly DamagedRun[];
}

interface DatasetPart {
  /** Hash of the keys of its runs. */
  readonly keys: string;
  readonly runCount: number;
  /** SHA-256 of the part's file of each table, by the table's name. */
  readonly files: Readonly<Record<string, string>>;
}

interface DatasetContents {
  readonly columnsVersion: number;
  readonly format: DatasetFormat;
  readonly parts: Readonly<Record<string, DatasetPart>>;
}

const RUNS_PER_PART = 2_000;
/** Rows of a row group, the unit in which a table is written. */
const ROW_GROUP_ROWS = 100_000;

/**
 * Updates the datasets of `store`, which is open for writing. Only one process does this at a time;
 * others wait.
 */
export async function refreshDatasets(
  store: Store,
  { signal, runsPerPart = RUNS_PER_PART, onWait = () => {} }: RefreshOptions = {},
): Promise<RefreshResult> {
  for (let polls = 0; store.ledger.claim([REFRESH_LOCK]).length === 0; polls++) {
    if (polls === POLLS_BEFORE_NOTICE) onWait();
    await sleep(POLL_INTERVAL_MS, undefined, signal === undefined ? {} : { signal });
  }
  try {
    return await store.withFolders(() => refreshOnce(store, runsPerPart, signal));
  } finally {
    store.ledger.release(REFRESH_LOCK);
  }
}

async function refreshOnce(
  store: Store,
  runsPerPart: number,
  signal: AbortSignal | undefined,
): Promise<RefreshResult> {
  const refresh = new DatasetRefresh(store, runsPerPart, signal);
  try {
    return await refresh.run();
  } catch (error) {
    await refresh.discard();
    throw error;
  }
}

/** Claimed in the ledger like a run; not the key of any run. */
const REFRESH_LOCK = 'datasets';
const POLL_INTERVAL_MS = 200;
/** The datasets of a small store take less time than that. */
const POLLS_BEFORE_NOTICE = 10;

/** Returns the files of a table, sorted; none if it has not been written yet. */
export function datasetFiles(store: Store, table: string): readonly string[] {
  const folder = join(store.folder, 'datasets', table);
  return listNames(folder)
    .filter((name) => name.endsWith(`.${store.format}`))
    .sort()
    .map((name) => join(folder, name));
}

/** Whether the datasets contain exactly the runs of the store. */
export function isUpToDate(store: Store): boolean {
  const parts = readContents(store).parts;
  const expected = partsOf(store.keys(), RUNS_PER_PART);
  return (
    Object.keys(parts).length === expected.size &&
    [...expected].every(([prefix, keys]) => parts[prefix]?.keys === digestOf(keys))
  );
}

class DatasetRefresh {
  readonly #store: Store;
  readonly #runsPerPart: number;
  readonly #signal: AbortSignal | undefined;
  readonly #before: DatasetContents;
  readonly #repaired: string[] = [];
  readonly #damaged: DamagedRun[] = [];
  /** The tables that are being written. */
  readonly #unfinished = new Set<{ discard(): Promise<void> }>();

  constructor(store: Store, runsPerPart: number, signal: AbortSignal | undefined) {
    this.#store = store;
    this.#runsPerPart = runsPerPart;
    this.#signal = signal;
    this.#before = readContents(store);
  }

  async run(): Promise<RefreshResult> {
    for (const { name } of TABLES) {
      await createFolders(join(this.#store.folder, 'datasets', name));
    }
    const parts: Record<string, DatasetPart> = {};
    for (const [prefix, keys] of partsOf(this.#store.keys(), this.#runsPerPart)) {
      parts[prefix] =
        (await this.#unchangedPart(prefix, keys)) ?? (await this.#writePart(prefix, keys));
    }
    const contents: DatasetContents = {
      columnsVersion: COLUMNS_VERSION,
      format: this.#store.format,
      parts,
    };
    const text = prettyJson(contents);
    if (text !== prettyJson(this.#before)) {
      await this.#store.writeFile('datasets/contents.json', text);
    }
    this.#removeOldParts(parts);
    await this.#writeExperiments();
    return { repaired: this.#repaired, damaged: this.#damaged };
  }

  /** Removes files that have been started and cannot be completed. */
  async discard(): Promise<void> {
    for (const table of this.#unfinished) await table.discard();
  }

  /** Returns the existing part if its runs and files are unchanged. */
  async #unchangedPart(prefix: string, keys: readonly RunKey[]): Promise<DatasetPart | undefined> {
    const part = this.#before.parts[prefix];
    if (part === undefined || part.keys !== digestOf(keys)) return undefined;
    for (const { name } of TABLES) {
      const file = this.#partFile(name, prefix);
      if ((await sha256(file)) !== part.files[name]) {
        this.#repaired.push(file);
        return undefined;
      }
    }
    return part;
  }

  async #writePart(prefix: string, keys: readonly RunKey[]): Promise<DatasetPart> {
    const writers: RowGroupWriter[] = [];
    for (const table of TABLES) {
      const writer = await RowGroupWriter.create(table, this.#store);
      this.#unfinished.add(writer);
      writers.push(writer);
    }
    const written: RunKey[] = [];
    for (const key of keys) {
      await yieldToEvents();
      this.#signal?.throwIfAborted();
      try {
        const record = this.#store.read(key);
        for (const writer of writers) await writer.add(writer.table.columnValues(record));
        written.push(key);
      } catch (error) {
        if (!(error instanceof DamagedRecord)) throw error;
        this.#damaged.push({ key, file: this.#store.runFile(key), problem: error.message });
      }
    }
    const files: Record<string, string> = {};
    for (const writer of writers) {
      const file = this.#partFile(writer.table.name, prefix);
      await writer.finish(file);
      this.#unfinished.delete(writer);
      files[writer.table.name] = (await sha256(file))!;
    }
    return { keys: digestOf(written), runCount: written.length, files };
  }

  /** Writes the tables of all experiments: they are small, and do not depend on results. */
  async #writeExperiments(): Promise<void> {
    await createFolders(join(this.#store.folder, 'datasets', 'experiments'));
    for (const campaign of storedCampaigns(this.#store)) {
      const { columns, values } = experimentTable(campaign);
      const scratch = this.#store.newScratchPath();
      const table = await createTable(scratch, columns, this.#store.format);
      this.#unfinished.add(table);
      await table.write(values);
      await table.finish();
      await renameDurably(scratch, this.#datasetFile('experiments', campaign.experiment.name));
      this.#unfinished.delete(table);
    }
  }

  #removeOldParts(parts: Readonly<Record<string, DatasetPart>>): void {
    for (const { name } of TABLES) {
      const current = new Set(Object.keys(parts).map((prefix) => this.#partFile(name, prefix)));
      for (const file of datasetFiles(this.#store, name)) if (!current.has(file)) rmSync(file);
    }
  }

  #partFile(table: string, prefix: string): string {
    return this.#datasetFile(table, prefix === '' ? 'part' : `part-${prefix}`);
  }

  #datasetFile(table: string, name: string): string {
    return join(this.#store.folder, 'datasets', table, `${name}.${this.#store.format}`);
  }
}

/** Collects the rows of runs into row groups. */
class RowGroupWriter {
  readonly table: DatasetTable;
  readonly #scratch: string;
  readonly #file: TableWriter;
  #rows: CellValue[][];

  private constructor(table: DatasetTable, scratch: string, file: TableWriter) {
    this.table = table;
    this.#scratch = scratch;
    this.#file = file;
    this.#rows = table.columns.map(() => []);
  }

  static async create(table: DatasetTable, store: Store): Promise<RowGroupWriter> {
    const scratch = store.newScratchPath();
    const file = await createTable(scratch, table.columns, store.format);
    return new RowGroupWriter(table, scratch, file);
  }

  async add(columns: readonly (readonly CellValue[])[]): Promise<void> {
    columns.forEach((values, i) => {
      const column = this.#rows[i]!;
      for (const value of values) column.push(value);
    });
    if (this.#rows[0]!.length >= ROW_GROUP_ROWS) await this.#flush();
  }

  async finish(file: string): Promise<void> {
    await this.#flush();
    await this.#file.finish();
    await renameDurably(this.#scratch, file);
  }

  async discard(): Promise<void> {
    await this.#file.discard();
  }

  async #flush(): Promise<void> {
    if (this.#rows[0]!.length === 0) return;
    await this.#file.write(this.#rows);
    this.#rows = this.table.columns.map(() => []);
  }
}

/** Groups keys into parts by their first digits. */
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

function readContents({ folder, format }: Store): DatasetContents {
  const none: DatasetContents = { columnsVersion: COLUMNS_VERSION, format, parts: {} };
  try {
    const text = readText(join(folder, 'datasets', 'contents.json'));
    const contents = JSON.parse(text) as DatasetContents;
    const isCurrent = contents.columnsVersion === COLUMNS_VERSION && contents.format === format;
    return isCurrent && Object.values(contents.parts).every(isPart) ? contents : none;
  } catch {
    return none;
  }
}

function isPart(part: Partial<DatasetPart> | null): boolean {
  return typeof part?.keys === 'string' && typeof part.files === 'object' && part.files !== null;
}

/** Returns the checksum of a file; undefined if there is no such file. */
async function sha256(file: string): Promise<string | undefined> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
}
