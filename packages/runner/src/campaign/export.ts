/** Exports the runs of a store as CSV, for programs that cannot read Parquet. */

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
  /** Damaged runs, which the files do not contain. */
  readonly damaged: readonly DamagedRun[];
}

/**
 * Writes `runs.csv`, `peers.csv` and `traffic.csv` of all runs, or of the runs of one campaign, and
 * a file with the parameters of each experiment.
 *
 * @throws UserError if `folder` cannot be written
 */
export async function exportCsv(
  store: Store,
  folder: string,
  campaign?: StoredCampaign,
): Promise<CsvExport> {
  try {
    return await writeCsv(store, folder, campaign);
  } catch (error) {
    for (const name of listNames(folder)) if (isTemporary(name)) await rm(join(folder, name));
    throw storeError(error, folder);
  }
}

async function writeCsv(
  store: Store,
  folder: string,
  campaign?: StoredCampaign,
): Promise<CsvExport> {
  await createFolders(folder);
  const campaigns = campaign === undefined ? storedCampaigns(store) : [campaign];
  const selected = campaign && new Set(campaign.settings.flatMap(({ runs }) => runs));
  const keys = store.keys().filter((key) => selected?.has(key) ?? true);
  const { damaged, files } = writeTables(store, folder, keys);
  for (const stored of campaigns) {
    const { columns, values } = experimentTable(stored);
    const file = join(folder, `experiment-${stored.experiment.name}.csv`);
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
      for (const { table, output } of outputs) {
        output.write(table.columnValues(record) as CellValue[][]);
      }
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error;
      damaged.push({ key, file: store.runFile(key), problem: error.message });
    }
  }
  for (const { output } of outputs) output.finish();
  return { damaged, files: outputs.map(({ file }) => file) };
}

/** Returns the name of `file` until it is complete. */
function temporaryName(file: string): string {
  return `${file}${TEMPORARY_SUFFIX}`;
}

function isTemporary(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX);
}

const TEMPORARY_SUFFIX = `.new-${process.pid}`;
