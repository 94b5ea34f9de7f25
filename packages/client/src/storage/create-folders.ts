/** Creates a folder and its parents. */

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates the folder at `path`, and its parents, unless it exists. The option `recursive` of Node
 * hides what is in the way, and never ends where nothing can be created, as in /proc.
 */
export async function createFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await createFolders(dirname(path));
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      // Another file of the torrent may have needed the folder, too.
      if (again.code !== 'EEXIST') throw again;
    });
  }
}
