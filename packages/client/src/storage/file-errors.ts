/** The errors of the file system, in the words of a user who can do something about them. */

import type { Stats } from 'node:fs';

import { ClientError, StorageFailure } from '../errors.ts';

interface Advice {
  readonly problem: string;
  readonly fix: string;
}

const DISK_FULL: Advice = {
  problem: 'the disk is full',
  fix: 'free some space and start again; the pieces on the disk are kept',
};
const TOO_MANY_OPEN: Advice = {
  problem: 'cannot be used: too many files are open',
  fix: 'close other programs, or raise the limit (ulimit -n)',
};
const NO_PERMISSION: Advice = {
  problem: 'cannot be used: no permission',
  fix: 'change its permissions, or choose another folder',
};
const IS_FOLDER: Advice = {
  problem: 'cannot be used: it is a folder',
  fix: 'move the folder, or choose another one',
};

const ADVICE: Readonly<Record<string, Advice>> = {
  ENOSPC: DISK_FULL,
  EDQUOT: { ...DISK_FULL, problem: 'the disk quota is used up' },
  EFBIG: { problem: 'would be larger than a file may be here', fix: 'choose another disk' },
  EMFILE: TOO_MANY_OPEN,
  ENFILE: TOO_MANY_OPEN,
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  ENOENT: { problem: 'does not exist', fix: 'check the path' },
  EROFS: { problem: 'cannot be used: the disk is read-only', fix: 'choose another folder' },
  EISDIR: IS_FOLDER,
  EEXIST: {
    problem: 'cannot be used: something is there',
    fix: 'move it, or choose another folder',
  },
  ENOTDIR: {
    problem: 'cannot be used: it would be in a file, not in a folder',
    fix: 'move the file that has the name of the folder, or choose another folder',
  },
  ENAMETOOLONG: {
    problem: 'cannot be used: the path is too long',
    fix: 'choose a folder with a shorter path',
  },
  ELOOP: { problem: 'cannot be used: symbolic links lead in a circle', fix: 'remove the links' },
  EIO: {
    problem: 'cannot be used: the disk reports an error',
    fix: 'check the disk, or choose another one',
  },
};

/** The errors that are nobody's mistake. */
const FAILURES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO']);

/**
 * Returns the error to throw for an error of the file system at a path that the user has given:
 * what is wrong with the path, or with the disk. Other errors are returned as they are.
 */
export function fileError(path: string, error: unknown, fix?: string): Error {
  const advice = adviceFor(error);
  if (advice === undefined) return error as Error;
  if (FAILURES.has((error as NodeJS.ErrnoException).code!)) return storageFailure(path, error);
  return new ClientError({ at: path, ...advice, ...(fix === undefined ? {} : { fix }) }, error);
}

/** Returns the StorageFailure for an error of the file system; other errors as they are. */
export function storageFailure(path: string, error: unknown): Error {
  const advice = adviceFor(error);
  return advice === undefined
    ? (error as Error)
    : new StorageFailure({ at: path, ...advice }, error);
}

/** Returns the StorageFailure for something at `path` that is not a file: a folder, a pipe. */
export function notAFile(path: string, isFolder: boolean): StorageFailure {
  const problem = isFolder ? IS_FOLDER.problem : 'cannot be used: it is not a regular file';
  return new StorageFailure({ at: path, problem, fix: 'move it, or choose another folder' });
}

/** Whether something can hold the bytes of a file. Reading a pipe might never end. */
export function isContentFile(stats: Stats): boolean {
  return stats.isFile() || stats.isCharacterDevice();
}

/** Turns the error that nothing is at a path into undefined. */
export function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** Returns undefined for an error that does not come from the file system. */
function adviceFor(error: unknown): Advice | undefined {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  return (
    ADVICE[code] ?? { problem: `cannot be used (${message})`, fix: 'choose another file or folder' }
  );
}
