/**
 * A log of all messages between nodes, as JSON Lines:
 *
 *     {"ms":2210.5,"from":17,"to":3,"kind":"have","piece":40}
 *     {"ms":2213,"from":3,"to":17,"kind":"request","piece":40,"block":8,"blocks":2}
 *
 * `ms` is the simulated time at which the message was sent, `from` and `to` are peer ids (0 is the
 * tracker), and `piece` is present if the message names one. A line for blocks stands for as many
 * messages as `blocks` says: one for each block of the piece from `block` on. A line of kind
 * `piece` has the time at which the last of them was sent. The log is written during the run, so a
 * run that is stopped leaves the messages up to then.
 */

import { access, constants, type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';

import { MESSAGE_KINDS, type MessageKind } from '@cachetorrent/protocol';
import type { LoggedMessages } from '@cachetorrent/simulator';
import { InvalidArgumentError } from 'commander';

import { isSameFile, refuseExisting } from '../overwriting.ts';
import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/** What `checkLogFile` needs to know about the run. */
export interface LogFileOptions {
  /** The configuration file. */
  readonly config?: string;
  /** The folder of the results. */
  readonly out?: string;
  /** Whether an existing file is overwritten. */
  readonly force?: boolean;
}

/**
 * The kinds of messages that `text` names, as `have,request`.
 *
 * @throws InvalidArgumentError if there is no such kind
 */
export function messageKindsOf(text: string): readonly MessageKind[] {
  return text.split(',').map((name) => {
    const kind = MESSAGE_KINDS.find((known) => known === name.trim());
    if (kind !== undefined) return kind;
    throw new InvalidArgumentError(
      `Unknown kind "${name.trim()}". The kinds are ${MESSAGE_KINDS.join(',')}.`,
    );
  });
}

/**
 * Checks that a log can be written to `path`, before a run starts. Writes nothing.
 *
 * @throws UserError if it cannot
 */
export async function checkLogFile(
  path: string,
  { config, out, force = false }: LogFileOptions = {},
): Promise<void> {
  const at = `--log ${path}`;
  const target = resolve(path);
  if (out !== undefined && `${target}${sep}`.startsWith(`${resolve(out)}${sep}`)) {
    const problem = 'is in the folder of --out, which is replaced as a whole';
    throw new UserError({ at, problem, fix: 'choose a file elsewhere' });
  }
  const existing = await stat(target).catch(() => undefined);
  if (existing?.isDirectory() === true) {
    throw new UserError({ at, problem: 'is a folder', fix: 'choose a file in it' });
  }
  if (config !== undefined && (await isSameFile(target, config))) {
    const problem = 'is the configuration file, which would be lost';
    throw new UserError({ at, problem, fix: 'choose a file elsewhere' });
  }
  if (!force) await refuseExisting(target, at);
  const folder = dirname(target);
  if (existing === undefined && (await stat(folder).catch(() => undefined)) === undefined) {
    const problem = `cannot be created: there is no folder ${folder}`;
    throw new UserError({ at, problem, fix: 'create the folder first' });
  }
  try {
    if (existing !== undefined) await access(target, constants.W_OK);
    else await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    const problem = 'cannot be written: no permission';
    throw new UserError({ at, problem, fix: 'choose a file elsewhere' });
  }
}

/** The file of a log. It is created, or emptied, by the first write. */
export class LogFile {
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends `messages`. Returns how many bytes they take. */
  async write(messages: LoggedMessages): Promise<number> {
    try {
      this.#file ??= await open(this.#path, 'w');
      const lines = Buffer.from(linesOf(messages));
      await this.#file.writeFile(lines);
      return lines.length;
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** Closes the file after the last write; creates an empty file if there was none. */
  async end(): Promise<void> {
    try {
      this.#file ??= await open(this.#path, 'w');
      await this.close();
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  #errorOf(error: unknown): unknown {
    const elsewhere = 'choose another file with --log';
    return systemError(error, { at: `--log ${this.#path}`, elsewhere });
  }

  /** Closes the file, if it is open. */
  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function linesOf(messages: LoggedMessages): string {
  let lines = '';
  for (let i = 0; i < messages.count; i++) {
    const piece = messages.piece(i);
    const message = `"ms":${messages.atMs(i)},"from":${messages.from(i)},"to":${messages.to(i)}`;
    const pieceField = piece < 0 ? '' : `,"piece":${piece}`;
    const blocks = messages.blocks(i);
    const blockFields = blocks === 0 ? '' : `,"block":${messages.block(i)},"blocks":${blocks}`;
    lines += `{${message},"kind":"${messages.kind(i)}"${pieceField}${blockFields}}\n`;
  }
  return lines;
}
