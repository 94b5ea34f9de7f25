/** Writes what a store holds as CSV, for programs that read nothing else. */

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type Cell, TABLES } from './datasets/columns.ts';
import { experimentTable } from './datasets/experiment-table.ts';
import { tableFile } from './datasets/table-file.ts';
import type { RunKey } from './experiment/key.ts';
import { type Listing, listingsIn } from './listing.ts';
import { list, makeFolders, storeMistake } from './store/folder.ts';
import { Damaged } from './store/record.ts';
import type { DamagedRun, Store } from './store/store.ts';

export interface Exported {
  readonly files: readonly string[];
  readonly runCount: number;
  /** Left out. */
  readonly damaged: readonly DamagedRun[];
}

/**
 * Writes `runs.csv`, `peers.csv` and `traffic.csv` of all runs, or of those of one experiment, and
 * for each experiment a file with its parameters.
 */
export async function exportCsv(
  store: Store,
  folder: string,
  experiment?: Listing,
): Promise<Exported> {
  try {
    return await write(store, folder, experiment);
  } catch (error) {
    for (const name of list(folder)) if (isUnfinished(name)) await rm(join(folder, name));
    throw storeMistake(error, folder);
  }
}

async function write(store: Store, folder: string, experiment?: Listing): Promise<Exported> {
  await makeFolders(folder);
  const listings = experiment === undefined ? listingsIn(store) : [experiment];
  const wanted = experiment && new Set(experiment.cells.flatMap(({ runs }) => runs));
  const keys = store.keys().filter((key) => wanted?.has(key) ?? true);
  const { damaged, files } = writeTables(store, folder, keys);
  for (const listing of listings) {
    const { columns, cells } = experimentTable(listing);
    const file = join(folder, `experiment-${listing.experiment.name}.csv`);
    const table = tableFile(unfinished(file), columns, 'csv');
    table.write(cells);
    table.finish();
    files.push(file);
  }
  for (const file of files) await rename(unfinished(file), file);
  return { files, runCount: keys.length - damaged.length, damaged };
}

function writeTables(
  store: Store,
  folder: string,
  keys: readonly RunKey[],
): { readonly damaged: readonly DamagedRun[]; readonly files: string[] } {
  const damaged: DamagedRun[] = [];
  const outputs = TABLES.map((table) => {
    const file = join(folder, `${table.name}.csv`);
    return { table, file, output: tableFile(unfinished(file), table.columns, 'csv') };
  });
  for (const key of keys) {
    try {
      const record = store.read(key);
      for (const { table, output } of outputs) output.write(table.rowsOf(record) as Cell[][]);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      damaged.push({ key, file: store.fileOf(key), problem: error.message });
    }
  }
  for (const { output } of outputs) output.finish();
  return { damaged, files: outputs.map(({ file }) => file) };
}

/** Its name until it is whole. */
function unfinished(file: string): string {
  return `${file}${UNFINISHED}`;
}

function isUnfinished(name: string): boolean {
  return name.endsWith(UNFINISHED);
}

const UNFINISHED = `.new-${process.pid}`;
