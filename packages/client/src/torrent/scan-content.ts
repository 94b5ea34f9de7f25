/**
 * Lists the files that a new torrent is made of: one file, or a folder with all that is in it.
 * Hidden files, and those that only an operating system needs (`Thumbs.db`), are left out.
 */

import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isJunk } from 'junk';

import { ClientError } from '../errors.ts';
import { fileError } from '../storage/file-errors.ts';
import { safeName } from './safe-path.ts';

/** A file of the content. */
export interface ContentFile {
  /** Where it is on the disk. */
  readonly location: string;
  /** The folders and the name, without the name of the torrent; empty if it is the only file. */
  readonly path: readonly string[];
  readonly bytes: number;
}

/** The files that a new torrent is made of. */
export interface Content {
  /** The path that the user has given. */
  readonly at: string;
  /** The name of the file or folder. */
  readonly name: string;
  readonly isFolder: boolean;
  /** The files in the order of their bytes in the torrent: sorted by name, folder by folder. */
  readonly files: readonly ContentFile[];
  /** What is in the folder and not in the torrent, relative to the folder. */
  readonly leftOut: readonly string[];
}

/**
 * Lists the content at `path`.
 *
 * @throws ClientError if there is none, or a torrent of it could not be downloaded.
 * @throws the reason of `signal` when that is aborted.
 */
export async function scanContent(path: string, signal?: AbortSignal): Promise<Content> {
  const location = resolve(path);
  const name = basename(location);
  // An empty path would be the current folder, and comes from a variable that is not set.
  const stats = path === '' ? undefined : await statOf(location);
  if (stats === undefined) throw unusable(path, 'does not exist: cannot create a torrent from it');
  if (!stats.isFile() && !stats.isDirectory()) {
    throw unusable(path, 'is neither a file nor a folder');
  }
  if (name === '') throw unusable(path, 'has no name');
  checkName(path, name);
  const isFolder = stats.isDirectory();
  const scan: Scan = { files: [], leftOut: [], signal };
  if (isFolder) await scanFolder({ location, path: [], parents: new Set() }, scan);
  else scan.files.push({ location, path: [], bytes: stats.size });
  const { files, leftOut } = scan;
  if (!files.some(({ bytes }) => bytes > 0)) {
    const rest = leftOut.length > 0 ? ', except for files that are left out' : '';
    throw unusable(path, isFolder ? `has no content${rest}` : 'is an empty file');
  }
  return { at: path, name, isFolder, files, leftOut };
}

interface Scan {
  readonly files: ContentFile[];
  readonly leftOut: string[];
  readonly signal: AbortSignal | undefined;
}

interface Folder {
  readonly location: string;
  readonly path: readonly string[];
  /** The folder and those around it, without symbolic links: a link may lead back to one. */
  readonly parents: ReadonlySet<string>;
}

async function scanFolder({ location, path, parents }: Folder, scan: Scan): Promise<void> {
  const { entries, self } = await contentsOf(location);
  if (parents.has(self)) {
    scan.leftOut.push(path.join('/'));
    return;
  }
  for (const name of entries) {
    scan.signal?.throwIfAborted();
    const entry = { location: join(location, name), path: [...path, name] };
    if (!isHidden(name)) checkName(entry.location, name);
    const stats = isHidden(name) ? undefined : await statOf(entry.location);
    if (stats?.isDirectory() === true) {
      await scanFolder({ ...entry, parents: new Set([...parents, self]) }, scan);
    } else if (stats?.isFile() === true) {
      scan.files.push({ ...entry, bytes: stats.size });
    } else {
      scan.leftOut.push(entry.path.join('/'));
    }
  }
}

async function contentsOf(folder: string): Promise<{ entries: string[]; self: string }> {
  try {
    return { entries: (await readdir(folder)).sort(byBytes), self: await realpath(folder) };
  } catch (error) {
    throw fileError(folder, error);
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || isJunk(name);
}

/** The order does not depend on the language of the system. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Returns undefined if nothing is there, or a symbolic link that leads nowhere. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    throw fileError(path, error);
  }
}

/** @throws ClientError if `get` would have to change the name. */
function checkName(at: string, name: string): void {
  if (name.includes('\ufffd')) throw unusable(at, 'has a name that is not UTF-8', 'rename it');
  if (safeName(name, 'linux') === name) return;
  const problem = 'has a name that is unsafe on other computers (a line break, a separator)';
  throw unusable(at, problem, 'rename it');
}

function unusable(
  at: string,
  problem: string,
  fix = 'give the path of a file, or of a folder that contains files',
): ClientError {
  return new ClientError({ at, problem, fix });
}
