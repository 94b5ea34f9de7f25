/**
 * Queries a store in SQL: DuckDB reads the datasets as tables, in place. Nothing is copied, and
 * nothing can be changed.
 *
 *     runs, peers, traffic     as in the datasets
 *     leaders_sweep            the runs of that experiment: parameters, seed and metrics
 */

import type * as DuckDB from '@duckdb/node-api';

import { UserError } from '../user-error.ts';
import { type DatasetColumn, TABLES } from './datasets/columns.ts';
import { datasetFiles } from './datasets/datasets.ts';
import { experimentTable } from './datasets/experiment-table.ts';
import { loadDuckDb } from './optional-packages.ts';
import type { Store } from './store/store.ts';
import { storedCampaigns } from './stored-campaign.ts';

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Executes a query.
 *
 * @throws UserError if `sql` is invalid, the store has no runs, or DuckDB is not installed
 */
export async function query(store: Store, sql: string): Promise<QueryResult> {
  const { DuckDBInstance } = await loadDuckDb();
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    await createViews(connection, store);
    return await runQuery(connection, sql, store);
  } finally {
    instance.closeSync();
  }
}

/** Returns the name of an experiment's view, which needs no quotes in SQL. */
function viewName(experiment: string): string {
  return experiment.replaceAll('-', '_');
}

async function createViews(connection: DuckDB.DuckDBConnection, store: Store): Promise<void> {
  for (const { name, columns } of TABLES) {
    const files = datasetFiles(store, name);
    if (files.length === 0) {
      const fix = 'run a campaign: cachetorrent sweep EXPERIMENT --store STORE';
      throw new UserError({ at: `store ${store.folder}`, problem: 'has no runs yet', fix });
    }
    await connection.run(`CREATE VIEW ${quotedName(name)} AS ${selectFrom(files, columns, store)}`);
  }
  const tables = new Set(TABLES.map(({ name }) => name));
  for (const campaign of storedCampaigns(store)) {
    const { name } = campaign.experiment;
    const file = datasetFiles(store, 'experiments').find((path) =>
      path.endsWith(`/${name}.${store.format}`),
    );
    if (file === undefined || tables.has(viewName(name))) continue;

    const { columns } = experimentTable(campaign);
    const names = new Set(columns.map((column) => column.name));
    const others = TABLES[0]!.columns.filter((column) => !names.has(column.name));
    const selected = [
      ...[...names].map((column) => `e.${quotedName(column)}`),
      ...others.map((column) => `r.${quotedName(column.name)}`),
    ];
    await connection.run(
      `CREATE VIEW ${quotedName(viewName(name))} AS SELECT ${selected.join(', ')}
       FROM (${selectFrom([file], columns, store)}) e JOIN runs r USING (run)`,
    );
  }
}

/** Returns a SELECT of all rows in `files`. CSV files need their types to be specified. */
function selectFrom(
  files: readonly string[],
  columns: readonly DatasetColumn[],
  { format }: Store,
): string {
  const list = `[${files.map(quotedText).join(', ')}]`;
  if (format === 'parquet') return `SELECT * FROM read_parquet(${list})`;
  const types = columns.map(({ name, type }) => `${quotedText(name)}: '${SQL_TYPES[type]}'`);
  return `SELECT * FROM read_csv(${list}, header = true, columns = {${types.join(', ')}})`;
}

const SQL_TYPES: Readonly<Record<DatasetColumn['type'], string>> = {
  text: 'VARCHAR',
  json: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
};

async function runQuery(
  connection: DuckDB.DuckDBConnection,
  sql: string,
  store: Store,
): Promise<QueryResult> {
  try {
    const result = await connection.runAndReadAll(sql);
    return {
      columns: result.deduplicatedColumnNames(),
      rows: result.getRowsJS().map((row) => row.map(plainValue)),
    };
  } catch (error) {
    const [first = '', ...rest] = (error as Error).message.trim().split('\n');
    const views = storedCampaigns(store).map(({ experiment }) => viewName(experiment.name));
    const names = [...TABLES.map(({ name }) => name), ...views].join(', ');
    const problem = [first, ...rest.filter((line) => line.trim() !== '')].join('\n  ');
    const fix = `the tables are ${names}; list the columns of one with DESCRIBE runs`;
    throw new UserError({ at: 'query', problem, fix });
  }
}

/** Converts integers to numbers if they are exact, otherwise to strings. */
function plainValue(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quotedText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
