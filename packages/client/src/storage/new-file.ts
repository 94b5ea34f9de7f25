/**
 * Writes a file as a whole: first beside its place, then on the disk, then with its name. So nobody
 * sees a part of it under its name, also after a power cut.
 */

import { link, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { fileError } from './file-errors.ts';
import { statOf } from './writable-folder.ts';

/** The name before it is complete, with the process id; hidden, so that no torrent has it. */
const DRAFT = '.torrent.new-';

/**
 * Writes a file, and removes what an interrupted call for the same path has left behind.
 *
 * @throws ClientError if it cannot be written, or exists and may not be replaced.
 */
export async function writeNewFile(
  path: string,
  bytes: Uint8Array,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  // A symbolic link stays, and the file that it leads to is replaced.
  const target = await realpath(path).catch(() => resolve(path));
  const folder = dirname(target);
  const draft = join(folder, `${DRAFT}${process.pid}`);
  try {
    await removeLeftovers(folder);
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(draft, target);
    else await giveName(draft, target);
  } catch (error) {
    throw fileError(path, error, 'choose another place (--out)');
  } finally {
    await rm(draft, { force: true });
  }
}

/** A link fails if there is a file, while `rename` would replace it. */
async function giveName(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target);
  } catch (error) {
    // Some file systems have no links.
    if ((await statOf(target)) !== undefined) throw error;
    await rename(draft, target);
  }
}

/** Removes the drafts of processes that have ended; also of one that had our process id. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(DRAFT)) continue;
    const pid = Number(name.slice(DRAFT.length));
    if (pid === process.pid || !isRunning(pid)) await rm(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
