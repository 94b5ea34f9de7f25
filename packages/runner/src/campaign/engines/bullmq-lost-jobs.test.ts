/** Runs that go astray between the queue and a worker that is alive. */

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

/** Half of the time after which Redis takes a run from a worker, as nobody tells it to be quick. */
const SOON_MS = 15_000;
/** The worker has been connected again, and has looked for what it lost. */
const LOOKED_MS = 2_500;
/** Not a multiple of anything. */
const LOCK_MS = 3_001;

describe.skipIf(!HAS_REDIS)('a run that goes astray', { timeout: 120_000 }, () => {
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

  async function handOver(pieces: number): Promise<string> {
    const [run] = (await smallCampaign({ set: { pieces } })).runs;
    const { key, seed, setting } = run!;
    const data = { key, seed, cell: { config: setting.config, swarm: setting.swarm } };
    await queue.add('run', data, { jobId: key });
    return key;
  }

  async function withWorker(
    mishaps: NetworkFaults,
    options: { readonly lockMs?: number; readonly endsWhenEmpty?: boolean; readonly jobs: number },
    use: (worked: Promise<void>) => Promise<void>,
  ): Promise<void> {
    const proxy = await RedisProxy.to(server, mishaps);
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

  test('is made at once though the answer that had it was lost with the connection', async () => {
    const key = await handOver(3);
    let lost = 0;
    const losesAnswer = (answer: string) => answer.includes('"cell"') && lost++ === 0;
    await withWorker({ dropsReply: losesAnswer }, { jobs: 1 }, async () => {
      const start = performance.now();
      await waitUntil(async () => (await queue.getJobState(key)) === 'completed');
      expect(performance.now() - start).toBeLessThan(SOON_MS);
    });
    expect(lost).toBeGreaterThan(0);
  });

  test('is not given away while its worker, which lost the connection, is at work on it', async () => {
    const key = await handOver(60_000);
    let isToLose = false;
    const losesAnswer = () => isToLose && !(isToLose = false);
    await withWorker({ dropsReply: losesAnswer }, { jobs: 1, lockMs: LOCK_MS }, async () => {
      await waitUntil(async () => (await queue.getActiveCount()) === 1);
      isToLose = true;
      await waitUntil(() => !isToLose);
      await sleep(LOOKED_MS);
      expect(await queue.getJobState(key)).toBe('active');
      expect((await queue.getJob(key))!.attemptsStarted).toBe(1);
    });
    expect(await queue.getJobState(key)).toBe('waiting');
  });

  test('is made before its worker ends for want of work, however long Redis takes to answer', async () => {
    const key = await handOver(3);
    const delayMs = (command: string) => (/exists.*:result:/is.test(command) ? 1_500 : 0);
    await withWorker({ delayMs }, { jobs: 2, endsWhenEmpty: true }, async (worked) => {
      await worked;
      expect(await queue.getJobState(key)).toBe('completed');
    });
  });

  test('is looked for several times in the time that a worker may be silent', async () => {
    await withWorker({}, { jobs: 1, lockMs: LOCK_MS }, async () => {
      const looks = new Set<number>();
      const name = `${QUEUE_PREFIX}:${QUEUE_NAME}:stalled-check`;
      await waitUntil(async () => looks.add(Number(await redis.get(name))).size > 6);
      const atMs = [...looks].filter((ms) => ms > 0);
      const gapsMs = atMs.slice(1).map((ms, i) => ms - atMs[i]!);
      // A look that comes too early for Redis is left out.
      expect(Math.min(...gapsMs)).toBeLessThan(LOCK_MS / 4);
    });
  });
});
