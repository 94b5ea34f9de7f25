/** Writing a new file so that it is on the disk, and not only on its way there. */

import { open } from 'node:fs/promises';

/**
 * Writes `text` to a new file at `path`. On the disk before it gets its final name: otherwise a
 * power cut could leave a name without text.
 *
 * @throws where there is a file at `path`, and what else the file system throws
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
