/** The database of a ledger: its tables and statements, and the errors that it reports. */

import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import { ignoreSystemErrors, sqliteCodeOf } from '../../system-error.ts';
import type { RunKey } from '../experiment/key.ts';

/** How long to wait, without reacting to signals, while another process writes. */
const BUSY_TIMEOUT_MS = 100;
const LEDGER_SCHEMA = 1;

/** The size and modification time by which a change of a file is noticed. */
export interface FileStamp {
  readonly size: number;
  readonly changedMs: number;
}

/** A process that has opened the ledger. */
export interface Owner {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** The start time, as the operating system counts it. */
  readonly startedAt: string;
  /** The time of the last heartbeat, in ms since 1970. */
  readonly seenMs: number;
}

/** The database in one file, and its statements. */
export class LedgerDatabase {
  /** Whether the file did not exist. */
  readonly isNew: boolean;
  readonly ownerOf: StatementSync;
  readonly insertClaim: StatementSync;
  readonly restoreClaim: StatementSync;
  readonly deleteClaim: StatementSync;
  readonly #database: DatabaseSync;
  readonly #device: number;
  readonly #inode: number;

  constructor(file: string) {
    // If the file is replaced meanwhile, the next operation finds that it is another one.
    const before = statSync(file, { throwIfNoEntry: false });
    this.#database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      this.isNew = prepareDatabase(this.#database);
      const { dev, ino } = before ?? statSync(file);
      this.#device = dev;
      this.#inode = ino;
      this.ownerOf = this.#database.prepare(
        'SELECT owners.* FROM claims JOIN owners ON owners.id = claims.owner WHERE key = ?',
      );
      this.insertClaim = this.#database.prepare('INSERT OR REPLACE INTO claims VALUES (?, ?)');
      this.restoreClaim = this.#database.prepare('INSERT OR IGNORE INTO claims VALUES (?, ?)');
      this.deleteClaim = this.#database.prepare('DELETE FROM claims WHERE key = ? AND owner = ?');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether `file` is still the file that was opened. */
  isAt(file: string): boolean {
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.ino === this.#inode && found.dev === this.#device;
  }

  /** Applies `change` in a transaction, which excludes other writers. */
  transaction<Result>(change: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = change();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back already after some errors. The first error is the one that matters.
      ignoreSystemErrors(() => this.#database.exec('ROLLBACK'));
      throw error;
    }
  }

  /** @throws an error for which `isDamageError` is true, if the file is damaged in any place */
  checkIntegrity(): void {
    const row = this.#database.prepare('PRAGMA integrity_check(1)').get();
    const found = String(row?.['integrity_check']);
    if (found === 'ok') return;
    throw Object.assign(new Error(found), { code: 'ERR_SQLITE_ERROR', errcode: CORRUPT });
  }

  owners(): readonly Owner[] {
    return this.#database.prepare('SELECT * FROM owners').all() as unknown as Owner[];
  }

  ownersWithClaims(): readonly Owner[] {
    const select = 'SELECT * FROM owners WHERE id IN (SELECT owner FROM claims) ORDER BY host, pid';
    return this.#database.prepare(select).all() as unknown as Owner[];
  }

  /** The runs that an owner has claimed. */
  claimsOf(id: string): readonly RunKey[] {
    const rows = this.#database.prepare('SELECT key FROM claims WHERE owner = ?').all(id);
    return rows.map(({ key }) => key as RunKey);
  }

  insertOwner({ id, host, pid, startedAt, seenMs }: Owner): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO owners VALUES (?, ?, ?, ?, ?)')
      .run(id, host, pid, startedAt, seenMs);
  }

  /** Removes an owner and its claims. */
  removeOwner(id: string): void {
    this.#database.prepare('DELETE FROM claims WHERE owner = ?').run(id);
    this.#database.prepare('DELETE FROM owners WHERE id = ?').run(id);
  }

  /** Records a heartbeat. Returns whether the owner is registered. */
  beat(id: string, nowMs: number): boolean {
    const update = this.#database.prepare('UPDATE owners SET seenMs = ? WHERE id = ?');
    return update.run(nowMs, id).changes === 1;
  }

  verified(): ReadonlyMap<RunKey, FileStamp> {
    return readVerified(this.#database);
  }

  /** Returns the same without opening the database for writing. */
  static verifiedIn(file: string): ReadonlyMap<RunKey, FileStamp> {
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      return readVerified(database);
    } finally {
      database.close();
    }
  }

  recordVerified(stamps: readonly (readonly [RunKey, FileStamp])[]): void {
    const insert = this.#database.prepare('INSERT OR REPLACE INTO sound VALUES (?, ?, ?)');
    for (const [key, { size, changedMs }] of stamps) insert.run(key, size, changedMs);
  }

  close(): void {
    ignoreSystemErrors(() => this.#database.close());
  }
}

function readVerified(database: DatabaseSync): ReadonlyMap<RunKey, FileStamp> {
  const rows = database.prepare('SELECT * FROM sound').all() as unknown as (FileStamp & {
    readonly key: RunKey;
  })[];
  return new Map(rows.map(({ key, size, changedMs }) => [key, { size, changedMs }]));
}

/** Creates the tables, unless they exist. Returns whether the database is new. */
function prepareDatabase(database: DatabaseSync): boolean {
  // A rollback journal also works on network file systems.
  database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF');
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
    readonly user_version: number;
  };
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS owners (
      id TEXT PRIMARY KEY, host TEXT, pid INTEGER, startedAt TEXT, seenMs REAL);
    CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, owner TEXT) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sound (
      key TEXT PRIMARY KEY, size INTEGER, changedMs REAL) WITHOUT ROWID;
    PRAGMA user_version = ${LEDGER_SCHEMA};
    COMMIT`);
  return version === 0;
}

/** Whether an operation failed as another process has locked the ledger. */
export function isLockError(error: unknown): boolean {
  return LOCK_CODES.has(sqliteCodeOf(error));
}

/** Whether an operation failed as the ledger is damaged, or is not a ledger. */
export function isDamageError(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: number };
  return DAMAGE_CODES.has(sqliteCodeOf(error)) || DAMAGE_CODES.has(errcode ?? 0);
}

const CORRUPT = 11;
const LOCK_CODES: ReadonlySet<number> = new Set([5, 6]);
/**
 * Malformed, not a database, and a read beyond the end. As the statements are constant, a damaged
 * schema is the reason for unknown tables, and a damaged index for broken constraints. The last
 * code is that of a file that has been removed.
 */
const DAMAGE_CODES: ReadonlySet<number> = new Set([CORRUPT, 26, 522, 1, 17, 19, 20, 1032]);
