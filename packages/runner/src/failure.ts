/**
 * What the user reads about an error that no command expects: where it is, what is wrong, and how
 * to fix it. An error of the operating system names its file; anything else is a bug of ours.
 *
 * A stack trace is printed only if `CACHETORRENT_DEBUG` is set.
 */

import { printable } from '@cachetorrent/std';

import { isSystemError, systemError } from './system-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The message about an error that was thrown. `what` is where it was thrown, if the error does not
 * name a file.
 */
export function failureText(error: unknown, env: Environment, what = 'the system'): string {
  const text = textOf(error, what);
  return isDebugging(env) ? `${text}\n${stackOf(error)}\n` : `${text}\n`;
}

/** The message of an error without its stack trace, for a sentence about it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of the cause of an error, or with `CACHETORRENT_DEBUG` its stack trace. */
export function causeOf(error: unknown, env: Environment): string {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return '';
  const { cause } = error;
  return isDebugging(env) ? stackOf(cause) : `${cause.name}: ${cause.message}`;
}

function textOf(error: unknown, what: string): string {
  if (isSystemError(error)) {
    const at = error.dest ?? error.path ?? what;
    return messageOf(systemError(error, { at, elsewhere: 'name another path' }));
  }
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_INIT_FAILED') {
    const fix = 'allow more open files, threads or memory (ulimit -a shows the limits)';
    return `threads: the system starts no more: ${messageOf(error)}\n  fix: ${fix}`;
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const fix = 'use smaller inputs, or more memory: NODE_OPTIONS=--max-old-space-size=8000';
    return `memory: the command needs more than it may use\n  fix: ${fix}`;
  }
  const fix = 'run the command with CACHETORRENT_DEBUG=1, and report what it prints';
  return `unexpected error: ${printable(messageOf(error))}\n  fix: this is a bug; ${fix}`;
}

function isDebugging(env: Environment): boolean {
  return Boolean(env['CACHETORRENT_DEBUG']);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
