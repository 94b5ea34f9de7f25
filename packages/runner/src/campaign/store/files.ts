/** Files that are there as a whole, or not at all, whatever ends the process or the machine. */

import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { UserError } from '../../user-error.ts';
import { createDurableFile } from '../../durable-file.ts';

/** Makes a folder and those above it, where they are not there. */
export async function createFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    // Of several folders at once, Node says only that one is missing, and not what is in the way.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await createFolders(dirname(path));
    await mkdir(path);
  }
}

/** Writes `text` to `path`, in place of what was there. `scratch` is a folder beside it. */
export async function writeAtomically(path: string, text: string, scratch: string): Promise<void> {
  const made = join(scratch, `${basename(path)}.${randomUUID()}`);
  try {
    await createDurableFile(made, text);
    await rename(made, path);
  } catch (error) {
    await rm(made, { force: true });
    throw error;
  }
}

/**
 * Makes a folder at `path` with these files, by name. Where one is already, it stays as it is
 * and the answer is false.
 */
export async function createFolderAtomically(
  path: string,
  files: Readonly<Record<string, string>>,
  scratch: string,
): Promise<boolean> {
  const made = join(scratch, `${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(made);
    for (const [name, text] of Object.entries(files))
      await createDurableFile(join(made, name), text);
    await mkdir(dirname(path), { recursive: true });
    await rename(made, path);
    return true;
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (EXISTS_CODES.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

const EXISTS_CODES: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST']);

/** What an error of the file system, or of the ledger, means for a store; others are passed on. */
export function storeError(error: unknown, folder: string): unknown {
  const { code, errcode } = error as { code?: string; errcode?: number };
  // The low byte of an error of the database is its kind.
  const name = code === 'ERR_SQLITE_ERROR' ? `sqlite ${(errcode ?? 0) & 255}` : (code ?? '');
  const [problem, fix] = ERROR_TEXTS[name] ?? [];
  if (problem === undefined || fix === undefined) return error;
  return new UserError({ at: `store ${folder}`, problem, fix });
}

const FULL = [
  'is on a disk that is full',
  'make room, and run the same command again: what is done stays done',
] as const;
const READ_ONLY = [
  'may not be written to by you',
  'allow it, or name another with --store',
] as const;

const ERROR_TEXTS: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  ENOSPC: FULL,
  EDQUOT: ['is more than your quota allows', FULL[1]],
  EFBIG: ['has a file that is larger than it may become', FULL[1]],
  'sqlite 13': FULL,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  ENOTDIR: ['has a file where a folder has to be', 'name a folder elsewhere'],
  EISDIR: ['is a folder', 'name a file'],
  EROFS: ['is on a disk that cannot be written to', READ_ONLY[1]],
  'sqlite 8': READ_ONLY,
  'sqlite 14': READ_ONLY,
  'sqlite 5': ['is kept busy by another process', 'wait for that to end, and try again'],
};

/** The names in `folder`; none where there is no such folder. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** JSON for people. */
export function prettyJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
