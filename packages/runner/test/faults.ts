/**
 * Injects a fault: one call to the file system, or to SQLite, fails, as if a disk were full or
 * broken. Only calls of this thread that concern a given folder count.
 */

import fs from 'node:fs';
import fsPromises, { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** The faults that take turns. SQLite reports others: its disk is full, fails, or is damaged. */
const CODES = ['ENOSPC', 'EIO', 'EMFILE', 'EROFS', 'EACCES', 'EDQUOT'] as const;
const SQLITE_CODES = [13, 10, 11, 8, 14] as const;

const SYNC_CALLS = ['openSync', 'readFileSync', 'statSync', 'readdirSync', 'renameSync', 'rmSync'];
const CALLS = [
  'access',
  'mkdir',
  'open',
  'readFile',
  'readdir',
  'realpath',
  'rename',
  'rm',
  'stat',
];
const HANDLE_CALLS = ['writeFile', 'sync', 'close'];

type Call = (...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

/**
 * Calls `use` while the call with index `at`, from 0, fails. Returns which one it was; undefined if
 * there were not so many.
 */
export async function withFault(
  folder: string,
  at: number,
  use: () => Promise<void>,
): Promise<string | undefined> {
  let count = 0;
  let failed: string | undefined;
  const patched: (() => void)[] = [];
  const patch = (owner: object, names: readonly string[], replace: (call: Call) => Call) => {
    for (const name of names) {
      const calls = owner as Calls;
      const original = calls[name]!;
      calls[name] = Object.defineProperty(replace(original), 'name', { value: name });
      patched.push(() => (calls[name] = original));
    }
  };
  const isInFolder = ([path]: unknown[]) => typeof path === 'string' && path.startsWith(folder);
  /** Returns whether the present call is the one to fail. */
  const isNext = (name: string, path: unknown = ''): boolean => {
    if (count++ !== at) return false;
    failed = `call ${at}, ${name} ${path as string}`;
    return true;
  };
  const fileError = (name: string, path: unknown) => {
    const code = CODES[at % CODES.length]!;
    const errno = -constants.errno[code];
    return Object.assign(new Error(`${code}: injected, ${name}`), {
      code,
      errno,
      syscall: name,
      path,
    });
  };

  patch(fs, SYNC_CALLS, (call) => (...args) => {
    if (isInFolder(args) && isNext(call.name, args[0])) throw fileError(call.name, args[0]);
    return call(...args);
  });
  patch(fs, ['open'], (call) => (...args) => {
    if (!isInFolder(args) || !isNext(call.name, args[0])) return call(...args);
    return process.nextTick(args.at(-1) as Call, fileError(call.name, args[0]));
  });
  patch(fsPromises, CALLS, (call) => (...args) => {
    if (isInFolder(args) && isNext(call.name, args[0])) {
      return Promise.reject(fileError(call.name, args[0]));
    }
    return call(...args);
  });
  patch(await fileHandlePrototype(), HANDLE_CALLS, (call) => {
    return async function (this: FileHandle, ...args: unknown[]) {
      const isFaulty = isNext(call.name);
      // A failing call closes the file nevertheless. Tests need not survive a power failure.
      const isExecuted = call.name === 'close' || (call.name !== 'sync' && !isFaulty);
      if (isExecuted) await call.apply(this, args);
      if (isFaulty) throw fileError(call.name, undefined);
    };
  });
  const sqliteCall = (call: Call) =>
    function (this: unknown, ...args: unknown[]) {
      if (!isNext(`sqlite ${call.name}`, args[0])) return call.apply(this, args);
      const errcode = SQLITE_CODES[at % SQLITE_CODES.length];
      // A transaction that cannot be committed has been rolled back.
      if (args[0] === 'COMMIT') call.call(this, 'ROLLBACK');
      failed = `${failed}, code ${errcode}`;
      throw Object.assign(new Error('injected'), { code: 'ERR_SQLITE_ERROR', errcode });
    };
  patch(DatabaseSync.prototype, ['exec', 'prepare'], sqliteCall);
  patch(StatementSync.prototype, ['run', 'get', 'all'], sqliteCall);
  syncBuiltinESMExports();
  try {
    await use();
  } finally {
    for (const restore of patched) restore();
    syncBuiltinESMExports();
  }
  return failed;
}

async function fileHandlePrototype(): Promise<object> {
  const file = await open(import.meta.filename);
  await file.close();
  return Object.getPrototypeOf(file) as object;
}
