/** New files whose content survives a power failure. */

import { open } from 'node:fs/promises';

/**
 * Creates a file at `path` with `text` as its content, and flushes it to the disk. Callers rename
 * the file afterwards: without the flush, a power failure could leave the new name without content.
 *
 * @throws if there is a file at `path`, and any other error of the file system
 */
export async function createDurableFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
