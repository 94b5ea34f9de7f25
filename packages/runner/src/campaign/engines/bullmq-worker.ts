/** Takes runs from a queue in Redis and carries them out in threads of this process. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Job, WaitingError, Worker as QueueWorker } from 'bullmq';
import type { Redis } from 'ioredis';

import { UserError } from '../../user-error.ts';
import { VERSION } from '../../version.ts';
import type { RunKey } from '../experiment/key.ts';
import type { Store } from '../store/store.ts';
import { requeueLostJobs } from './bullmq-lost-jobs.ts';
import {
  hasResult,
  type JobResult,
  putResult,
  otherQueuesWithRuns,
  QUEUE_NAME,
  QUEUE_PREFIX,
  versionOf,
  waitingCount,
} from './bullmq-queue.ts';
import type { RunOutcome, RunSpec, Worker } from './engine.ts';
import { RunPool, type RunPoolOptions } from './pool.ts';
import { connectRedis, type RedisOptions, settleInTime } from './redis.ts';
import { withoutCredentials } from './redis-url.ts';

export interface BullmqWorkerOptions extends RunPoolOptions, RedisOptions {
  /** Open to work on, where results are to go there, and not back through Redis. */
  readonly store?: Store;
  /** Ends when there is nothing to do, instead of waiting for more. */
  readonly endsWhenEmpty?: boolean;
  /** How long a job may be silent before it is given to another worker; by default 30 s. */
  readonly lockMs?: number;
  /** Called when a run is done, or has failed. */
  readonly onRun?: (key: RunKey, error?: string) => void;
}

/** How long to wait for room, or for work. */
const POLL_INTERVAL_MS = 200;
const LOCK_MS = 30_000;
/**
 * How often to look, while a lock lasts, for those that have run out. Where a look comes too early
 * for Redis, by a millisecond, only the next one counts.
 */
const STALLED_CHECKS_PER_LOCK = 6;
/** After a command that failed with its connection. */
const RETRY_MS = 1_000;
/** A run that takes its worker's process with it goes to so many others. */
const STALLED_MAX = 5;

export class BullmqWorker implements Worker {
  readonly #redis: Redis;
  readonly #pool: RunPool;
  readonly #options: BullmqWorkerOptions;
  /** From when it was handed over until it is done, or given back. */
  readonly #activeKeys = new Set<RunKey>();

  private constructor(redis: Redis, options: BullmqWorkerOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#pool = new RunPool(options);
  }

  /**
   * @throws UserError where there is no Redis, or its runs are for workers of other versions
   */
  static async connect(options: BullmqWorkerOptions): Promise<BullmqWorker> {
    const redis = await connectRedis(options);
    try {
      await checkVersion(redis, options.url);
    } catch (error) {
      redis.disconnect();
      throw error;
    }
    return new BullmqWorker(redis, options);
  }

  async work(signal: AbortSignal): Promise<void> {
    const { lockMs = LOCK_MS, endsWhenEmpty = false } = this.#options;
    const connection = this.#redis.duplicate();
    connection.on('error', () => {});
    const ending = new AbortController();
    const over = AbortSignal.any([signal, ending.signal]);
    const worker = new QueueWorker<RunSpec, JobResult>(
      QUEUE_NAME,
      (job, token) => this.#processJob(job, token!, over),
      {
        connection,
        prefix: QUEUE_PREFIX,
        concurrency: this.#pool.jobs,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / STALLED_CHECKS_PER_LOCK),
        maxStalledCount: STALLED_MAX,
        runRetryDelay: RETRY_MS,
      },
    );
    this.#forwardWarnings(worker);
    connection.on('ready', () => {
      const hasArrived = (key: RunKey) => this.#activeKeys.has(key);
      // Where the connection is lost again, there is another time.
      requeueLostJobs(worker, connection, hasArrived, over).catch(() => {});
    });
    // Before anything is given back, so that it takes nothing back itself.
    over.addEventListener('abort', () => void worker.close(), { once: true });
    try {
      if (endsWhenEmpty) await this.#waitUntilEmpty(worker, signal);
      else if (!signal.aborted) await once(signal, 'abort');
    } finally {
      ending.abort();
      await settleInTime(worker.close());
      await this.#pool.close();
      this.#redis.disconnect();
      connection.disconnect();
    }
  }

  /** What the queue itself has to say; that the connection is lost is said by its owner. */
  #forwardWarnings(worker: QueueWorker): void {
    const { onWarning = () => {} } = this.#options;
    worker.on('error', (error) => {
      if (this.#redis.status === 'ready') onWarning(`trouble with the queue: ${error.message}`);
    });
    worker.on('stalled', (key) => {
      onWarning(`run ${key} goes to the next worker, as the one that had it has fallen silent`);
    });
  }

  async #processJob(
    job: Job<RunSpec, JobResult>,
    token: string,
    signal: AbortSignal,
  ): Promise<JobResult> {
    const { key } = job.data;
    this.#activeKeys.add(key);
    try {
      return await this.#runUnlessDone(job, token, signal);
    } finally {
      this.#activeKeys.delete(key);
    }
  }

  /** As a job may come again: what is there already is not made again. */
  async #runUnlessDone(
    job: Job<RunSpec, JobResult>,
    token: string,
    signal: AbortSignal,
  ): Promise<JobResult> {
    const { key } = job.data;
    const { store, onRun } = this.#options;
    const isStored = store !== undefined;
    if (isStored ? store.has(key) : await hasResult(this.#redis, key)) return { isStored };
    const outcome = await this.#execute(job, token, signal);
    if (!outcome.isDone) {
      onRun?.(key, outcome.error);
      throw new Error(outcome.error);
    }
    if (isStored) await store.putText(key, outcome.text!);
    else await putResult(this.#redis, key, outcome.text!);
    onRun?.(key);
    return { isStored };
  }

  /** Gives the job back to the queue, for others, where it is stopped. */
  async #execute(
    job: Job<RunSpec, JobResult>,
    token: string,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    try {
      while (!this.#pool.hasRoomFor(job.data)) await sleep(POLL_INTERVAL_MS, undefined, { signal });
      return await this.#pool.execute(job.data, this.#pool.jobs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      await job.moveToWait(token);
      throw new WaitingError();
    }
  }

  async #waitUntilEmpty(worker: QueueWorker, signal: AbortSignal): Promise<void> {
    const queue = { isEmpty: false };
    worker.on('drained', () => (queue.isEmpty = true));
    worker.on('active', () => (queue.isEmpty = false));
    while (!signal.aborted && !(queue.isEmpty && this.#activeKeys.size === 0)) {
      await sleep(POLL_INTERVAL_MS);
    }
  }
}

/** Whoever waits for runs that will never come had better know. */
async function checkVersion(redis: Redis, url: string): Promise<void> {
  if ((await waitingCount(redis, QUEUE_NAME)) > 0) return;
  const [other] = await otherQueuesWithRuns(redis);
  if (other === undefined) return;
  const at = `--redis ${withoutCredentials(url)}`;
  const theirs = versionOf(other);
  const problem = `has runs for workers of version ${theirs}, and this is ${versionOf(QUEUE_NAME)}`;
  const fix = `use the same version of CacheTorrent (here ${VERSION}) on all machines`;
  throw new UserError({ at, problem, fix });
}
