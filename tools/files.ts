/** Paths in the repository, from any current folder, and temporary folders. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The absolute path of `path`, which is relative to the root of the repository. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** The path of an example configuration, by its name. */
export function configFile(name: string): string {
  return inRepository(`examples/configs/${name}.json`);
}

/** Calls `use` with a new folder, and removes the folder when it returns or throws. */
export async function withTemporaryFolder<Result>(
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
