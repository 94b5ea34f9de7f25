/** Jobs that are lost between the queue and a live worker. */

import { setTimeout as sleep } from 'node:timers/promises';

import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { inFolder, smallCampaign } from '../../../test/campaigns.ts';
import { waitUntil } from '../../../test/queue.ts';
import { type NetworkFaults, RedisProxy } from '../../../test/redis-proxy.ts';
import { HAS_REDIS, RedisServer } from '../../../test/redis-server.ts';
import { QUEUE_NAME, QUEUE_PREFIX } from './bullmq-queue.ts';
import { BullmqWorker } from './bullmq-worker.ts';

/** Half of the default lock duration, after which the run would go to another worker anyway. */
const SOON_MS = 15_000;
/** Long enough for the worker to reconnect and to look for lost jobs. */
const REQUEUED_MS = 2_500;
/** Not a multiple of other intervals. */
const LOCK_MS = 3_001;

describe.skipIf(!HAS_REDIS)('a lost job', { timeout: 120_000 }, () => {
  let server: RedisServer;
  let redis: Redis;
  let queue: Queue;
  let end: () => void;
  let ended: Promise<void>;

  beforeEach(async () => {
    const ready = Promise.withResolvers<void>();
    ended = inFolder(async (folder) => {
      server = await RedisServer.start(folder);
      redis = new Redis(server.url, { maxRetriesPerRequest: null });
      queue = new Queue(QUEUE_NAME, { connection: redis, prefix: QUEUE_PREFIX });
      await new Promise<void>((resolve) => {
        end = resolve;
        ready.resolve();
      });
      await queue.close();
      redis.disconnect();
      await server.stop();
    });
    await ready.promise;
  });
  afterEach(async () => {
    end();
    await ended;
  });

  async function enqueue(pieces: number): Promise<string> {
    const [run] = (await smallCampaign({ set: { pieces } })).runs;
    const { key, seed, setting } = run!;
    const data = { key, seed, setting: { config: setting.config, swarm: setting.swarm } };
    await queue.add('run', data, { jobId: key });
    return key;
  }

  async function withWorker(
    faults: NetworkFaults,
    options: { readonly lockMs?: number; readonly endsWhenEmpty?: boolean; readonly jobs: number },
    use: (worked: Promise<void>) => Promise<void>,
  ): Promise<void> {
    const proxy = await RedisProxy.to(server, faults);
    const stop = new AbortController();
    const worker = await BullmqWorker.connect({ url: proxy.url, ...options });
    const worked = worker.work(stop.signal);
    try {
      await use(worked);
    } finally {
      stop.abort();
      await worked;
      await proxy.close();
    }
  }

  test('is executed soon although its assignment was lost with the connection', async () => {
    const key = await enqueue(3);
    let lost = 0;
    const losesAnswer = (reply: string) => reply.includes('"setting"') && lost++ === 0;
    await withWorker({ dropsReply: losesAnswer }, { jobs: 1 }, async () => {
      const start = performance.now();
      await waitUntil(async () => (await queue.getJobState(key)) === 'completed');
      expect(performance.now() - start).toBeLessThan(SOON_MS);
    });
    expect(lost).toBeGreaterThan(0);
  });

  test('is not requeued while a worker that has lost the connection executes it', async () => {
    const key = await enqueue(60_000);
    let dropsNextReply = false;
    const losesAnswer = () => dropsNextReply && !(dropsNextReply = false);
    await withWorker({ dropsReply: losesAnswer }, { jobs: 1, lockMs: LOCK_MS }, async () => {
      await waitUntil(async () => (await queue.getActiveCount()) === 1);
      dropsNextReply = true;
      await waitUntil(() => !dropsNextReply);
      await sleep(REQUEUED_MS);
      expect(await queue.getJobState(key)).toBe('active');
      expect((await queue.getJob(key))!.attemptsStarted).toBe(1);
    });
    expect(await queue.getJobState(key)).toBe('waiting');
  });

  test('is executed before a worker ends with an empty queue, even if Redis is slow', async () => {
    const key = await enqueue(3);
    const delayMs = (command: string) => (/exists.*:result:/is.test(command) ? 1_500 : 0);
    await withWorker({ delayMs }, { jobs: 2, endsWhenEmpty: true }, async (worked) => {
      await worked;
      expect(await queue.getJobState(key)).toBe('completed');
    });
  });

  test('is checked for several times during the lifetime of a lock', async () => {
    await withWorker({}, { jobs: 1, lockMs: LOCK_MS }, async () => {
      const checks = new Set<number>();
      const name = `${QUEUE_PREFIX}:${QUEUE_NAME}:stalled-check`;
      await waitUntil(async () => checks.add(Number(await redis.get(name))).size > 6);
      const atMs = [...checks].filter((ms) => ms > 0);
      const gapsMs = atMs.slice(1).map((ms, i) => ms - atMs[i]!);
      // Redis skips a check that comes too early.
      expect(Math.min(...gapsMs)).toBeLessThan(LOCK_MS / 4);
    });
  });
});
