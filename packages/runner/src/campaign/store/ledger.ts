/**
 * The ledger of a store: a database, in one file, in which processes claim runs and record which
 * files they have verified. Losing it costs time, but no results.
 *
 *     owners  id, host, pid, startedAt, seenMs    processes; `seenMs` is their last heartbeat
 *     claims  key, owner                          the runs that each process has claimed
 *     sound   key, size, changedMs                files whose checksum was correct when last read
 *
 * A claim is valid as long as its owner is alive. On the same host the operating system knows
 * whether it is; an owner on another host is considered dead if its last heartbeat is too old. If
 * it is alive after all, a run is executed twice, with the same result.
 */

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { RunKey } from '../experiment/key.ts';

/** The interval of an owner's heartbeat. */
const HEARTBEAT_MS = 5_000;
/** The age of the last heartbeat at which an owner on another host is considered dead. */
const DEAD_AFTER_MS = 60_000;
/** How long to wait for the lock while another process writes. */
const BUSY_TIMEOUT_MS = 20_000;
const LEDGER_SCHEMA = 1;

/** The size and modification time by which a change of a file is noticed. */
export interface FileStamp {
  readonly size: number;
  readonly changedMs: number;
}

interface Owner {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly seenMs: number;
}

export class Ledger {
  readonly #database: DatabaseSync;
  readonly #id = randomUUID();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  /**
   * Opens the ledger in `file`; creates it if it does not exist or is damaged. If no other owner is
   * alive, calls `ifSoleOwner` before another one can register.
   */
  constructor(file: string, ifSoleOwner: () => void = () => {}) {
    this.#database = openDatabase(file);
    this.#transaction(() => this.#register(ifSoleOwner));
    this.#select = this.#database.prepare(
      'SELECT owners.* FROM claims JOIN owners ON owners.id = claims.owner WHERE key = ?',
    );
    this.#insert = this.#database.prepare('INSERT OR REPLACE INTO claims VALUES (?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM claims WHERE key = ? AND owner = ?');
    // If a heartbeat cannot be written, the next one follows.
    this.#heartbeat = setInterval(
      () => ignoreDatabaseErrors(() => this.#updateHeartbeat()),
      HEARTBEAT_MS,
    );
    this.#heartbeat.unref();
  }

  /** Claims those of `keys` that no other live owner has claimed, and returns them. */
  claim(keys: readonly RunKey[]): readonly RunKey[] {
    return this.#transaction(() =>
      keys.filter((key) => {
        const owner = this.#select.get(key) as unknown as Owner | undefined;
        if (owner !== undefined && owner.id !== this.#id && isAlive(owner)) return false;
        this.#insert.run(key, this.#id);
        return true;
      }),
    );
  }

  release(key: RunKey): void {
    this.#delete.run(key, this.#id);
  }

  /** Returns the number of runs that other live owners have claimed. */
  claimedByOthers(): number {
    const rows = this.#database
      .prepare('SELECT owners.* FROM claims JOIN owners ON owners.id = claims.owner')
      .all() as unknown as Owner[];
    return rows.filter((owner) => owner.id !== this.#id && isAlive(owner)).length;
  }

  /** Returns the verified files; a file is still intact if its stamp is unchanged. */
  verified(): ReadonlyMap<RunKey, FileStamp> {
    return readVerified(this.#database);
  }

  /** Returns the same without opening the ledger for writing; empty if there is no ledger. */
  static verifiedIn(file: string): ReadonlyMap<RunKey, FileStamp> {
    try {
      const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      const verified = readVerified(database);
      database.close();
      return verified;
    } catch {
      return new Map();
    }
  }

  recordVerified(stamps: Iterable<readonly [RunKey, FileStamp]>): void {
    const insert = this.#database.prepare('INSERT OR REPLACE INTO sound VALUES (?, ?, ?)');
    this.#transaction(() => {
      for (const [key, { size, changedMs }] of stamps) insert.run(key, size, changedMs);
    });
  }

  /** Releases all claims. If that cannot be written, they end with this process. */
  close(): void {
    clearInterval(this.#heartbeat);
    ignoreDatabaseErrors(() =>
      this.#transaction(() => {
        this.#database.prepare('DELETE FROM claims WHERE owner = ?').run(this.#id);
        this.#database.prepare('DELETE FROM owners WHERE id = ?').run(this.#id);
      }),
    );
    this.#database.close();
  }

  #register(ifSoleOwner: () => void): void {
    const owners = this.#database.prepare('SELECT * FROM owners').all() as unknown as Owner[];
    const dead = owners.filter((owner) => !isAlive(owner));
    if (dead.length === owners.length) ifSoleOwner();
    for (const { id } of dead) {
      this.#database.prepare('DELETE FROM claims WHERE owner = ?').run(id);
      this.#database.prepare('DELETE FROM owners WHERE id = ?').run(id);
    }
    this.#database
      .prepare('INSERT INTO owners VALUES (?, ?, ?, ?, ?)')
      .run(this.#id, hostname(), process.pid, startTimeOf(process.pid), Date.now());
  }

  #updateHeartbeat(): void {
    this.#database.prepare('UPDATE owners SET seenMs = ? WHERE id = ?').run(Date.now(), this.#id);
  }

  /** Applies `change` in a transaction, which excludes other writers. */
  #transaction<Result>(change: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = change();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Ignores errors of the database, such as a full disk or a lock, but no others. */
function ignoreDatabaseErrors(change: () => void): void {
  try {
    change();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error;
  }
}

function readVerified(database: DatabaseSync): ReadonlyMap<RunKey, FileStamp> {
  const rows = database.prepare('SELECT * FROM sound').all() as unknown as (FileStamp & {
    readonly key: RunKey;
  })[];
  return new Map(rows.map(({ key, size, changedMs }) => [key, { size, changedMs }]));
}

/** SQLite error codes of a damaged file, and of one that is not a database. */
const CORRUPT_CODES = new Set([11, 26]);

function openDatabase(file: string): DatabaseSync {
  try {
    return createDatabase(file);
  } catch (error) {
    if (!CORRUPT_CODES.has((error as { errcode?: number }).errcode ?? 0)) throw error;
    rmSync(file, { force: true });
    return createDatabase(file);
  }
}

function createDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // A rollback journal, which also works on network file systems. What a power failure destroys
    // is restored by reading the runs again.
    database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF');
    database.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS owners (
        id TEXT PRIMARY KEY, host TEXT, pid INTEGER, startedAt TEXT, seenMs REAL);
      CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, owner TEXT) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sound (
        key TEXT PRIMARY KEY, size INTEGER, changedMs REAL) WITHOUT ROWID;
      PRAGMA user_version = ${LEDGER_SCHEMA};
      COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isAlive({ host, pid, startedAt, seenMs }: Owner): boolean {
  if (host === hostname()) return isRunning(pid) && startTimeOf(pid) === startedAt;
  return Date.now() - seenMs < DEAD_AFTER_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Returns the start time of a process, which distinguishes it from a later one with the same id: ''
 * if it is unknown, 'ended' for a zombie.
 */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in parentheses, may contain spaces. The state follows it.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? 'ended' : (fields[18] ?? '');
  } catch {
    return '';
  }
}
