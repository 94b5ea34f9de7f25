/** Takes runs from a queue in Redis and carries them out in threads of this process. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Job, Worker as QueueWorker } from 'bullmq';
import type { Redis } from 'ioredis';

import { UserMistake } from '../../user-mistake.ts';
import { VERSION } from '../../version.ts';
import type { Store } from '../store/store.ts';
import { type JobAnswer, leaveResult, QUEUE_NAME, QUEUE_PREFIX } from './bullmq.ts';
import type { Task, Worker } from './engine.ts';
import { Pool, type PoolOptions } from './pool.ts';
import { connected, type RedisOptions } from './redis.ts';
import { withoutCredentials } from './redis-address.ts';

export interface BullmqWorkerOptions extends PoolOptions, RedisOptions {
  /** Open to work on, where results are to go there, and not back through Redis. */
  readonly store?: Store;
  /** Ends when there is nothing to do, instead of waiting for more. */
  readonly endsWhenEmpty?: boolean;
  /** How long a job may be silent before it is given to another worker; by default 30 s. */
  readonly lockMs?: number;
  readonly onRun?: (key: string, error?: string) => void;
}

/** How long to wait for room, or for work. */
const LOOK_EVERY_MS = 200;
/** A run that takes its worker's process with it goes to so many others. */
const STALLED_MAX = 5;

export class BullmqWorker implements Worker {
  readonly #redis: Redis;
  readonly #pool: Pool;
  readonly #options: BullmqWorkerOptions;

  private constructor(redis: Redis, options: BullmqWorkerOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#pool = new Pool(options);
  }

  /**
   * @throws UserMistake where there is no Redis, or its runs are for workers of other versions
   */
  static async connect(options: BullmqWorkerOptions): Promise<BullmqWorker> {
    const redis = await connected(options);
    try {
      await refuseOtherVersions(redis, options.url);
    } catch (error) {
      redis.disconnect();
      throw error;
    }
    return new BullmqWorker(redis, options);
  }

  async work(signal: AbortSignal): Promise<void> {
    const { lockMs = 30_000, endsWhenEmpty = false } = this.#options;
    const connection = this.#redis.duplicate();
    connection.on('error', () => {});
    const worker = new QueueWorker<Task, JobAnswer>(
      QUEUE_NAME,
      (job) => this.#carryOut(job, signal),
      {
        connection,
        prefix: QUEUE_PREFIX,
        concurrency: this.#pool.jobs,
        lockDuration: lockMs,
        stalledInterval: lockMs / 2,
        maxStalledCount: STALLED_MAX,
      },
    );
    worker.on('error', () => {});
    try {
      if (endsWhenEmpty) await this.#untilEmpty(worker, signal);
      else if (!signal.aborted) await once(signal, 'abort');
    } finally {
      // What is under way was stopped with the signal; others take it from the queue.
      await worker.close(signal.aborted);
      await this.#pool.close();
      this.#redis.disconnect();
      connection.disconnect();
    }
  }

  async #carryOut({ data }: Job<Task, JobAnswer>, signal: AbortSignal): Promise<JobAnswer> {
    const { store, onRun } = this.#options;
    while (!this.#pool.hasRoomFor(data)) await sleep(LOOK_EVERY_MS, undefined, { signal });
    const outcome = await this.#pool.carryOut(data, this.#pool.jobs, signal);
    if (!outcome.isDone) {
      onRun?.(data.key, outcome.error);
      throw new Error(outcome.error);
    }
    if (store === undefined) await leaveResult(this.#redis, data.key, outcome.text!);
    else await store.putSealed(data.key, outcome.text!);
    onRun?.(data.key);
    return { isStored: store !== undefined };
  }

  async #untilEmpty(worker: QueueWorker, signal: AbortSignal): Promise<void> {
    const queue = { isEmpty: false };
    worker.on('drained', () => (queue.isEmpty = true));
    worker.on('active', () => (queue.isEmpty = false));
    while (!signal.aborted && !(queue.isEmpty && this.#pool.running === 0)) {
      await sleep(LOOK_EVERY_MS);
    }
  }
}

/** Whoever waits for runs that will never come had better know. */
async function refuseOtherVersions(redis: Redis, url: string): Promise<void> {
  const waiting = async (queue: string) => redis.llen(`${QUEUE_PREFIX}:${queue}:wait`);
  if ((await waiting(QUEUE_NAME)) > 0) return;
  const names = await queueNames(redis);
  for (const name of names) {
    if (name === QUEUE_NAME || (await waiting(name)) === 0) continue;
    const at = `--redis ${withoutCredentials(url)}`;
    const theirs = versionOf(name);
    const problem = `has runs for workers of version ${theirs}, and this is ${versionOf(QUEUE_NAME)}`;
    const fix = `use the same version of CacheTorrent (here ${VERSION}) on all machines`;
    throw new UserMistake({ at, problem, fix });
  }
}

async function queueNames(redis: Redis): Promise<string[]> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${QUEUE_PREFIX}:runs-*:meta`);
    for (const key of keys) names.add(key.split(':')[1]!);
    cursor = next;
  } while (cursor !== '0');
  return [...names].sort();
}

/** `runs-0.1.0-r1` is of version 0.1.0 (results 1). */
function versionOf(queue: string): string {
  const [, version = '?', results = '?'] = /^runs-(.*)-r(\d+)$/.exec(queue) ?? [];
  return `${version} (results ${results})`;
}
