/** The first file of a store: which layout it has, and how its datasets are written. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '../../user-error.ts';
import { VERSION } from '../../version.ts';
import { list, pretty } from './folder.ts';

export type DatasetFormat = 'parquet' | 'csv';

export interface Manifest {
  readonly schema: number;
  readonly datasets: DatasetFormat;
  /** Of CacheTorrent. */
  readonly version: string;
}

const STORE_SCHEMA = 1;

/** The folders of a store. */
export const PARTS: readonly string[] = ['scratch', 'runs', 'failures', 'experiments', 'datasets'];

/** The manifest of a new store, as text. */
export function foundStore(datasets: DatasetFormat): string {
  const manifest: Manifest = { schema: STORE_SCHEMA, datasets, version: VERSION };
  return pretty(manifest);
}

/**
 * Undefined where there is nothing yet.
 *
 * @throws UserMistake where there is something else, or a store of another layout
 */
export async function manifestOf(folder: string): Promise<Manifest | undefined> {
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
    const strange = list(folder).find((name) => !OURS.has(name));
    if (strange === undefined) return undefined;
    const problem = `holds "${strange}", but no store.json: it is no store`;
    throw new UserError({ at, problem, fix: 'name a new folder, or an empty one' });
  }
  const manifest = parsed(text);
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
const OURS: ReadonlySet<string> = new Set([...PARTS, 'ledger.sqlite', 'ledger.sqlite-journal']);

function parsed(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Manifest;
    return typeof manifest.schema === 'number' ? manifest : undefined;
  } catch {
    return undefined;
  }
}
