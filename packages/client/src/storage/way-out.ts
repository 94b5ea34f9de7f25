/**
 * Keeps what is written inside the folder that the user named, also where a symbolic link lies in
 * the way: a torrent must not get through a link, whoever put it there, to what the link points at.
 */

import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * The first link on the way from `folder` down `path` that leads out of the folder, or nowhere;
 * undefined where there is none. What is not there yet is no way out.
 */
export async function wayOut(folder: string, path: readonly string[]): Promise<string | undefined> {
  let at = folder;
  for (const part of path) {
    at = join(at, part);
    const found = await lstat(at).catch(() => undefined);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink() && !(await isWithin(folder, at))) return at;
  }
  return undefined;
}

async function isWithin(folder: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined) return false;
  const way = relative(await realpath(folder), target);
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}
