/**
 * A file with what all nodes said to one another, as JSON Lines:
 *
 *     {"ms":2210.5,"from":17,"to":3,"kind":"have","piece":40}
 *
 * `ms` is the simulated time at which it was sent, `from` and `to` are peer ids (0 is the
 * tracker), and `piece` is there where the message speaks of one. It is written as the run goes
 * on, so a run that is stopped leaves what was said until then.
 */

import { access, constants, type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';

import { MESSAGE_KINDS } from '@cachetorrent/protocol';
import type { LoggedMessages } from '@cachetorrent/simulator';

import { UserError } from '../user-error.ts';

/**
 * Whether a log can be written to `path`, before a run has begun. Writes nothing.
 *
 * @throws UserMistake where it cannot
 */
export async function checkLogFile(path: string, out: string | undefined): Promise<void> {
  const at = `--log ${path}`;
  const target = resolve(path);
  if (out !== undefined && `${target}${sep}`.startsWith(`${resolve(out)}${sep}`)) {
    const problem = 'is in the folder of results, which is written as a whole';
    throw new UserError({ at, problem, fix: 'name a file elsewhere' });
  }
  const there = await stat(target).catch(() => undefined);
  if (there?.isDirectory() === true) {
    throw new UserError({ at, problem: 'is a folder', fix: 'name a file in it' });
  }
  const folder = dirname(target);
  if (there === undefined && (await stat(folder).catch(() => undefined)) === undefined) {
    const problem = `cannot be made, as there is no folder ${folder}`;
    throw new UserError({ at, problem, fix: 'make the folder first' });
  }
  try {
    if (there !== undefined) await access(target, constants.W_OK);
    else await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    const problem = 'may not be written to by you';
    throw new UserError({ at, problem, fix: 'name a file elsewhere' });
  }
}

/** The file is made, or emptied, when there is something to write. */
export class LogFile {
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when `messages` are written. */
  async write(messages: LoggedMessages): Promise<void> {
    try {
      this.#file ??= await open(this.#path, 'w');
      await this.#file.writeFile(linesOf(messages));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`the log could not be written to ${this.#path}: ${reason}`, { cause: error });
    }
  }

  /** All has been written, be it nothing. */
  async end(): Promise<void> {
    this.#file ??= await open(this.#path, 'w');
    await this.close();
  }

  /** Leaves what there is. */
  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function linesOf(messages: LoggedMessages): string {
  let lines = '';
  for (let i = 0; i < messages.count; i++) {
    const piece = messages.piece(i);
    const ends = `"ms":${messages.atMs(i)},"from":${messages.from(i)},"to":${messages.to(i)}`;
    const ofPiece = piece < 0 ? '' : `,"piece":${piece}`;
    lines += `{${ends},"kind":"${MESSAGE_KINDS[messages.kind(i)]}"${ofPiece}}\n`;
  }
  return lines;
}
