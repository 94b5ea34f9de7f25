/**
 * Writes a folder of results. A reader sees either the earlier results or the new ones, never a
 * mixture. The new folder replaces an earlier one as a whole, so that must not hold anything else.
 */

import { mkdir, readdir, readlink, realpath, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

import { removeLeftovers, replaceFolder } from '../replacement.ts';
import { type Place, systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/** The name of the recording of a run. */
export const RECORDING_FILE = 'recording.ctr';

/** The files that a folder of results may hold. */
export const RESULT_FILES: ReadonlySet<string> = new Set([
  'run.json',
  'peers.csv',
  'traffic.csv',
  'cdf.csv',
  'timeline.csv',
  'borders.csv',
  RECORDING_FILE,
]);

/**
 * Checks that results can be written to `folder`, before a run starts. Writes nothing, but puts
 * back earlier results if a process was killed while it replaced them. Earlier results are replaced
 * only with `force`.
 *
 * @throws UserError if they cannot
 */
export async function checkResultFolder(folder: string, force = false): Promise<void> {
  const at = `--out ${folder}`;
  await removeLeftovers(await resolveLinks(folder)).catch(() => {});
  const entries = await entriesOf(folder);
  if (entries === 'a file') {
    throw new UserError({ at, problem: 'is a file', fix: 'choose a folder' });
  }
  if (entries === 'a broken link') {
    const fix = 'create the folder that it names, or choose another';
    throw new UserError({ at, problem: 'is a symbolic link to nothing', fix });
  }
  const other = entries.find((name) => !RESULT_FILES.has(name));
  if (other !== undefined) {
    const problem = `holds "${other}", which is not a result and would be deleted`;
    throw new UserError({ at, problem, fix: 'choose a new or an empty folder' });
  }
  if (entries.length > 0 && !force) {
    const fix = 'name another folder, or replace them with --force';
    throw new UserError({ at, problem: 'holds earlier results', fix });
  }
  const target = await resolveLinks(folder);
  if (`${process.cwd()}${sep}`.startsWith(`${target}${sep}`)) {
    const problem = 'contains the current folder, and would be replaced';
    throw new UserError({ at, problem, fix: 'choose a new folder in it' });
  }
  const parent = await nearestExisting(dirname(target));
  // Permissions do not tell of a full disk, or of a folder that only looks like one (/proc).
  const trial = join(parent, `.${basename(target)}.${process.pid}.trial`);
  try {
    await mkdir(trial);
    await rmdir(trial);
  } catch (error) {
    throw systemError(error, placeOf(folder));
  }
}

/**
 * Replaces the content of `folder` by `files`, a map from names to text, and keeps the files that
 * `kept` names. All or nothing.
 *
 * @throws UserError if the file system does not allow it
 */
export async function writeResultFolder(
  folder: string,
  files: Readonly<Record<string, string>>,
  kept: readonly string[] = [],
): Promise<void> {
  try {
    await replaceFolder(await resolveLinks(folder), files, kept);
  } catch (error) {
    throw systemError(error, placeOf(folder));
  }
}

function placeOf(folder: string): Place {
  return { at: `--out ${folder}`, elsewhere: 'choose another folder' };
}

async function entriesOf(folder: string): Promise<readonly string[] | 'a file' | 'a broken link'> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return 'a file';
    const link = await readlink(folder).catch(() => undefined);
    return link === undefined ? [] : 'a broken link';
  }
}

/** The absolute path of `folder`, without symbolic links if the folder exists. */
async function resolveLinks(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return resolve(folder);
  }
}

/** `folder`, or its nearest ancestor that exists. */
async function nearestExisting(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
}
