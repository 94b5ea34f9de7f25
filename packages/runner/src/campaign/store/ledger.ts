/**
 * Who is at work on which run, and which files have been found sound: what several processes on
 * one store tell each other. A database of one file; nothing is lost with it but time.
 *
 *     owners  id, host, pid, startedAt, seenMs    a process that works; it says so now and then
 *     claims  key, owner                          the runs that it has taken on
 *     sound   key, size, changedMs                files whose checksum was right when last read
 *
 * A claim holds as long as its owner lives. On the same host the operating system knows whether it
 * does; of another host, one that has not been seen for a while is taken to be dead. If it lives
 * after all, a run is made twice, and comes to the same.
 */

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { RunKey } from '../experiment/key.ts';

/** How often an owner says that it lives. */
const HEARTBEAT_MS = 5_000;
/** After this long without a word, an owner elsewhere is taken to be dead. */
const DEAD_AFTER_MS = 60_000;
/** How long to wait while another process writes. */
const BUSY_TIMEOUT_MS = 20_000;
const LEDGER_SCHEMA = 1;

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
   * `file` is made where there is none, and made anew where it is no ledger. `whenAlone` is called
   * at once where no other owner is alive, and none can come before it is done.
   */
  constructor(file: string, whenAlone: () => void = () => {}) {
    this.#database = openDatabase(file);
    this.#transaction(() => this.#register(whenAlone));
    this.#select = this.#database.prepare(
      'SELECT owners.* FROM claims JOIN owners ON owners.id = claims.owner WHERE key = ?',
    );
    this.#insert = this.#database.prepare('INSERT OR REPLACE INTO claims VALUES (?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM claims WHERE key = ? AND owner = ?');
    // What could not be said now is said the next time.
    this.#heartbeat = setInterval(
      () => ignoreDatabaseErrors(() => this.#updateHeartbeat()),
      HEARTBEAT_MS,
    );
    this.#heartbeat.unref();
  }

  /** Which of `keys` are ours from now on: those that nobody alive has claimed. */
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

  /** How many runs others are at work on. */
  claimedByOthers(): number {
    const rows = this.#database
      .prepare('SELECT owners.* FROM claims JOIN owners ON owners.id = claims.owner')
      .all() as unknown as Owner[];
    return rows.filter((owner) => owner.id !== this.#id && isAlive(owner)).length;
  }

  /** What is known to be sound, as long as size and time of change are those of the stamp. */
  verified(): ReadonlyMap<RunKey, FileStamp> {
    return readVerified(this.#database);
  }

  /** The same for whoever only reads; nothing where there is no ledger. */
  static verifiedIn(file: string): ReadonlyMap<RunKey, FileStamp> {
    try {
      const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      const sound = readVerified(database);
      database.close();
      return sound;
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

  /** Gives up all claims. Where that cannot be written down, they end with this process. */
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

  #register(whenAlone: () => void): void {
    const owners = this.#database.prepare('SELECT * FROM owners').all() as unknown as Owner[];
    const dead = owners.filter((owner) => !isAlive(owner));
    if (dead.length === owners.length) whenAlone();
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

  /** All of it happens, or nothing, and nobody else writes meanwhile. */
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

/** Lets it be where the disk is full or the file is busy, but not where it is a bug. */
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

/** What a broken or foreign file says when it is opened as a database. */
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
    // One journal file, as it also works on network file systems. What a power cut takes from it
    // is found out by reading the runs again.
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
    // It is there, but it is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process began, so that a later one with its number is not taken for it: '' where that
 * cannot be told, 'ended' of one that only waits for its parent to take note.
 */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces. The state comes right after it.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? 'ended' : (fields[18] ?? '');
  } catch {
    return '';
  }
}
