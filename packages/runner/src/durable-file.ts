/** Files and folders that survive a power failure, once the functions here have returned. */

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a file at `path` with `content`, and flushes it to the disk. Callers rename the file
 * afterwards: without the flush, a power failure could leave the new name without content.
 *
 * @throws if there is a file at `path`, and any other error of the file system
 */
export async function createDurableFile(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a file or folder, whose content is on the disk, another name. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Flushes the names in `folder` to the disk: without it, a power failure could undo a rename. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } catch (error) {
    // Some file systems cannot flush a folder, and need not.
    if (!UNSUPPORTED_CODES.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await opened.close();
  }
}

const UNSUPPORTED_CODES: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EBADF']);

/** Removes a file or folder after a failure, which a second failure must not hide. */
export async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {});
}
