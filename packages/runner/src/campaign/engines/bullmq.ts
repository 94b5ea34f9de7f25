/**
 * The engine for a pool of machines: a queue in Redis (BullMQ), from which any number of processes
 * take runs.
 *
 *     submitter                 Redis                          worker
 *     add(key, task)  ──────▶   queue  ──────────────────────▶ carries it out, in a thread
 *     puts it into the store ◀─ result:key ◀────────────────── leaves the result, then is done
 *
 * The id of a job is the key of its run, so submitting twice changes nothing. Delivery is at least
 * once: a worker that dies loses its job to another, and a result is left before the job ends, so
 * that it is there whenever the job is. Jobs are carried out in threads, as a worker that does not
 * answer for a while loses its job.
 */

import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';

import { VERSION } from '../../version.ts';
import {
  type JobResult,
  QUEUE_NAME,
  QUEUE_PREFIX,
  queuesWithWorkers,
  versionOf,
} from './bullmq-queue.ts';
import { Submission } from './bullmq-submission.ts';
import type { Engine, EngineStatus, RunOutcome, RunSource, RunSpec } from './engine.ts';
import { withoutCredentials } from './redis-url.ts';
import { connectRedis, type RedisOptions, settleInTime, abortable } from './redis.ts';

export class BullmqEngine implements Engine {
  readonly name = 'bullmq';
  readonly claimsRunsItself = false;
  readonly #redis: Redis;
  readonly #queue: Queue<RunSpec, JobResult>;
  readonly #events: QueueEvents;
  readonly #eventsRedis: Redis;
  readonly #options: RedisOptions;
  #hasWarned = false;

  private constructor(redis: Redis, options: RedisOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#eventsRedis = redis.duplicate();
    this.#eventsRedis.on('error', () => {});
    this.#queue = new Queue(QUEUE_NAME, { connection: redis, prefix: QUEUE_PREFIX });
    this.#queue.on('error', () => {});
    const connection = this.#eventsRedis;
    this.#events = new QueueEvents(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX });
    this.#events.on('error', () => {});
  }

  /** @throws UserError where there is no Redis */
  static async connect(options: RedisOptions): Promise<BullmqEngine> {
    const engine = new BullmqEngine(await connectRedis(options), options);
    await engine.#events.waitUntilReady();
    return engine;
  }

  async submit(
    source: RunSource,
    report: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const places = { redis: this.#redis, queue: this.#queue };
    const submission = new Submission(places, source, report, signal);
    const onEnded = ({ jobId }: { jobId: string }) => submission.jobEnded(jobId);
    this.#events.on('completed', onEnded);
    this.#events.on('failed', onEnded);
    try {
      if (source.length > 0 && !this.#hasWarned)
        await abortable(signal, this.#warnWithoutWorkers());
      await submission.run();
    } finally {
      this.#events.off('completed', onEnded);
      this.#events.off('failed', onEnded);
    }
  }

  async #warnWithoutWorkers(): Promise<void> {
    this.#hasWarned = true;
    // Whoever may not ask who is connected is not told.
    const queues = await queuesWithWorkers(this.#redis).catch(() => [QUEUE_NAME]);
    if (queues.includes(QUEUE_NAME)) return;
    const at = withoutCredentials(this.#options.url);
    const others = [...new Set(queues.map(versionOf))].sort().join(', ');
    const instead = others === '' ? '' : `, only workers of version ${others}`;
    this.#options.onWarning?.(
      `no worker of version ${VERSION} is connected to ${at} yet${instead}\n` +
        `  to start one, on any machine: cachetorrent work --redis ${at}`,
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
