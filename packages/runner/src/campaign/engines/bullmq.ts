/**
 * The engine for a pool of machines: a queue in Redis (BullMQ), from which any number of processes
 * take runs.
 *
 *     submitter                 Redis                          worker
 *     add(key, task)  ──────▶   queue  ──────────────────────▶ carries it out, in a thread
 *     puts it into the store ◀─ result:key ◀────────────────── sets the result, then is done
 *
 * The id of a job is the key of its run, so submitting twice changes nothing. Delivery is at least
 * once: a worker that dies loses its job to another, and a result is set before the job ends, so
 * that it is there whenever the job is. Jobs are carried out in threads, as a worker that does not
 * answer for a while loses its job.
 *
 * The name of the queue has the version in it, so runs only ever go to workers of the same one.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';

import { VERSION } from '../../version.ts';
import { RESULTS_VERSION, type RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import type { Engine, EngineStatus, Outcome, RunSource, Task } from './engine.ts';
import { connected, type RedisOptions } from './redis.ts';
import { withoutCredentials } from './redis-address.ts';

/** What a job gives back; the result itself is elsewhere. */
export interface JobAnswer {
  /** The worker has put it into the store that it shares with the submitter. */
  readonly isStored: boolean;
}

export const QUEUE_PREFIX = 'cachetorrent';
export const QUEUE_NAME: string = `runs-${VERSION}-r${RESULTS_VERSION}`;

/** Nobody may ever ask for it. */
const RESULT_SECONDS = 7 * 24 * 3600;
/** Events can be lost with a connection; this is how often to look without one. */
const LOOK_EVERY_MS = 3_000;

export class BullmqEngine implements Engine {
  readonly name = 'bullmq';
  readonly workersClaim = false;
  readonly #redis: Redis;
  readonly #queue: Queue<Task, JobAnswer>;
  readonly #events: QueueEvents;
  readonly #options: RedisOptions;

  private constructor(redis: Redis, events: QueueEvents, options: RedisOptions) {
    this.#redis = redis;
    this.#options = options;
    const connection = redis;
    this.#queue = new Queue<Task, JobAnswer>(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX });
    this.#events = events;
    this.#queue.on('error', () => {});
  }

  /** @throws UserMistake where there is no Redis */
  static async connect(options: RedisOptions): Promise<BullmqEngine> {
    const redis = await connected(options);
    const connection = redis.duplicate();
    connection.on('error', () => {});
    const events = new QueueEvents(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX });
    events.on('error', () => {});
    await events.waitUntilReady();
    return new BullmqEngine(redis, events, options);
  }

  async submit(
    source: RunSource,
    report: (outcome: Outcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const submission = new Submission(this.#redis, this.#queue, source, report);
    await this.#tellIfAlone();
    const onCompleted = ({ jobId }: { jobId: string }) => submission.wake(jobId);
    const onFailed = ({ jobId }: { jobId: string }) => submission.wake(jobId);
    this.#events.on('completed', onCompleted);
    this.#events.on('failed', onFailed);
    try {
      await submission.all(signal);
    } finally {
      this.#events.off('completed', onCompleted);
      this.#events.off('failed', onFailed);
    }
  }

  async #tellIfAlone(): Promise<void> {
    if ((await this.#queue.getWorkersCount()) > 0) return;
    const at = withoutCredentials(this.#options.url);
    const worker = `cachetorrent work --redis ${at}`;
    this.#options.onTrouble?.(
      `no worker of version ${VERSION} is connected to ${at} yet; to start one: ${worker}`,
    );
  }

  async status(): Promise<EngineStatus> {
    const { waiting = 0, prioritized = 0, active = 0 } = await this.#queue.getJobCounts();
    return { waiting: waiting + prioritized, active };
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#queue.close(), this.#events.close()]);
    this.#redis.disconnect();
  }
}

/** The runs that one campaign has handed over, until all have come back. */
class Submission {
  readonly #redis: Redis;
  readonly #queue: Queue<Task, JobAnswer>;
  readonly #source: RunSource;
  readonly #report: (outcome: Outcome) => Promise<void>;
  readonly #out = new Set<RunKey>();
  /** Jobs that have ended, as far as an event said. */
  #ended = new Set<RunKey>();
  #stir: () => void = () => {};

  constructor(
    redis: Redis,
    queue: Queue<Task, JobAnswer>,
    source: RunSource,
    report: (outcome: Outcome) => Promise<void>,
  ) {
    this.#redis = redis;
    this.#queue = queue;
    this.#source = source;
    this.#report = report;
  }

  wake(key: RunKey): void {
    if (!this.#out.has(key)) return;
    this.#ended.add(key);
    this.#stir();
  }

  async all(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#hand(signal);
      if (this.#out.size === 0) return;
      const isTold = await this.#somethingEnds(signal);
      const keys = isTold ? this.#ended : this.#out;
      this.#ended = new Set();
      for (const key of keys) {
        signal.throwIfAborted();
        await this.#collect(key);
      }
    }
  }

  /** All runs that there are, the longest first. */
  async #hand(signal: AbortSignal): Promise<void> {
    for (let run = this.#source.take(); run !== undefined; run = this.#source.take()) {
      signal.throwIfAborted();
      this.#out.add(run.key);
      await this.#add(run);
    }
  }

  /** A job of the same id that has ended without leaving its result is made anew. */
  async #add({ key, seed, cell }: PlannedRun): Promise<void> {
    const before = await this.#queue.getJob(key);
    if (before !== undefined) {
      const state = await before.getState();
      const hasResult = (await this.#redis.exists(resultName(key))) > 0;
      if (state === 'completed' && hasResult) return void this.#ended.add(key);
      if (state === 'completed' || state === 'failed') await before.remove();
    }
    const { config, swarm } = cell;
    await this.#queue.add('run', { key, seed, cell: { config, swarm } }, { jobId: key });
  }

  /** Whether an event has said so; false where it is time to look. */
  async #somethingEnds(signal: AbortSignal): Promise<boolean> {
    if (this.#ended.size > 0) return true;
    const waiting = new AbortController();
    const stirred = new Promise<true>((resolve) => {
      this.#stir = () => resolve(true);
    });
    try {
      const stop = AbortSignal.any([signal, waiting.signal]);
      return await Promise.race([stirred, sleep(LOOK_EVERY_MS, false as const, { signal: stop })]);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      waiting.abort();
    }
  }

  async #collect(key: RunKey): Promise<void> {
    if (!this.#out.has(key)) return;
    const job = await this.#queue.getJob(key);
    const state = await job?.getState();
    if (job !== undefined && state === 'failed') {
      await this.#hear({ key, isDone: false, error: job.failedReason });
    } else if (job !== undefined && state === 'completed') {
      const packed = await this.#redis.getBuffer(resultName(key));
      if (packed !== null) {
        await this.#hear({ key, isDone: true, text: gunzipSync(packed).toString() });
      } else if (job.returnvalue.isStored) {
        await this.#hear({ key, isDone: true, text: undefined });
      } else {
        await this.#hear({ key, isDone: false, error: 'its result is no longer in Redis' });
      }
    } else if (job === undefined) {
      await this.#hear({ key, isDone: false, error: 'somebody removed its job from the queue' });
    }
  }

  /** What is known is in the store before it leaves Redis. */
  async #hear(outcome: Outcome): Promise<void> {
    this.#out.delete(outcome.key);
    await this.#report(outcome);
    await this.#redis.del(resultName(outcome.key));
    await (await this.#queue.getJob(outcome.key))?.remove().catch(() => {});
  }
}

/** Leaves a result for the submitter. */
export async function leaveResult(redis: Redis, key: RunKey, text: string): Promise<void> {
  await redis.set(resultName(key), gzipSync(text), 'EX', RESULT_SECONDS);
}

function resultName(key: RunKey): string {
  return `${QUEUE_PREFIX}:result:${key}`;
}
