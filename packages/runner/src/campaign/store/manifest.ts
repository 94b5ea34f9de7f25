/** The manifest of a store, `store.json`: the version of its layout, and the dataset format. */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { UserError } from '../../user-error.ts';
import { VERSION } from '../../version.ts';
import { listNames, NotAFile, parseJson, prettyJson, readText } from './files.ts';

export type DatasetFormat = (typeof DATASET_FORMATS)[number];

const DATASET_FORMATS = ['parquet', 'csv'] as const;

export interface StoreManifest {
  /** The version of the layout. */
  readonly schema: number;
  readonly datasets: DatasetFormat;
  /** The version of CacheTorrent that created the store. */
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

/** Returns the manifest of a new store, as text. */
export function newManifest(datasets: DatasetFormat): string {
  const manifest: StoreManifest = { schema: STORE_SCHEMA, datasets, version: VERSION };
  return prettyJson(manifest);
}

/**
 * Reads the manifest of the store in `folder`; undefined if the folder is empty or does not exist.
 *
 * @throws UserError if the folder has other content, or a store of another layout
 */
export async function readManifest(folder: string): Promise<StoreManifest | undefined> {
  const at = `store ${folder}`;
  let text: string;
  try {
    text = readText(join(folder, 'store.json'));
  } catch (error) {
    if (error instanceof NotAFile) throw notValid(at, error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') {
      throw new UserError({ at, problem: 'is a file', fix: 'name a folder' });
    }
    if (code !== 'ENOENT') throw error;
    const foreign = listNames(folder).find((name) => !STORE_ENTRIES.has(name));
    if (foreign === undefined) return undefined;
    const problem = `contains "${foreign}", but no store.json, so it is not a store`;
    throw new UserError({ at, problem, fix: 'name a new or an empty folder' });
  }
  const manifest = parseJson(text) as Partial<StoreManifest> | null | undefined;
  if (typeof manifest?.schema !== 'number') throw notValid(at, 'is not valid');
  if (manifest.schema !== STORE_SCHEMA) {
    const problem =
      `has layout ${manifest.schema}, created by version ${manifest.version}; ` +
      `this version, ${VERSION}, supports layout ${STORE_SCHEMA}`;
    throw new UserError({ at, problem, fix: 'use that version, or name a new folder' });
  }
  if (DATASET_FORMATS.includes(manifest.datasets!)) return manifest as StoreManifest;
  const problem = `datasets is ${JSON.stringify(manifest.datasets) ?? 'missing'}`;
  const fix = `write one of ${DATASET_FORMATS.map((format) => `"${format}"`).join(', ')}`;
  throw new UserError({ at: `${at}: store.json`, problem, fix });
}

function notValid(at: string, problem: string): UserError {
  const fix = 'replace it by { "schema": 1, "datasets": "parquet" }, which keeps the runs';
  return new UserError({ at: `${at}: store.json`, problem, fix });
}

/** The entries that a store may have before its manifest, if its creation was interrupted. */
const STORE_ENTRIES: ReadonlySet<string> = new Set([
  ...STORE_FOLDERS,
  'batches',
  'ledger.sqlite',
  'ledger.sqlite-journal',
  'ledger.sqlite.damaged',
]);

/**
 * Checks that `path` is none of the files of the store in `folder`, which an output must not
 * replace even if it may overwrite files. `at` is the name of `path` in messages.
 *
 * @throws UserError if it is
 */
export async function refuseInStore(folder: string, path: string, at: string): Promise<void> {
  const [entry] = relative(await realPathOf(folder), await realPathOf(path)).split(sep);
  if (entry !== 'store.json' && !STORE_ENTRIES.has(entry!)) return;
  throw new UserError({
    at,
    problem: `is a part of the store ${folder}`,
    fix: 'name another path',
  });
}

/** The absolute path without symbolic links; the last steps of `path` need not exist. */
async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(await realPathOf(parent), basename(absolute));
  }
}
