/** Exports the runs of a store as CSV, for programs that cannot read Parquet. */

import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { syncFolder } from '../durable-file.ts';
import { checkReplaceable } from '../overwriting.ts';
import { removeLeftovers, unfinishedPath } from '../replacement.ts';
import { systemError } from '../system-error.ts';
import { type DatasetColumn, type DatasetTable, TABLES } from './datasets/columns.ts';
import { experimentTable } from './datasets/experiment-table.ts';
import { createTable, type TableWriter } from './datasets/table-writer.ts';
import type { RunKey } from './experiment/key.ts';
import { type StoredCampaign, storedCampaigns } from './stored-campaign.ts';
import { createFolders, storeError } from './store/files.ts';
import { DamagedRecord, type RunRecord } from './store/record.ts';
import type { DamagedRun, Store } from './store/store.ts';

export interface CsvExport {
  readonly files: readonly string[];
  readonly runCount: number;
  /** Damaged runs, which the files do not contain. */
  readonly damaged: readonly DamagedRun[];
}

/** What to export. */
export interface ExportOptions {
  /** The campaign whose runs to export (default: all runs of the store). */
  readonly campaign?: StoredCampaign | undefined;
  /** Whether to overwrite existing files (default: false). */
  readonly force?: boolean | undefined;
}

/**
 * Writes `runs.csv`, `peers.csv` and `traffic.csv` of all runs, or of the runs of one campaign, and
 * a file with the parameters of each experiment.
 *
 * @throws UserError if `folder` cannot be written, or has one of the files
 */
export async function exportCsv(
  store: Store,
  folder: string,
  { campaign, force = false }: ExportOptions = {},
): Promise<CsvExport> {
  const campaigns = campaign === undefined ? storedCampaigns(store) : [campaign];
  for (const name of [...TABLES.map((table) => table.name), ...campaigns.map(nameOf)]) {
    const file = join(folder, `${name}.csv`);
    await checkReplaceable(file, file, force);
  }
  const tables: { readonly file: string; readonly table: TableWriter }[] = [];
  const create = async (name: string, columns: readonly DatasetColumn[]): Promise<TableWriter> => {
    const file = join(folder, `${name}.csv`);
    await removeLeftovers(file);
    const table = await createTable(unfinishedPath(file), columns, 'csv');
    tables.push({ file, table });
    return table;
  };
  try {
    await createFolders(folder);
    const selected = campaign && new Set(campaign.settings.flatMap(({ runs }) => runs));
    const keys = store.keys().filter((key) => selected?.has(key) ?? true);
    const damaged = await writeRuns(store, keys, create);
    for (const stored of campaigns) {
      const { columns, values } = experimentTable(stored);
      const table = await create(nameOf(stored), columns);
      await table.write(values);
    }
    for (const { table } of tables) await table.finish();
    const files = tables.map(({ file }) => file);
    for (const file of files) await rename(unfinishedPath(file), file);
    await syncFolder(folder);
    return { files, runCount: keys.length - damaged.length, damaged };
  } catch (error) {
    for (const { table } of tables) await table.discard();
    throw systemError(error, {
      at: `--out ${folder}`,
      elsewhere: 'choose another folder with --out',
    });
  }
}

function nameOf({ experiment }: StoredCampaign): string {
  return `experiment-${experiment.name}`;
}

/** Writes the tables of all runs, and returns those that are damaged. */
async function writeRuns(
  store: Store,
  keys: readonly RunKey[],
  create: (name: string, columns: readonly DatasetColumn[]) => Promise<TableWriter>,
): Promise<readonly DamagedRun[]> {
  const damaged: DamagedRun[] = [];
  const outputs: { readonly table: DatasetTable; readonly output: TableWriter }[] = [];
  for (const table of TABLES) {
    outputs.push({ table, output: await create(table.name, table.columns) });
  }
  for (const key of keys) {
    let record: RunRecord;
    try {
      record = store.read(key);
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw storeError(error, store.folder);
      damaged.push({ key, file: store.runFile(key), problem: error.message });
      continue;
    }
    for (const { table, output } of outputs) await output.write(table.columnValues(record));
  }
  return damaged;
}
