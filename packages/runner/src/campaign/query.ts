/**
 * Queries a store in SQL: DuckDB reads the datasets as tables, in place. Nothing is copied, and
 * nothing can be changed.
 *
 *     runs, peers, traffic     as in the datasets
 *     leaders_sweep            the runs of leaders-sweep: parameters, seed and metrics
 */

import type * as DuckDB from '@duckdb/node-api';

import { messageOf } from '../failure.ts';
import { UserError } from '../user-error.ts';
import { type DatasetColumn, TABLES } from './datasets/columns.ts';
import { datasetFiles } from './datasets/datasets.ts';
import { experimentTable } from './datasets/experiment-table.ts';
import { loadDuckDb } from './optional-packages.ts';
import type { Store } from './store/store.ts';
import { quotedIfNeeded, quotedName, sqlNames } from './sql-names.ts';
import { type StoredCampaign, storedCampaigns } from './stored-campaign.ts';

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Experiments that are no tables, each with the reason. */
  readonly warnings: readonly string[];
}

/**
 * Executes a query.
 *
 * @throws UserError if `sql` is invalid, the store has no runs, or DuckDB is not installed
 * @throws the reason of `signal`, once it is aborted
 */
export async function query(
  store: Store,
  sql: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<QueryResult> {
  if (sql.trim() === '') {
    throw new UserError({ at: 'query', problem: 'is empty', fix: 'write SELECT * FROM runs' });
  }
  const { DuckDBInstance } = await loadDuckDb();
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    signal.throwIfAborted();
    await createTables(connection, store);
    const { warnings, names } = await createExperiments(connection, store);
    return { ...(await runQuery(connection, sql, names)), warnings };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    instance.closeSync();
  }
}

async function createTables(connection: DuckDB.DuckDBConnection, store: Store): Promise<void> {
  const at = `store ${store.folder}`;
  for (const { name, columns } of TABLES) {
    const files = datasetFiles(store, name);
    if (files.length === 0) {
      const fix = 'run a campaign: cachetorrent sweep EXPERIMENT --store STORE';
      throw new UserError({ at, problem: 'has no runs yet', fix });
    }
    const sql = `CREATE VIEW ${quotedName(name)} AS ${selectFrom(files, columns, store)}`;
    const problem = await problemOf(connection.run(sql));
    if (problem === undefined) continue;
    const fix = 'query it with permission to write to it: then the datasets are written again';
    throw new UserError({ at, problem: `has a dataset that cannot be read: ${problem}`, fix });
  }
}

/** One experiment that is no table does not keep the others from being queried. */
async function createExperiments(
  connection: DuckDB.DuckDBConnection,
  store: Store,
): Promise<{ readonly warnings: string[]; readonly names: readonly string[] }> {
  const warnings: string[] = [];
  const campaigns = storedCampaigns(store);
  const tables = TABLES.map(({ name }) => name);
  const names = sqlNames(
    campaigns.map(({ experiment }) => experiment.name),
    tables,
  );
  for (const campaign of campaigns) {
    const { name } = campaign.experiment;
    const file = datasetFiles(store, 'experiments').find((path) =>
      path.endsWith(`/${name}.${store.format}`),
    );
    if (file === undefined) continue;
    const problem = await problemOf(
      connection.run(viewOf(names.get(name)!, campaign, file, store)),
    );
    if (problem !== undefined) warnings.push(`experiment ${name} cannot be queried: ${problem}`);
  }
  return { warnings, names: [...tables, ...names.values()] };
}

/** The experiment's own columns, then those of its runs. */
function viewOf(name: string, campaign: StoredCampaign, file: string, store: Store): string {
  const { columns } = experimentTable(campaign);
  const own = new Set(columns.map((column) => column.name.toLowerCase()));
  const others = TABLES[0]!.columns.filter((column) => !own.has(column.name.toLowerCase()));
  const selected = [
    ...columns.map((column) => `e.${quotedName(column.name)}`),
    ...others.map((column) => `r.${quotedName(column.name)}`),
  ];
  return `CREATE VIEW ${quotedName(name)} AS SELECT ${selected.join(', ')}
    FROM (${selectFrom([file], columns, store)}) e JOIN runs r USING (run)`;
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

/** The first lines of what went wrong; undefined if nothing did. */
async function problemOf(running: Promise<unknown>): Promise<string | undefined> {
  try {
    await running;
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}

function textOf(error: unknown): string {
  const lines = messageOf(error).trim().split('\n');
  return lines.filter((line) => line.trim() !== '').join('\n  ');
}

async function runQuery(
  connection: DuckDB.DuckDBConnection,
  sql: string,
  names: readonly string[],
): Promise<Pick<QueryResult, 'columns' | 'rows'>> {
  try {
    const result = await connection.runAndReadAll(sql);
    return {
      columns: result.deduplicatedColumnNames(),
      rows: result.getRowsJS().map((row) => row.map(plainValue)),
    };
  } catch (error) {
    const tables = names.map(quotedIfNeeded).join(', ');
    const fix = `the tables are ${tables}; list the columns of one with DESCRIBE runs`;
    throw new UserError({ at: 'query', problem: textOf(error), fix });
  }
}

/** A value that JSON can hold: integers are numbers if they are exact, otherwise texts. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainValue(each)]));
}

function quotedText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
