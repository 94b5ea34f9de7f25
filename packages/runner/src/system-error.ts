/**
 * Errors of the operating system and of SQLite in the words of a user: a full disk, a missing
 * permission, a folder where a file is needed.
 */

import { UserError } from './user-error.ts';

/** What a command was reading or writing. */
export interface Place {
  /** Its name for the user: "store results", "--out report.html". */
  readonly at: string;
  /** What to do if it can be mended (default: "run the same command again"). */
  readonly again?: string;
  /** What to do if it cannot: "name another store with --store". */
  readonly elsewhere: string;
}

/** Returns a `UserError` about `place` for an error of the system; returns others unchanged. */
export function systemError(error: unknown, place: Place): unknown {
  if (!isSystemError(error)) return error;
  if (error.syscall === 'uv_cwd') {
    const fix = 'change to a folder that exists';
    return new UserError({ at: 'the current folder', problem: 'does not exist any more', fix });
  }
  const { again = 'run the same command again' } = place;
  const { code = '', path, dest } = error;
  const name = code === SQLITE ? `sqlite ${sqliteCodeOf(error)}` : code;
  const [problem, fixOf, isAboutFile] = TEXTS[name] ?? [`fails: ${error.message}`, checked];
  const file = dest ?? path;
  const where = isAboutFile === true && file !== undefined && file !== place.at ? ` (${file})` : '';
  return new UserError({
    at: place.at,
    problem: `${problem}${where}`,
    fix: fixOf({ ...place, again }),
  });
}

/** The fields that Node adds to errors of the file system. */
interface SystemFailure extends NodeJS.ErrnoException {
  readonly dest?: string;
}

/** Whether an operation on files or on a database has failed; not one of a socket or a program. */
export function isSystemError(error: unknown): error is SystemFailure {
  if (!(error instanceof Error)) return false;
  const { code, errno, syscall } = error as SystemFailure;
  if (code === SQLITE) return true;
  const isOfFiles = typeof errno === 'number' && syscall !== undefined;
  return isOfFiles && !/^(spawn|connect|listen|bind|getaddrinfo)/.test(syscall);
}

/** Returns the primary code of a SQLite error, the low byte of its code; 0 for other errors. */
export function sqliteCodeOf(error: unknown): number {
  const { code, errcode = 0 } = error as { readonly code?: string; readonly errcode?: number };
  return code === SQLITE ? errcode & 255 : 0;
}

/** Ignores a failure such as a full disk or a lock, but no bug. */
export function ignoreSystemErrors(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

const SQLITE = 'ERR_SQLITE_ERROR';

type Text = readonly [problem: string, fix: (place: Required<Place>) => string, isAboutFile?: true];

const checked = ({ again }: Required<Place>) =>
  `correct what the operating system reports, and ${again}`;
const elsewhere = (place: Place) => place.elsewhere;
const freed = ({ again }: Required<Place>) => `free some space and ${again}`;
const permitted = (place: Place) => `change its permissions, or ${place.elsewhere}`;
const repaired = ({ again }: Required<Place>) => `check the disk and its connection, and ${again}`;

const FULL: Text = ['is on a full disk', freed];
const FAILING: Text = ['is on a disk that reports an input/output error', repaired, true];

const TEXTS: Readonly<Record<string, Text>> = {
  ENOSPC: FULL,
  EDQUOT: ['exceeds your disk quota', freed],
  EFBIG: ['has a file that exceeds the maximum file size', freed, true],
  EACCES: ['is not accessible for you', permitted, true],
  EPERM: ['is not accessible for you', permitted, true],
  EROFS: ['is on a read-only disk', permitted],
  ENOTDIR: ['has a file where a folder is needed', elsewhere, true],
  EEXIST: ['has a file where a folder is needed', elsewhere, true],
  EISDIR: ['has a folder where a file is needed', elsewhere, true],
  ENOENT: [
    'needs a file or folder that does not exist',
    ({ again }) => `check the path, and ${again}`,
    true,
  ],
  ENXIO: ['is a pipe or a device that nothing answers', elsewhere, true],
  EBUSY: ['is in use by another program', ({ again }) => `end that program, and ${again}`, true],
  ENOMEM: ['needs more memory than there is', ({ again }) => `end other programs, and ${again}`],
  ENAMETOOLONG: ['has too long a name', elsewhere, true],
  ELOOP: ['has a symbolic link that leads to itself', elsewhere, true],
  EIO: FAILING,
  EMFILE: [
    'needs more open files than this process may have',
    ({ again }) => `raise the limit (ulimit -n), and ${again}`,
  ],
  ENFILE: [
    'needs more open files than this machine allows',
    ({ again }) => `end other programs, and ${again}`,
  ],
  'sqlite 5': [
    'is locked by another process',
    ({ again }) => `wait for that process to end, and ${again}`,
  ],
  'sqlite 8': ['is not writable for you', permitted],
  'sqlite 10': FAILING,
  'sqlite 13': FULL,
  'sqlite 14': ['has a ledger that cannot be opened', permitted],
};
