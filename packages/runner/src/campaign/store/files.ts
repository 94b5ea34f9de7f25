/** Atomic creation of files and folders: they are complete or absent, even after a crash. */

import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { createDurableFile, removeQuietly, renameDurably, syncFolder } from '../../durable-file.ts';
import { systemError } from '../../system-error.ts';

/**
 * Creates a folder and its parents; returns whether it did not exist. The option `recursive` of
 * Node hides what is in the way, and never ends where nothing can be created, as in /proc.
 */
export async function createFolders(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return false;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await createFolders(dirname(path));
    await mkdir(path);
    return true;
  }
}

/** Replaces the file at `path`. `scratch` is a folder on the same file system. */
export async function writeAtomically(path: string, text: string, scratch: string): Promise<void> {
  const temporary = join(scratch, `${basename(path)}.${randomUUID()}`);
  try {
    await createDurableFile(temporary, text);
    await renameDurably(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
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
  const parent = dirname(path);
  try {
    await mkdir(temporary);
    for (const [name, text] of Object.entries(files))
      await createDurableFile(join(temporary, name), text);
    await syncFolder(temporary);
    if (await createFolders(parent)) await syncFolder(dirname(parent));
    await renameDurably(temporary, path);
    return true;
  } catch (error) {
    await removeQuietly(temporary);
    if (isExistsError(error)) return false;
    throw error;
  }
}

/** Whether a rename failed because a folder with content has the new name. */
function isExistsError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === 'rename' && (code === 'ENOTEMPTY' || code === 'EEXIST');
}

/**
 * Accesses the store in `folder`.
 *
 * @throws UserError about the store instead of errors of the file system and of the ledger
 */
export async function withStoreErrors<Result>(
  folder: string,
  access: () => Promise<Result>,
): Promise<Result> {
  try {
    return await access();
  } catch (error) {
    throw storeError(error, folder);
  }
}

/** Returns a `UserError` about the store for an error of the system; returns others unchanged. */
export function storeError(error: unknown, folder: string): unknown {
  return systemError(error, {
    at: `store ${folder}`,
    again: 'run the same command again; finished runs are kept',
    elsewhere: 'name another store with --store',
  });
}

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

/**
 * Reads a text of a store. Reading a pipe might never end.
 *
 * @throws NotAFile if something else has the name of the file
 */
export function readText(file: string): string {
  if (!statSync(file).isFile()) throw new NotAFile();
  return readFileSync(file, 'utf8');
}

/** A folder, a pipe or a device where a file of a store should be: nothing that can be used. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile';

  constructor() {
    super('is not a file');
  }
}

/** Returns the value of a JSON text; undefined if it is malformed. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns indented JSON. */
export function prettyJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
