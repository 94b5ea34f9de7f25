/**
 * A folder of results, written all at once: its files are made in a folder beside it, which then
 * takes its name. Whoever looks sees the earlier results, or these, but never a part.
 *
 * It replaces an earlier folder of results as a whole, so it must not hold anything else.
 */

import { access, constants, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

import { UserError } from '../user-error.ts';
import { createDurableFile } from '../durable-file.ts';

/** What a folder of results may hold. */
const RESULT_FILES: ReadonlySet<string> = new Set([
  'run.json',
  'peers.csv',
  'traffic.csv',
  'cdf.csv',
  'timeline.csv',
]);

/**
 * Whether results can go into `folder`, before a run has taken its time to make them. Writes
 * nothing.
 *
 * @throws UserMistake where they cannot
 */
export async function checkResultFolder(folder: string): Promise<void> {
  const at = `--out ${folder}`;
  const held = await entriesOf(folder);
  if (held === 'a file') {
    throw new UserError({ at, problem: 'is a file', fix: 'name a folder that may be made' });
  }
  const strange = held.find((name) => !RESULT_FILES.has(name));
  if (strange !== undefined) {
    const problem = `holds "${strange}", which is no result, and would be lost`;
    throw new UserError({ at, problem, fix: 'name a new folder, or an empty one' });
  }
  const target = await resolveLinks(folder);
  if (`${process.cwd()}${sep}`.startsWith(`${target}${sep}`)) {
    const problem = 'is where you are, and would be replaced';
    throw new UserError({ at, problem, fix: 'name a new folder in it' });
  }
  const parent = await nearestExisting(dirname(target));
  try {
    await access(parent, constants.W_OK | constants.X_OK);
  } catch {
    const problem = `cannot be made, as ${parent} may not be written to by you`;
    throw new UserError({ at, problem, fix: 'name a folder elsewhere' });
  }
}

/** Makes `files`, by name, the content of `folder`. Either all of it happens, or nothing. */
export async function writeResultFolder(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const target = await resolveLinks(folder);
  const beside = (what: string) =>
    join(dirname(target), `.${basename(target)}.${process.pid}.${what}`);
  const made = beside('new');
  const replaced = beside('old');
  await mkdir(dirname(target), { recursive: true });
  await mkdir(made);
  try {
    for (const [name, text] of Object.entries(files))
      await createDurableFile(join(made, name), text);
    await replaceFolder(made, target, replaced);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  await rm(replaced, { recursive: true, force: true });
}

/** `made` becomes `target`; what that was becomes `replaced`. */
async function replaceFolder(made: string, target: string, replaced: string): Promise<void> {
  const isReplaced = (await entriesOf(target)).length > 0;
  if (isReplaced) await rename(target, replaced);
  try {
    await rename(made, target);
  } catch (error) {
    if (isReplaced) await rename(replaced, target);
    throw error;
  }
}

async function entriesOf(folder: string): Promise<readonly string[] | 'a file'> {
  try {
    return await readdir(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? 'a file' : [];
  }
}

/** Behind all links, if there is such a folder. */
async function resolveLinks(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return resolve(folder);
  }
}

/** `folder`, or the nearest above it that there is. */
async function nearestExisting(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : nearestExisting(above);
  }
}
