/** The first file of a store: which layout it has, and how its datasets are written. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '../../user-error.ts';
import { VERSION } from '../../version.ts';
import { listNames, prettyJson } from './files.ts';

export type DatasetFormat = 'parquet' | 'csv';

export interface StoreManifest {
  readonly schema: number;
  readonly datasets: DatasetFormat;
  /** Of CacheTorrent. */
  readonly version: string;
}

const STORE_SCHEMA = 1;

/** The folders of a store. */
export const STORE_FOLDERS: readonly string[] = [
  'scratch',
  'runs',
  'failures',
  'experiments',
  'datasets',
];

/** The manifest of a new store, as text. */
export function newManifest(datasets: DatasetFormat): string {
  const manifest: StoreManifest = { schema: STORE_SCHEMA, datasets, version: VERSION };
  return prettyJson(manifest);
}

/**
 * Undefined where there is nothing yet.
 *
 * @throws UserError where there is something else, or a store of another layout
 */
export async function readManifest(folder: string): Promise<StoreManifest | undefined> {
  const at = `store ${folder}`;
  let text: string;
  try {
    text = await readFile(join(folder, 'store.json'), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') {
      throw new UserError({ at, problem: 'is a file', fix: 'name a folder' });
    }
    if (code !== 'ENOENT') throw error;
    const strange = listNames(folder).find((name) => !STORE_ENTRIES.has(name));
    if (strange === undefined) return undefined;
    const problem = `holds "${strange}", but no store.json: it is no store`;
    throw new UserError({ at, problem, fix: 'name a new folder, or an empty one' });
  }
  const manifest = parseManifest(text);
  if (manifest === undefined) {
    const fix = 'write { "schema": 1, "datasets": "parquet" } into it; the runs are not touched';
    throw new UserError({ at: `${at}: store.json`, problem: 'cannot be understood', fix });
  }
  if (manifest.schema === STORE_SCHEMA) return manifest;
  const problem =
    `has layout ${manifest.schema}, made by version ${manifest.version}; ` +
    `this version, ${VERSION}, knows layout ${STORE_SCHEMA}`;
  throw new UserError({ at, problem, fix: 'use that version, or name a new folder' });
}

/** What a store holds whose process was killed while it was being made. */
const STORE_ENTRIES: ReadonlySet<string> = new Set([
  ...STORE_FOLDERS,
  'ledger.sqlite',
  'ledger.sqlite-journal',
]);

function parseManifest(text: string): StoreManifest | undefined {
  try {
    const manifest = JSON.parse(text) as StoreManifest;
    return typeof manifest.schema === 'number' ? manifest : undefined;
  } catch {
    return undefined;
  }
}
