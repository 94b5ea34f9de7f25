/** Writes what a store holds as CSV, for programs that read nothing else. */

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type CellValue, TABLES } from './datasets/columns.ts';
import { experimentTable } from './datasets/experiment-table.ts';
import { createTable } from './datasets/table-writer.ts';
import type { RunKey } from './experiment/key.ts';
import { type StoredCampaign, storedCampaigns } from './stored-campaign.ts';
import { listNames, createFolders, storeError } from './store/files.ts';
import { DamagedRecord } from './store/record.ts';
import type { DamagedRun, Store } from './store/store.ts';

export interface CsvExport {
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
  experiment?: StoredCampaign,
): Promise<CsvExport> {
  try {
    return await writeCsv(store, folder, experiment);
  } catch (error) {
    for (const name of listNames(folder)) if (isTemporary(name)) await rm(join(folder, name));
    throw storeError(error, folder);
  }
}

async function writeCsv(
  store: Store,
  folder: string,
  experiment?: StoredCampaign,
): Promise<CsvExport> {
  await createFolders(folder);
  const listings = experiment === undefined ? storedCampaigns(store) : [experiment];
  const wanted = experiment && new Set(experiment.settings.flatMap(({ runs }) => runs));
  const keys = store.keys().filter((key) => wanted?.has(key) ?? true);
  const { damaged, files } = writeTables(store, folder, keys);
  for (const listing of listings) {
    const { columns, values } = experimentTable(listing);
    const file = join(folder, `experiment-${listing.experiment.name}.csv`);
    const table = createTable(temporaryName(file), columns, 'csv');
    table.write(values);
    table.finish();
    files.push(file);
  }
  for (const file of files) await rename(temporaryName(file), file);
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
    return { table, file, output: createTable(temporaryName(file), table.columns, 'csv') };
  });
  for (const key of keys) {
    try {
      const record = store.read(key);
      for (const { table, output } of outputs)
        output.write(table.columnValues(record) as CellValue[][]);
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error;
      damaged.push({ key, file: store.runFile(key), problem: error.message });
    }
  }
  for (const { output } of outputs) output.finish();
  return { damaged, files: outputs.map(({ file }) => file) };
}

/** Its name until it is whole. */
function temporaryName(file: string): string {
  return `${file}${TEMPORARY_SUFFIX}`;
}

function isTemporary(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX);
}

const TEMPORARY_SUFFIX = `.new-${process.pid}`;
