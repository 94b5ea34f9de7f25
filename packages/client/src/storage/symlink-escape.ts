/**
 * Prevents writing through symbolic links that lead out of the folder that the user has named: a
 * torrent must not change files elsewhere, also if the link was there before.
 */

import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * Returns the first link on `path` below `folder` that leads out of the folder, or whose target
 * does not exist; undefined if there is none. Files that do not exist yet are safe.
 */
export async function findSymlinkEscape(
  folder: string,
  path: readonly string[],
): Promise<string | undefined> {
  let current = folder;
  for (const part of path) {
    current = join(current, part);
    const stats = await lstat(current).catch(() => undefined);
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink() && !(await staysWithin(folder, current))) return current;
  }
  return undefined;
}

async function staysWithin(folder: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined) return false;
  const relativePath = relative(await realpath(folder), target);
  return !isAbsolute(relativePath) && relativePath.split(sep)[0] !== '..';
}
