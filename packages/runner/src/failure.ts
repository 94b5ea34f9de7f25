/**
 * What the user reads about an error that no command expects: where it is, what is wrong, and how
 * to fix it. An error of the operating system names its file; anything else is a bug of ours.
 *
 * A stack trace is printed only if `CACHETORRENT_DEBUG` is set.
 */

import { getSystemErrorMessage } from 'node:util';

import { printable } from '@cachetorrent/std';

import { UserError } from './user-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The problem and the fix of an error of the operating system. */
export interface SystemProblem {
  readonly problem: string;
  readonly fix: string;
}

/**
 * The machine failed the command at a place that it can name: a full disk, a file that has become
 * unreadable. The exit code is 1, as what the user wrote is correct.
 */
export class SystemFailure extends Error {
  override readonly name = 'SystemFailure';

  /** `at` is the option or the file, as the user knows it. */
  constructor(at: string, error: unknown) {
    super(textOf(error, at, at), { cause: error });
  }
}

/**
 * What to throw if the output at `at` cannot be written: a mistake of the user if another path
 * would do, else a failure of the machine. An error of another kind stays as it is.
 */
export function outputError(error: unknown, at: string): unknown {
  const system = systemProblem(error);
  if (system === undefined) return error;
  const isMistake = MISTAKES.has((error as NodeJS.ErrnoException).code!);
  return isMistake ? new UserError({ at, ...system }) : new SystemFailure(at, error);
}

const MISTAKES: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOTEMPTY',
  'ENAMETOOLONG',
  'ELOOP',
  'EINVAL',
  'ENXIO',
]);

/**
 * The message about an error that was thrown. `what` is where it was thrown, if the error does not
 * name a file.
 */
export function failureText(error: unknown, env: Environment, what = 'the system'): string {
  const text = textOf(error, what);
  if (!env['CACHETORRENT_DEBUG']) return `${text}\n`;
  return `${text}\n${stackOf(error)}\n`;
}

/** The message of an error without its stack trace, for a sentence about it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The messages of the causes of an error, or with `CACHETORRENT_DEBUG` their stack traces. */
export function causeOf(error: unknown, env: Environment): string {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return '';
  const { cause } = error;
  return env['CACHETORRENT_DEBUG'] ? stackOf(cause) : `${cause.name}: ${cause.message}`;
}

/** `named` is the name of the file that the user knows, if it is another than that of `error`. */
function textOf(error: unknown, what: string, named?: string): string {
  const system = systemProblem(error);
  if (system !== undefined) {
    const { path, dest, syscall } = error as NodeJS.ErrnoException & { readonly dest?: string };
    const at = syscall === 'uv_cwd' ? 'the current folder' : (named ?? dest ?? path ?? what);
    return `${printable(at)}: ${system.problem}\n  fix: ${system.fix}`;
  }
  const { code } = error as { readonly code?: string };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const fix = 'use smaller inputs, or more memory: NODE_OPTIONS=--max-old-space-size=8000';
    return `memory: the command needs more than it may use\n  fix: ${fix}`;
  }
  const fix = 'run the command with CACHETORRENT_DEBUG=1, and report what it prints';
  return `unexpected error: ${printable(messageOf(error))}\n  fix: this is a bug; ${fix}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The problem and the fix if `error` comes from the operating system. */
export function systemProblem(error: unknown): SystemProblem | undefined {
  const { code, errno, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return { problem: 'does not exist any more', fix: 'change to a folder that exists: cd ~' };
  }
  if (code === undefined || errno === undefined || syscall === undefined) return undefined;
  const known = SYSTEM_PROBLEMS[code];
  if (known !== undefined) return { problem: known[0], fix: known[1] };
  const fix = 'remove the cause, and run the same command again';
  return { problem: `${syscall} failed: ${systemMessage(errno, code)}`, fix };
}

function systemMessage(errno: number, code: string): string {
  try {
    return getSystemErrorMessage(errno) ?? code;
  } catch {
    return code;
  }
}

const SPACE = 'free some space, and run the same command again';
const PERMISSION = 'change its permissions, or name another path';
const OTHER_PATH = 'name another path';

const SYSTEM_PROBLEMS: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  EACCES: ['permission denied', PERMISSION],
  EPERM: ['permission denied', PERMISSION],
  EROFS: ['is on a read-only disk', OTHER_PATH],
  ENOSPC: ['cannot be written: the disk is full', SPACE],
  EDQUOT: ['cannot be written: your disk quota is exceeded', SPACE],
  EFBIG: ['would exceed the maximum file size', SPACE],
  EIO: ['the disk or terminal reports an input/output error', 'check it, and try again'],
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENOTDIR: ['has a file where a folder is needed', OTHER_PATH],
  EISDIR: ['is a folder', 'name a file'],
  EEXIST: ['exists already', OTHER_PATH],
  ENOTEMPTY: ['is a folder that is not empty', OTHER_PATH],
  ENAMETOOLONG: ['has a name that is too long', 'choose a shorter one'],
  ELOOP: ['is a symbolic link that leads to itself', 'remove the link'],
  EXDEV: ['is on another disk', 'name a path on the same disk'],
  EBUSY: ['is in use by another program', 'end that program, and try again'],
  EMFILE: ['too many files are open', 'raise the limit, such as: ulimit -n 4096'],
  ENFILE: ['too many files are open on this machine', 'end other programs, and try again'],
  ENOMEM: ['the machine is out of memory', 'end other programs, and try again'],
  EAGAIN: ['the system has no room for another thread or process', 'end other programs'],
  ENXIO: ['is a pipe or device that nothing answers', 'name a regular file'],
  EINVAL: ['cannot be used for this', 'name a regular file'],
  ENOTSUP: ['its disk does not support this', 'name a path on another disk'],
};
