/** The queue with a real Redis and worker processes. */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, resultsIn, smallCampaign } from '../../../test/campaigns.ts';
import {
  stopWorkers,
  sweepLocally,
  sweepThroughQueue,
  waitUntil,
  startQueueWorker,
} from '../../../test/queue.ts';
import { HAS_REDIS, RedisServer } from '../../../test/redis-server.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import { serializeRecord } from '../store/record.ts';
import { Store } from '../store/store.ts';
import type { SweepEvent } from '../sweep.ts';
import { putResult, QUEUE_NAME, QUEUE_PREFIX } from './bullmq-queue.ts';
import { BullmqWorker } from './bullmq-worker.ts';
import type { RunSpec } from './engine.ts';

const NEVER = new AbortController().signal;
/** Allows for a busy machine. */
const TEST_TIMEOUT_MS = 120_000;

describe.skipIf(!HAS_REDIS)('the queue', { timeout: TEST_TIMEOUT_MS }, () => {
  let server: RedisServer;
  let folder: string;
  let queue: Queue;
  let redis: Redis;
  let done: Promise<void>;
  let end: () => void;

  beforeAll(async () => {
    await new Promise<void>((ready) => {
      done = inFolder(async (temporary) => {
        folder = temporary;
        server = await RedisServer.start(folder);
        redis = connectedTo(server.url);
        queue = new Queue(QUEUE_NAME, { connection: redis, prefix: QUEUE_PREFIX });
        queue.on('error', () => {});
        ready();
        await new Promise<void>((resolve) => (end = resolve));
        await queue.close();
        redis.disconnect();
        await server.stop();
      });
    });
  });
  afterAll(async () => {
    end();
    await done;
  });

  test('gives the same store as a local sweep, with two workers', async () => {
    const plan = await smallCampaign({ vary: { leaders: [null, 30] }, repeat: 3 });
    const [local, remote] = [join(folder, 'local'), join(folder, 'remote')];
    await sweepLocally(plan, local);
    const workers = [startQueueWorker(server.url), startQueueWorker(server.url)];
    await sweepThroughQueue(plan, remote, server.url);
    await stopWorkers(...workers);
    expect([...resultsIn(remote)]).toEqual([...resultsIn(local)]);
    // Redis is empty afterwards.
    expect(await redis.keys('*:result:*')).toEqual([]);
    expect(await queue.getJobCountByTypes()).toBe(0);
  });

  test('gives a run back if the store of its worker fails, which ends that worker', async () => {
    const plan = await smallCampaign({ vary: { uploadSlots: [7] } });
    const broken = join(folder, 'broken-store');
    const store = await Store.open(broken);
    // A file is in place of the folder of the run.
    writeFileSync(join(broken, 'runs', plan.runs[0]!.key.slice(0, 2)), '');
    const worker = await BullmqWorker.connect({ url: server.url, store, jobs: 1 });
    const working = worker.work(NEVER);
    const swept = sweepThroughQueue(plan, join(folder, 'kept'), server.url);
    await expect(working).rejects.toThrow('EEXIST');
    store.close();
    const another = startQueueWorker(server.url);
    await swept;
    await stopWorkers(another);
    expect(resultsIn(join(folder, 'kept')).size).toBe(1);
  });

  test('can put results into a shared folder', async () => {
    const plan = await smallCampaign({ vary: { uploadSlots: [3, 5] } });
    const shared = join(folder, 'shared');
    const worker = startQueueWorker(server.url, '--store', shared);
    const events = await sweepThroughQueue(plan, shared, server.url);
    await stopWorkers(worker);
    expect(kindsOf(events)).toEqual(['started', 'done', 'done']);
    expect(resultsIn(shared).size).toBe(2);
  });

  test('notices if a worker puts results into another folder', async () => {
    const plan = await smallCampaign({ vary: { uploadSlots: [6] } });
    const store = join(folder, 'own');
    const worker = startQueueWorker(server.url, '--store', join(folder, 'other'));
    const events = await sweepThroughQueue(plan, store, server.url);
    await stopWorkers(worker);
    expect(kindsOf(events)).toEqual(['started', 'retry', 'failed']);
    const [failure] = await (await Store.openReadOnly(store)).failures();
    expect(failure!.error).toContain('--store of the workers has to be the same folder');
  });

  test('gives the run of a killed worker to another', async () => {
    const plan = await smallCampaign({ set: { pieces: 4_000 } });
    const swept = sweepThroughQueue(plan, join(folder, 'taken-over'), server.url);
    const first = startQueueWorker(server.url);
    await waitUntil(async () => (await queue.getActiveCount()) === 1);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = startQueueWorker(server.url);
    expect(kindsOf(await swept)).toEqual(['started', 'done']);
    await stopWorkers(second);
  });

  test('gets the run of a stopped worker back at once', async () => {
    const [run] = (await smallCampaign({ set: { pieces: 20_000 } })).runs;
    await queue.add('run', taskOf(run!), { jobId: run!.key });
    const worker = await BullmqWorker.connect({ url: server.url, jobs: 1 });
    const stop = new AbortController();
    const worked = worker.work(stop.signal);
    await waitUntil(async () => (await queue.getActiveCount()) === 1);
    stop.abort();
    await worked;
    expect(await queue.getJobState(run!.key)).toBe('waiting');
    await queue.remove(run!.key);
  });

  test('continues when Redis is back', async () => {
    const plan = await smallCampaign({ vary: { rechokeInterval: [9_000, '10.001 s'] }, repeat: 8 });
    const store = join(folder, 'reconnected');
    const worker = startQueueWorker(server.url);
    const warnings: string[] = [];
    const firstDone = Promise.withResolvers<void>();
    const swept = sweepThroughQueue(plan, store, server.url, {
      onWarning: (message) => warnings.push(message),
      onEvent: ({ kind }) => kind === 'done' && firstDone.resolve(),
    });
    await firstDone.promise;
    await server.stop();
    expect(resultsIn(store).size).toBeLessThan(16);
    await server.start();
    await swept;
    await stopWorkers(worker);
    expect(resultsIn(store).size).toBe(16);
    expect(warnings.join('\n')).toMatch(/lost the connection to redis:.*\nconnected to .* again/);
  });

  test('can be stopped while Redis is unavailable', () =>
    inFolder(async (elsewhere) => {
      const other = await RedisServer.start(elsewhere);
      const stop = new AbortController();
      const started = Promise.withResolvers<void>();
      const plan = await smallCampaign({ vary: { uploadSlots: [9] } });
      const swept = sweepThroughQueue(plan, join(elsewhere, 'store'), other.url, {
        signal: stop.signal,
        onEvent: () => started.resolve(),
      });
      await started.promise;
      await other.stop();
      const stoppedMs = performance.now();
      stop.abort(new Error('enough'));
      await expect(swept).rejects.toThrow('enough');
      expect(performance.now() - stoppedMs).toBeLessThan(1_000);
    }));

  test('does not execute a run again whose result exists, and delivers that result', async () => {
    const plan = await smallCampaign({ set: { pieces: 3 } });
    const [run] = plan.runs;
    await putResult(redis, run!.key, serializeRecord({ ...fakeRecord(run!), version: 'earlier' }));
    await queue.add('run', taskOf(run!), { jobId: run!.key });
    const worker = await BullmqWorker.connect({ url: server.url, endsWhenEmpty: true, jobs: 1 });
    await worker.work(NEVER);
    expect(await queue.getJobState(run!.key)).toBe('completed');

    await sweepThroughQueue(plan, join(folder, 'fetched'), server.url);
    const store = await Store.openReadOnly(join(folder, 'fetched'));
    expect(store.read(run!.key).version).toBe('earlier');
  });

  test('reports runs that fail twice', async () => {
    const plan = await smallCampaign();
    const [run] = plan.runs;
    const swarm = { ...run!.setting.swarm, seeds: 20 };
    const broken = {
      ...plan,
      runs: [{ ...run!, key: 'f'.repeat(32), setting: { ...run!.setting, swarm } }],
    };
    const worker = startQueueWorker(server.url);
    const events = await sweepThroughQueue(broken, join(folder, 'broken'), server.url);
    await stopWorkers(worker);
    expect(kindsOf(events)).toEqual(['started', 'retry', 'failed']);
    const store = await Store.openReadOnly(join(folder, 'broken'));
    expect((await store.failures())[0]!.error).toContain('SwarmError');
  });

  test('rejects workers of other versions', async () => {
    const other = new Queue('runs-9.9.9-r9', { connection: redis, prefix: QUEUE_PREFIX });
    await other.add('run', {});
    const connecting = BullmqWorker.connect({ url: server.url });
    await expect(connecting).rejects.toThrow('has runs for workers of version 9.9.9 (results 9)');
    await other.obliterate();
  });

  test('warns if only workers of other versions are connected', async () => {
    const connection = connectedTo(server.url);
    const other = new Worker('runs-9.9.9-r9', () => Promise.resolve(), {
      connection,
      prefix: QUEUE_PREFIX,
    });
    await other.waitUntilReady();
    await waitUntil(async () => String(await redis.client('LIST')).includes('cnVucy05LjkuOS1yOQ'));
    const stop = new AbortController();
    const warning = Promise.withResolvers<string>();
    const callbacks = { signal: stop.signal, onWarning: warning.resolve };
    const swept = sweepThroughQueue(
      await smallCampaign({ vary: { uploadSlots: [7] } }),
      join(folder, 'alone'),
      server.url,
      callbacks,
    );
    expect(await warning.promise).toMatch(
      /^no worker of version \S+ is connected to redis:\S+ yet, only workers of version 9\.9\.9 \(results 9\)\n/,
    );
    stop.abort(new Error('enough'));
    await expect(swept).rejects.toThrow('enough');
    await other.close(true);
    connection.disconnect();
  });
});

function kindsOf(events: readonly SweepEvent[]): string[] {
  return events.map(({ kind }) => kind);
}

function connectedTo(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  return redis;
}

function taskOf({ key, seed, setting: { config, swarm } }: PlannedRun): RunSpec {
  return { key, seed, setting: { config, swarm } };
}
