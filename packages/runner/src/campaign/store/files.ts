/** Atomic creation of files and folders: they are complete or absent, even after a crash. */

import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { UserError } from '../../user-error.ts';
import { createDurableFile } from '../../durable-file.ts';

/** Creates a folder and its parents, if they do not exist. */
export async function createFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    // When creating several folders, Node reports ENOENT instead of what is in the way.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await createFolders(dirname(path));
    await mkdir(path);
  }
}

/** Replaces the file at `path`. `scratch` is a folder on the same file system. */
export async function writeAtomically(path: string, text: string, scratch: string): Promise<void> {
  const temporary = join(scratch, `${basename(path)}.${randomUUID()}`);
  try {
    await createDurableFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Creates a folder at `path` with `files`, texts by file name. If the folder exists already, leaves
 * it unchanged and returns false.
 */
export async function createFolderAtomically(
  path: string,
  files: Readonly<Record<string, string>>,
  scratch: string,
): Promise<boolean> {
  const temporary = join(scratch, `${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(temporary);
    for (const [name, text] of Object.entries(files))
      await createDurableFile(join(temporary, name), text);
    await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    return true;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (EXISTS_CODES.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

const EXISTS_CODES: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST']);

/**
 * Converts an error of the file system, or of the ledger's database, to a `UserError` about the
 * store in `folder`. Returns other errors unchanged.
 */
export function storeError(error: unknown, folder: string): unknown {
  const { code, errcode } = error as { code?: string; errcode?: number };
  // The low byte of an extended SQLite error code is the primary code.
  const name = code === 'ERR_SQLITE_ERROR' ? `sqlite ${(errcode ?? 0) & 255}` : (code ?? '');
  const [problem, fix] = ERROR_TEXTS[name] ?? [];
  if (problem === undefined || fix === undefined) return error;
  return new UserError({ at: `store ${folder}`, problem, fix });
}

const FULL = [
  'is on a full disk',
  'free some space and run the same command again; finished runs are kept',
] as const;
const READ_ONLY = [
  'is not writable for you',
  'change its permissions, or name another store with --store',
] as const;

const ERROR_TEXTS: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  ENOSPC: FULL,
  EDQUOT: ['exceeds your disk quota', FULL[1]],
  EFBIG: ['has a file that exceeds the maximum file size', FULL[1]],
  'sqlite 13': FULL,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  ENOTDIR: ['has a file where a folder is needed', 'name another folder'],
  EISDIR: ['is a folder', 'name a file'],
  EROFS: ['is on a read-only disk', READ_ONLY[1]],
  'sqlite 8': READ_ONLY,
  'sqlite 14': READ_ONLY,
  'sqlite 5': ['is locked by another process', 'wait for that process to end, and try again'],
};

/** Returns the names in `folder`; none if it does not exist. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Returns indented JSON. */
export function prettyJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
