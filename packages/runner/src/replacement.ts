/**
 * Files and folders that take the place of earlier ones. They are written beside their place, and
 * then renamed; so they are complete or absent, and the earlier ones stay until then.
 *
 *     report.html               the page
 *     .report.html.1234.new     the page while process 1234 writes it
 *     .results.1234.old         an earlier folder that process 1234 is replacing
 *
 * What a process leaves behind that was killed, the next one removes.
 */

import { constants, renameSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { createFolders } from './campaign/store/files.ts';
import { createDurableFile, removeQuietly, renameDurably, syncFolder } from './durable-file.ts';
import { isRunning } from './process.ts';

/** Returns the path under which this process writes `target` until it is complete. */
export function unfinishedPath(target: string): string {
  return sibling(target, 'new');
}

/** Creates or replaces the file at `target`. */
export async function replaceFile(target: string, content: string | Uint8Array): Promise<void> {
  await removeLeftovers(target);
  const unfinished = unfinishedPath(target);
  try {
    await createDurableFile(unfinished, content);
    await renameDurably(unfinished, target);
  } catch (error) {
    await removeQuietly(unfinished);
    throw error;
  }
}

/**
 * Creates a folder at `target` with `files`, contents by name; replaces an earlier folder. Of that,
 * the files stay that `kept` names.
 */
export async function replaceFolder(
  target: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  kept: readonly string[] = [],
): Promise<void> {
  await removeLeftovers(target);
  await createFolders(dirname(target));
  const unfinished = unfinishedPath(target);
  try {
    await mkdir(unfinished);
    for (const [name, content] of Object.entries(files))
      await createDurableFile(join(unfinished, name), content);
    for (const name of kept) await keepFile(join(target, name), join(unfinished, name));
    await syncFolder(unfinished);
    exchange(unfinished, target, sibling(target, 'old'));
    await syncFolder(dirname(target));
  } catch (error) {
    await removeQuietly(unfinished);
    throw error;
  }
  await removeQuietly(sibling(target, 'old'));
}

/** Gives a file a second name; on a file system without such names, copies it. */
async function keepFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

/**
 * Renames `created` to `target`, and an earlier `target` with content to `earlier`. Node cannot
 * exchange two folders in one call, so a kill between the two calls leaves `target` absent; then
 * `removeLeftovers` puts the earlier folder back.
 */
function exchange(created: string, target: string, earlier: string): void {
  try {
    renameSync(created, target);
    return;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
  renameSync(target, earlier);
  try {
    renameSync(created, target);
  } catch (error) {
    renameSync(earlier, target);
    throw error;
  }
}

/**
 * Removes what processes that were killed have left beside `target`. If one was killed while it
 * replaced a folder, puts the earlier folder back.
 */
export async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const [, pid, kind] = /^(\d+)\.(new|old)$/.exec(name.slice(prefix.length)) ?? [];
    if (pid === undefined || isOther(Number(pid))) continue;
    const leftover = join(folder, name);
    const isAbsent = (await stat(target).catch(() => undefined)) === undefined;
    if (kind === 'old' && isAbsent) await rename(leftover, target);
    else await rm(leftover, { recursive: true, force: true });
  }
}

function sibling(target: string, kind: 'new' | 'old'): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.${kind}`);
}

/** Whether another process has this id; one that had ours before has ended. */
function isOther(pid: number): boolean {
  return pid !== process.pid && isRunning(pid);
}
