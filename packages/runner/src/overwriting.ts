/** No command overwrites what exists, unless the user says so with `--force`. */

import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

import { systemError } from './system-error.ts';
import { UserError } from './user-error.ts';

/**
 * Checks that nothing is lost if a command writes to `path`. A pipe or a device, such as
 * `/dev/null`, holds nothing. `at` is the name of `path` in messages.
 *
 * @throws UserError if a file or a folder exists at `path`
 */
export async function refuseExisting(path: string, at: string): Promise<void> {
  const found = await statOf(path, at);
  if (found === undefined || !(found.isFile() || found.isDirectory())) return;
  const fix = 'name another path, or overwrite it with --force';
  throw new UserError({ at, problem: 'exists already', fix });
}

/**
 * The same for a file that is replaced as a whole, which would destroy a device or a pipe, too.
 *
 * @throws UserError if something else than a file exists at `path`, or a file without `force`
 */
export async function checkReplaceable(path: string, at: string, force: boolean): Promise<void> {
  if (!force) await refuseExisting(path, at);
  const found = await statOf(path, at);
  if (found === undefined || found.isFile()) return;
  const problem = `is ${found.isDirectory() ? 'a folder' : 'a device or a pipe'}`;
  throw new UserError({ at, problem, fix: 'name a file' });
}

/** Whether two paths lead to the same file, by links too. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = [await statOf(a, a), await statOf(b, b)];
  if (first === undefined || second === undefined) return false;
  return first.dev === second.dev && first.ino === second.ino;
}

/** Undefined if nothing exists at `path`. */
async function statOf(path: string, at: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw systemError(error, { at, elsewhere: 'name another path' });
  }
}
