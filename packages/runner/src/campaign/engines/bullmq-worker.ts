/** Takes runs from a queue in Redis and executes them in threads of this process. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import type * as BullMQ from 'bullmq';
import type { Redis } from 'ioredis';

import { UserError } from '../../user-error.ts';
import { VERSION } from '../../version.ts';
import type { RunKey } from '../experiment/key.ts';
import { loadBullMq } from '../optional-packages.ts';
import type { Store } from '../store/store.ts';
import { requeueLostJobs } from './bullmq-lost-jobs.ts';
import {
  hasResult,
  type JobResult,
  otherQueuesWithRuns,
  putResult,
  QUEUE_NAME,
  QUEUE_PREFIX,
  versionOf,
  waitingCount,
} from './bullmq-queue.ts';
import type { RunOutcome, RunSpec } from './engine.ts';
import { RunPool, type RunPoolOptions } from './pool.ts';
import { connectRedis, type RedisOptions, settleInTime } from './redis.ts';
import { withoutCredentials } from './redis-url.ts';

export interface BullmqWorkerOptions extends RunPoolOptions, RedisOptions {
  /** A store, open for writing, that receives the results (default: they go to Redis). */
  readonly store?: Store;
  /** Ends when the queue is empty, instead of waiting for more runs. */
  readonly endsWhenEmpty?: boolean;
  /** How long the lock of a job lasts before another worker may take the job (default: 30 s). */
  readonly lockMs?: number;
  /** Called when a run is done or has failed. */
  readonly onRun?: (key: RunKey, error?: string) => void;
}

/** How often to check for a free thread, or whether the queue is empty. */
const POLL_INTERVAL_MS = 200;
const LOCK_MS = 30_000;
/**
 * Checks for expired locks during the lifetime of a lock. Redis skips a check that comes too early,
 * be it by a millisecond, so only the next one takes place.
 */
const STALLED_CHECKS_PER_LOCK = 6;
/** Delay after a command that failed together with its connection. */
const RETRY_MS = 1_000;
/** How many workers may die of a run before it fails. */
const STALLED_MAX = 5;

export class BullmqWorker {
  readonly #bullmq: typeof BullMQ;
  readonly #redis: Redis;
  readonly #pool: RunPool;
  readonly #options: BullmqWorkerOptions;
  /** Runs that have arrived here and have not been completed or returned. */
  readonly #activeKeys = new Set<RunKey>();
  /** Aborted when the queue is empty, or the store fails. */
  readonly #ending = new AbortController();
  /** Why a result could not be stored. */
  #storeFailure: unknown;

  private constructor(bullmq: typeof BullMQ, redis: Redis, options: BullmqWorkerOptions) {
    this.#bullmq = bullmq;
    this.#redis = redis;
    this.#options = options;
    this.#pool = new RunPool(options);
  }

  /**
   * @throws UserError if BullMQ or ioredis is not installed, there is no Redis, or its runs are for
   *   workers of another version
   */
  static async connect(options: BullmqWorkerOptions): Promise<BullmqWorker> {
    const bullmq = await loadBullMq();
    const redis = await connectRedis(options);
    try {
      await checkVersion(redis, options.url);
    } catch (error) {
      redis.disconnect();
      throw error;
    }
    return new BullmqWorker(bullmq, redis, options);
  }

  /**
   * Executes runs until `signal` is aborted, or until the queue is empty.
   *
   * @throws an error of the file system if a result cannot be stored; its run returns to the queue
   */
  async work(signal: AbortSignal): Promise<void> {
    const { lockMs = LOCK_MS, endsWhenEmpty = false } = this.#options;
    const connection = this.#redis.duplicate();
    connection.on('error', () => {});
    const stopped = AbortSignal.any([signal, this.#ending.signal]);
    const worker = new this.#bullmq.Worker<RunSpec, JobResult>(
      QUEUE_NAME,
      (job, token) => this.#processJob(job, token!, stopped),
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
      const workerConnection = { bullmq: this.#bullmq, worker, redis: connection };
      // If the connection is lost again, the next `ready` repeats it.
      requeueLostJobs(workerConnection, hasArrived, stopped).catch(() => {});
    });
    // Close before jobs are returned to the queue, so that the worker does not take them again.
    stopped.addEventListener('abort', () => void worker.close(), { once: true });
    try {
      if (endsWhenEmpty) await this.#waitUntilEmpty(worker, stopped);
      else if (!stopped.aborted) await once(stopped, 'abort');
    } finally {
      this.#ending.abort();
      await settleInTime(worker.close());
      await this.#pool.close();
      this.#redis.disconnect();
      connection.disconnect();
    }
    if (this.#storeFailure !== undefined) throw this.#storeFailure;
  }

  /** Forwards warnings of the queue, except that the connection is lost, which `redis.ts` does. */
  #forwardWarnings(worker: BullMQ.Worker): void {
    const { onWarning = () => {} } = this.#options;
    worker.on('error', (error) => {
      if (this.#redis.status === 'ready') onWarning(`the queue failed: ${error.message}`);
    });
    worker.on('stalled', (key) => {
      onWarning(`run ${key} goes to another worker, as the one that had it does not respond`);
    });
  }

  async #processJob(
    job: BullMQ.Job<RunSpec, JobResult>,
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

  /** Executes a run, unless its result exists: a job can arrive more than once. */
  async #runUnlessDone(
    job: BullMQ.Job<RunSpec, JobResult>,
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
    if (isStored) await this.#store(store, job, token, outcome.text!);
    else await putResult(this.#redis, key, outcome.text!);
    onRun?.(key);
    return { isStored };
  }

  /** Stores a result. If that is impossible, returns the job to the queue and ends the worker. */
  async #store(
    store: Store,
    job: BullMQ.Job<RunSpec, JobResult>,
    token: string,
    text: string,
  ): Promise<void> {
    try {
      await store.putText(job.data.key, text);
    } catch (error) {
      this.#storeFailure ??= error;
      this.#ending.abort();
      await job.moveToWait(token);
      throw new this.#bullmq.WaitingError();
    }
  }

  /** Executes a job in the pool; returns it to the queue if `signal` is aborted. */
  async #execute(
    job: BullMQ.Job<RunSpec, JobResult>,
    token: string,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    try {
      while (!this.#pool.hasRoomFor(job.data)) await sleep(POLL_INTERVAL_MS, undefined, { signal });
      return await this.#pool.execute(job.data, this.#pool.jobs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      await job.moveToWait(token);
      throw new this.#bullmq.WaitingError();
    }
  }

  async #waitUntilEmpty(worker: BullMQ.Worker, signal: AbortSignal): Promise<void> {
    const queue = { isEmpty: false };
    worker.on('drained', () => (queue.isEmpty = true));
    worker.on('active', () => (queue.isEmpty = false));
    while (!signal.aborted && !(queue.isEmpty && this.#activeKeys.size === 0)) {
      await sleep(POLL_INTERVAL_MS);
    }
  }
}

/** Rejects a Redis that only has runs for other versions, for which this worker would idle. */
async function checkVersion(redis: Redis, url: string): Promise<void> {
  if ((await waitingCount(redis, QUEUE_NAME)) > 0) return;
  const [otherQueue] = await otherQueuesWithRuns(redis);
  if (otherQueue === undefined) return;
  const at = `--redis ${withoutCredentials(url)}`;
  const theirs = versionOf(otherQueue);
  const problem = `has runs for workers of version ${theirs}, but this is ${versionOf(QUEUE_NAME)}`;
  const fix = `use the same version of CacheTorrent (here ${VERSION}) on all machines`;
  throw new UserError({ at, problem, fix });
}
