/**
 * The engine for several machines: a queue in Redis (BullMQ), from which any number of worker
 * processes take runs.
 *
 *     submitter                 Redis                          worker
 *     add(key, spec)  ──────▶   queue  ──────────────────────▶ executes it, in a thread
 *     puts it into the store ◀─ result:key ◀────────────────── stores the result, completes the job
 *
 * The id of a job is the key of its run, so submitting is idempotent. Delivery is at least once: if
 * a worker dies, its job goes to another. A result is stored before its job completes, so that a
 * completed job always has a result. Jobs are executed in threads, since a worker that does not
 * renew the lock of a job in time loses it.
 */

import type * as BullMQ from 'bullmq';
import type { Redis } from 'ioredis';

import { VERSION } from '../../version.ts';
import { loadBullMq } from '../optional-packages.ts';
import {
  type JobResult,
  QUEUE_NAME,
  QUEUE_PREFIX,
  queuesWithWorkers,
  versionOf,
} from './bullmq-queue.ts';
import { Submission } from './bullmq-submission.ts';
import type { Engine, EngineStatus, RunOutcome, RunSource, RunSpec } from './engine.ts';
import { abortable, connectRedis, type RedisOptions, settleInTime } from './redis.ts';
import { withoutCredentials } from './redis-url.ts';

export class BullmqEngine implements Engine {
  readonly name = 'bullmq';
  readonly claimsRunsItself = false;
  readonly #redis: Redis;
  readonly #queue: BullMQ.Queue<RunSpec, JobResult>;
  readonly #events: BullMQ.QueueEvents;
  readonly #eventsRedis: Redis;
  readonly #options: RedisOptions;
  #hasWarned = false;

  private constructor(bullmq: typeof BullMQ, redis: Redis, options: RedisOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#eventsRedis = redis.duplicate();
    this.#eventsRedis.on('error', () => {});
    this.#queue = new bullmq.Queue(QUEUE_NAME, { connection: redis, prefix: QUEUE_PREFIX });
    this.#queue.on('error', () => {});
    const connection = this.#eventsRedis;
    this.#events = new bullmq.QueueEvents(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX });
    this.#events.on('error', () => {});
  }

  /** @throws UserError if BullMQ or ioredis is not installed, or there is no Redis */
  static async connect(options: RedisOptions): Promise<BullmqEngine> {
    const bullmq = await loadBullMq();
    const engine = new BullmqEngine(bullmq, await connectRedis(options), options);
    await engine.#events.waitUntilReady();
    return engine;
  }

  async submit(
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const connection = { redis: this.#redis, queue: this.#queue };
    const submission = new Submission(connection, source, onOutcome, signal);
    const onEnded = ({ jobId }: { jobId: string }) => submission.jobEnded(jobId);
    this.#events.on('completed', onEnded);
    this.#events.on('failed', onEnded);
    try {
      if (source.length > 0 && !this.#hasWarned) {
        await abortable(signal, this.#warnWithoutWorkers());
      }
      await submission.run();
    } finally {
      this.#events.off('completed', onEnded);
      this.#events.off('failed', onEnded);
    }
  }

  async #warnWithoutWorkers(): Promise<void> {
    this.#hasWarned = true;
    // Without the permission to list clients, there is no warning.
    const queues = await queuesWithWorkers(this.#redis).catch(() => [QUEUE_NAME]);
    if (queues.includes(QUEUE_NAME)) return;
    const address = withoutCredentials(this.#options.url);
    const versions = [...new Set(queues.map(versionOf))].sort().join(', ');
    const others = versions === '' ? '' : `, only workers of version ${versions}`;
    this.#options.onWarning?.(
      `no worker of version ${VERSION} is connected to ${address} yet${others}\n` +
        `  to start one, on any machine: cachetorrent work --redis ${address}`,
    );
  }

  async status(): Promise<EngineStatus> {
    const { waiting = 0, prioritized = 0, active = 0 } = await this.#queue.getJobCounts();
    return { waiting: waiting + prioritized, active };
  }

  async close(): Promise<void> {
    await settleInTime(Promise.allSettled([this.#queue.close(), this.#events.close()]));
    this.#redis.disconnect();
    this.#eventsRedis.disconnect();
  }
}
