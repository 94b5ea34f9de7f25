/** Checks that files can be created in a folder, before the work on their content begins. */

import type { Stats } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ClientError } from '../errors.ts';
import { fileError, ignoreMissing } from './file-errors.ts';

const FIX = 'choose another place (--out)';

/**
 * Checks an absolute path of a folder that exists or, with `create`, could be created.
 *
 * @throws ClientError if no files can be created there.
 */
export async function checkWritableFolder(
  folder: string,
  { create }: { readonly create: boolean },
): Promise<void> {
  const stats = await statOf(folder);
  const parent = dirname(folder);
  if (stats === undefined && create && parent !== folder) {
    return checkWritableFolder(parent, { create });
  }
  const fail = (problem: string): never => {
    throw new ClientError({ at: folder, problem, fix: FIX });
  };
  if (stats === undefined) return fail('does not exist');
  if (!stats.isDirectory()) fail('is not a folder');
  await access(folder, constants.W_OK | constants.X_OK).catch(() => fail('cannot be written to'));
}

/** @throws ClientError if something other than a file is at `path`. Returns whether a file is. */
export async function checkReplaceable(path: string): Promise<boolean> {
  const stats = await statOf(path);
  if (stats !== undefined && !stats.isFile()) {
    throw new ClientError({ at: path, problem: 'exists, and is not a file', fix: FIX });
  }
  return stats !== undefined;
}

/** Returns undefined if nothing is at `path`. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path).catch(ignoreMissing);
  } catch (error) {
    throw fileError(path, error);
  }
}
