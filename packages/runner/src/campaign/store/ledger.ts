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
 *
 * SQLite does not flush the file to the disk (`synchronous = OFF`): that would cost more than a
 * short run. So a power failure may leave any mixture of old and new pages. Whenever an operation,
 * or a check at the start, shows that the file is damaged, has been removed, or is another one, it
 * is set aside as `ledger.sqlite.damaged`, and a new one takes its place: all processes enter their
 * claims again, and the next sweep reads all runs again.
 *
 * No operation waits long for another process that has locked the file: it may have been stopped.
 * Meanwhile nothing can be claimed; what else was to be written is written later.
 */

import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

import { isRunning } from '../../process.ts';
import { ignoreSystemErrors } from '../../system-error.ts';
import type { RunKey } from '../experiment/key.ts';
import {
  type FileStamp,
  isDamageError,
  isLockError,
  LedgerDatabase,
  type Owner,
} from './ledger-database.ts';

/** The interval of an owner's heartbeat. */
const HEARTBEAT_MS = 5_000;
/** The age of the last heartbeat at which an owner on another host is considered dead. */
const DEAD_AFTER_MS = 60_000;
/** The owners of this process that could not be removed when they ended: the disk was full. */
const ended = new Set<string>();

export interface LedgerOptions {
  /** Called before the owner registers, if the ledger is not new and no other owner is alive. */
  readonly ifSoleOwner?: () => void;
  /** Receives sentences about a ledger that has been replaced. */
  readonly onWarning?: (warning: string) => void;
}

export class Ledger {
  readonly #file: string;
  readonly #onWarning: (warning: string) => void;
  readonly #id = randomUUID();
  readonly #claims = new Set<RunKey>();
  readonly #abandoned = new Set<RunKey>();
  /** What could not be written while another process had locked the ledger. */
  #postponed: (() => void)[] = [];
  #isLocked = false;
  #database: LedgerDatabase;
  readonly #heartbeat: NodeJS.Timeout;

  /**
   * Opens the ledger in `file`; creates it if it does not exist or is damaged.
   *
   * @throws an error for which `isLockError` is true, if another process has locked the ledger
   */
  constructor(file: string, { ifSoleOwner, onWarning = () => {} }: LedgerOptions = {}) {
    this.#file = file;
    this.#onWarning = onWarning;
    this.#database = this.#open();
    try {
      this.#write(() => {
        if (this.#removeDeadOwners() === 0 && !this.#database.isNew) {
          // Only a power failure damages what can still be read, and that ends all owners.
          this.#database.checkIntegrity();
          ifSoleOwner?.();
        }
        this.#register();
      });
    } catch (error) {
      this.#database.close();
      throw error;
    }
    this.#heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /** The runs whose owners had ended without releasing them when this one registered. */
  get abandoned(): ReadonlySet<RunKey> {
    return this.#abandoned;
  }

  /** Whether another process had locked the ledger when it was last used. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** Claims those of `keys` that no other live owner has claimed, and returns them. */
  claim(keys: readonly RunKey[]): readonly RunKey[] {
    const claimed = this.#unlessLocked([], () => {
      const { ownerOf, insertClaim } = this.#database;
      return keys.filter((key) => {
        const owner = ownerOf.get(key) as unknown as Owner | undefined;
        if (owner !== undefined && owner.id !== this.#id && isAlive(owner)) return false;
        insertClaim.run(key, this.#id);
        return true;
      });
    });
    for (const key of claimed) this.#claims.add(key);
    return claimed;
  }

  release(key: RunKey): void {
    this.#claims.delete(key);
    this.#now(() => {
      if (!this.#claims.has(key)) this.#database.deleteClaim.run(key, this.#id);
    });
  }

  /** Describes the other live owners that have claimed runs: "process 17 on this machine". */
  otherOwners(): readonly string[] {
    const owners = this.#unlessLocked([], () => this.#database.ownersWithClaims());
    return owners.filter((owner) => owner.id !== this.#id && isAlive(owner)).map(ownerText);
  }

  /** Returns the verified files; a file is still intact if its stamp is unchanged. */
  verified(): ReadonlyMap<RunKey, FileStamp> {
    return this.#unlessLocked<ReadonlyMap<RunKey, FileStamp>>(new Map(), () =>
      this.#database.verified(),
    );
  }

  /** Returns the same without opening the ledger for writing; empty if there is no ledger. */
  static verifiedIn(file: string): ReadonlyMap<RunKey, FileStamp> {
    try {
      return LedgerDatabase.verifiedIn(file);
    } catch {
      return new Map();
    }
  }

  recordVerified(stamps: readonly (readonly [RunKey, FileStamp])[]): void {
    this.#now(() => this.#database.recordVerified(stamps));
  }

  /** Writes a heartbeat. If that is impossible, the next one follows. */
  beat(): void {
    ignoreSystemErrors(() =>
      this.#write(() => {
        // Another host may have considered this process dead, which was only suspended.
        if (!this.#database.beat(this.#id, Date.now())) this.#register();
      }),
    );
  }

  /**
   * Releases all claims. If that cannot be written, they end here in this process, and with it for
   * others.
   */
  close(): void {
    clearInterval(this.#heartbeat);
    ended.add(this.#id);
    ignoreSystemErrors(() => {
      this.#write(() => this.#database.removeOwner(this.#id));
      ended.delete(this.#id);
    });
    this.#database.close();
  }

  /** Writes `change` now or, if another process has locked the ledger, together with the next. */
  #now(change: () => void): void {
    this.#postponed.push(change);
    this.#unlessLocked(undefined, () => {});
  }

  /** Returns the result of `change`; `otherwise` if another process has locked the ledger. */
  #unlessLocked<Result>(otherwise: Result, change: () => Result): Result {
    try {
      return this.#write(change);
    } catch (error) {
      if (!isLockError(error)) throw error;
      return otherwise;
    }
  }

  /** Applies `change` in a transaction; if that shows a damaged ledger, again to a new one. */
  #write<Result>(change: () => Result): Result {
    try {
      if (!this.#database.isAt(this.#file)) {
        const isRemoved = !exists(this.#file);
        this.#reopen();
        if (isRemoved) this.#warn('was removed, and has been created again');
      }
      return this.#transaction(change);
    } catch (error) {
      if (!isDamageError(error)) throw error;
      // Otherwise another process has replaced it already.
      if (this.#database.isAt(this.#file)) this.#setAside();
      this.#reopen();
      return this.#transaction(change);
    }
  }

  #transaction<Result>(change: () => Result): Result {
    this.#isLocked = false;
    try {
      const result = this.#database.transaction(() => {
        for (const write of this.#postponed) write();
        return change();
      });
      this.#postponed = [];
      return result;
    } catch (error) {
      this.#isLocked = isLockError(error);
      throw error;
    }
  }

  /** Opens the file. One that is damaged, or no file, is set aside. */
  #open(): LedgerDatabase {
    try {
      return new LedgerDatabase(this.#file);
    } catch (error) {
      // If the whole store has been removed, this throws a clearer error.
      statSync(dirname(this.#file));
      if (!exists(this.#file) || (isFile(this.#file) && !isDamageError(error))) throw error;
      this.#setAside();
      return new LedgerDatabase(this.#file);
    }
  }

  #reopen(): void {
    const former = this.#database;
    this.#database = this.#open();
    former.close();
    // A claim without an owner would be no claim.
    this.#postponed.unshift(() => this.#register());
  }

  #setAside(): void {
    const problem = isFile(this.#file) ? 'is damaged' : 'is not a file';
    const aside = `${this.#file}.damaged`;
    rmSync(aside, { recursive: true, force: true });
    renameSync(this.#file, aside);
    // A journal must not be applied to another file than its own.
    rmSync(`${this.#file}-journal`, { recursive: true, force: true });
    this.#warn(`${problem}; it is now ${aside}, and a new one is created`);
  }

  #warn(problem: string): void {
    this.#onWarning(`${this.#file} ${problem}; no results are lost`);
  }

  /** Returns the number of owners that remain. */
  #removeDeadOwners(): number {
    const owners = this.#database.owners();
    const dead = owners.filter((owner) => !isAlive(owner));
    for (const { id } of dead) {
      for (const key of this.#database.claimsOf(id)) this.#abandoned.add(key);
      this.#database.removeOwner(id);
    }
    return owners.length - dead.length;
  }

  /** Enters this process and its claims, except those that another one has made meanwhile. */
  #register(): void {
    this.#database.insertOwner({
      id: this.#id,
      host: hostname(),
      pid: process.pid,
      startedAt: startTimeOf(process.pid),
      seenMs: Date.now(),
    });
    for (const key of this.#claims) this.#database.restoreClaim.run(key, this.#id);
  }
}

/** Describes an owner to a user: "process 17 on this machine". */
function ownerText({ host, pid }: Owner): string {
  if (host !== hostname()) return `process ${pid} on ${host}`;
  const isStopped = stateOf(pid)?.state === 'T';
  return `process ${pid} on this machine${isStopped ? ', which is stopped' : ''}`;
}

function isAlive({ id, host, pid, startedAt, seenMs }: Owner): boolean {
  if (ended.has(id)) return false;
  if (host === hostname()) return isRunning(pid) && startTimeOf(pid) === startedAt;
  return Date.now() - seenMs < DEAD_AFTER_MS;
}

/**
 * Returns the start time of a process, which distinguishes it from a later one with the same id: ''
 * if it is unknown, 'ended' for a zombie.
 */
function startTimeOf(pid: number): string {
  const process = stateOf(pid);
  return process?.state === 'Z' ? 'ended' : (process?.startedAt ?? '');
}

/** Returns what Linux reports about a process; undefined elsewhere, or if there is none. */
function stateOf(pid: number): { readonly state: string; readonly startedAt: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in parentheses, may contain spaces. The state follows it.
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, startedAt: fields[18] ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether there is anything at `file`, be it a link to nothing. */
function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
