/** `cachetorrent query`: queries the results in a store with SQL. */

import { printable } from '@cachetorrent/std';

import { isUpToDate, refreshDatasets } from '../campaign/datasets/datasets.ts';
import { type QueryResult, query } from '../campaign/query.ts';
import { withStoreErrors } from '../campaign/store/files.ts';
import { Store } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { damagedRunWarning } from '../format.ts';
import { UserError } from '../user-error.ts';
import { openStore } from './open-store.ts';

export interface QueryFlags {
  readonly format: 'table' | 'csv' | 'json';
}

/** @throws UserError if there is no such store, or the query is invalid */
export async function queryCommand(
  folder: string,
  sql: string,
  { format }: QueryFlags,
  environment: CliEnvironment,
): Promise<void> {
  const answer = await withStoreErrors(folder, async () => {
    await refreshStore(folder, environment);
    return query(await Store.openReadOnly(folder), sql, environment.signal);
  });
  for (const warning of answer.warnings) environment.stderr.write(`warning: ${warning}\n`);
  environment.stdout.write(FORMATS[format](answer));
}

/** Adds new runs to the datasets. If the store is read-only, the query sees the old datasets. */
async function refreshStore(folder: string, environment: CliEnvironment): Promise<void> {
  const { stderr, signal } = environment;
  const readable = await Store.openReadOnly(folder);
  let store: Store;
  try {
    store = await openStore(folder, environment);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!isUpToDate(readable)) {
      stderr.write(`warning: ${error.message}\n  the query may miss the latest runs\n`);
    }
    return;
  }
  try {
    const onWait = () =>
      void stderr.write('waiting for another process, which updates the tables\n');
    const { damaged, repaired } = await refreshDatasets(store, { signal, onWait });
    for (const run of damaged) stderr.write(damagedRunWarning(run));
    for (const file of repaired)
      stderr.write(`warning: ${file} had been modified and was rewritten\n`);
  } finally {
    store.close();
  }
}

const FORMATS: Readonly<Record<QueryFlags['format'], (answer: QueryResult) => string>> = {
  table: tableOf,
  csv: csvOf,
  json: ({ columns, rows }) =>
    `${JSON.stringify(
      rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]]))),
      null,
      2,
    )}\n`,
};

/** Columns below their names; numbers are aligned right. Each row is one line, for a terminal. */
function tableOf({ columns, rows }: QueryResult): string {
  const names = columns.map((name) => printable(name, Infinity));
  const cells = rows.map((row) => row.map((cell) => printable(cellText(cell), Infinity)));
  const widths = names.map((name, i) =>
    cells.reduce((width, row) => Math.max(width, row[i]!.length), name.length),
  );
  const isNumber = columns.map((_, i) =>
    rows.every((row) => row[i] === null || typeof row[i] === 'number'),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${[line(names), ...cells.map(line)].join('\n')}\n`;
}

function csvOf({ columns, rows }: QueryResult): string {
  const line = (row: readonly unknown[]) => row.map((cell) => csvCell(cell)).join(',');
  return `${[line(columns), ...rows.map(line)].join('\n')}\n`;
}

function csvCell(cell: unknown): string {
  if (cell === null) return '';
  const text = cellText(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellText(value: unknown): string {
  if (value === null) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}
