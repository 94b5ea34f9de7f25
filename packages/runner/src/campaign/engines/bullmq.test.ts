/** The queue with a real Redis, and with workers in processes of their own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { seededRandom } from '@cachetorrent/std';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { inFolder, pretendedRecord, resultsIn, smallCampaign } from '../../../test/campaigns.ts';
import { HAS_REDIS, RedisServer } from '../../../test/redis-server.ts';
import type { CampaignPlan } from '../experiment/plan.ts';
import { sealed } from '../store/record.ts';
import { Store } from '../store/store.ts';
import { sweep, type SweepEvent } from '../sweep.ts';
import { BullmqEngine, leaveResult, QUEUE_NAME, QUEUE_PREFIX } from './bullmq.ts';
import { BullmqWorker } from './bullmq-worker.ts';
import { LocalEngine } from './local.ts';

const COMMAND = new URL('../../../bin/cachetorrent.js', import.meta.url).pathname;
const NEVER = new AbortController().signal;
/** On a machine that has other things to do. */
const PATIENCE_MS = 120_000;
/** After so long in silence, a run goes to another worker. */
const LOCK_MS = 2_000;

if (!HAS_REDIS) {
  console.warn('\n!!! No redis-server here: the queue is NOT tested (apt-get install redis-server).\n');
}

describe.skipIf(!HAS_REDIS)('the queue', { timeout: PATIENCE_MS }, () => {
  let server: RedisServer;
  let folder: string;
  let done: Promise<void>;
  let end: () => void;

  beforeAll(async () => {
    await new Promise<void>((ready) => {
      done = inFolder(async (made) => {
        folder = made;
        mkdirSync(join(folder, 'redis'));
        server = await RedisServer.start(join(folder, 'redis'));
        ready();
        await new Promise<void>((resolve) => (end = resolve));
        await server.stop();
      });
    });
  });
  afterAll(async () => {
    end();
    await done;
  });

  test('comes to the same store as this process, with two workers', async () => {
    const plan = await smallCampaign({ vary: { leaders: [null, 30] }, repeat: 3 });
    const [local, remote] = [join(folder, 'local'), join(folder, 'remote')];
    await sweptHere(plan, local);
    const workers = [working(server.url), working(server.url)];
    await sweptThere(plan, remote, server.url);
    await ended(...workers);
    expect([...resultsIn(remote)]).toEqual([...resultsIn(local)]);
    // Nothing is left over in Redis.
    const redis = new Redis(server.url);
    expect(await redis.keys('*:result:*')).toEqual([]);
    redis.disconnect();
  });

  test('puts results into a folder that is shared, by choice', async () => {
    const plan = await smallCampaign({ vary: { uploads: [3, 5] } });
    const shared = join(folder, 'shared');
    const worker = working(server.url, '--store', shared);
    const events = await sweptThere(plan, shared, server.url);
    await ended(worker);
    expect(events.map(({ kind }) => kind)).toEqual(['begun', 'done', 'done']);
    expect(resultsIn(shared).size).toBe(2);
  });

  test('survives workers and submitters that are killed at any moment', async () => {
    const seed = 5;
    const random = seededRandom(seed);
    const plan = await smallCampaign({ vary: { backlog: [5, 8] }, repeat: 15 });
    const [local, killed] = [join(folder, 'undisturbed'), join(folder, 'killed')];
    await sweptHere(plan, local);

    const stop = new AbortController();
    const campaign = { isOver: false };
    const killing = (async () => {
      for (let kill = 0; kill < 12 && !campaign.isOver; kill++) {
        const worker = working(server.url);
        await sleep(600 + random.below(1_200));
        worker.kill('SIGKILL');
        await once(worker, 'exit');
      }
    })();
    // The submitter gives up half-way; its claims end with it, what it handed over goes on.
    const first = sweptThere(plan, killed, server.url, stop.signal).catch(() => {});
    await sleep(3_000);
    stop.abort();
    await first;

    const steady = working(server.url);
    await sweptThere(plan, killed, server.url);
    campaign.isOver = true;
    await killing;
    await ended(steady);
    expect([...resultsIn(killed)], `seed ${seed}`).toEqual([...resultsIn(local)]);
  });

  test('goes on when Redis comes back', async () => {
    const plan = await smallCampaign({ vary: { interval: [9_000, 10_001] }, repeat: 4 });
    const store = join(folder, 'reconnected');
    const worker = working(server.url);
    const troubles: string[] = [];
    const swept = sweptThere(plan, store, server.url, NEVER, (message) => troubles.push(message));
    await sleep(2_500);
    await server.stop();
    await sleep(700);
    await server.start();
    await swept;
    await ended(worker);
    expect(resultsIn(store).size).toBe(8);
    expect(troubles.join('\n')).toMatch(/lost the connection to redis:.*\n.*connected to .* again/);
  });

  test('takes a result that an earlier submitter did not come to fetch', async () => {
    const plan = await smallCampaign({ set: { pieces: 3 } });
    const [run] = plan.runs;
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    const queue = new Queue(QUEUE_NAME, { connection: redis, prefix: QUEUE_PREFIX });
    await queue.add('run', { key: run!.key, seed: run!.seed, cell: run!.cell }, { jobId: run!.key });
    const worker = await BullmqWorker.connect({ url: server.url, endsWhenEmpty: true, jobs: 1 });
    await worker.work(NEVER);
    await leaveResult(redis, run!.key, sealed({ ...pretendedRecord(run!), version: 'earlier' }));

    await sweptThere(plan, join(folder, 'fetched'), server.url);
    const store = await Store.openToRead(join(folder, 'fetched'));
    expect(store.read(run!.key).version).toBe('earlier');
    await queue.close();
    redis.disconnect();
  });

  test('tells of runs that fail, after a second try', async () => {
    const plan = await smallCampaign();
    const [run] = plan.runs;
    const swarm = { ...run!.cell.swarm, seeds: 20 };
    const broken = { ...plan, runs: [{ ...run!, key: 'f'.repeat(32), cell: { ...run!.cell, swarm } }] };
    const worker = working(server.url);
    const events = await sweptThere(broken, join(folder, 'broken'), server.url);
    await ended(worker);
    expect(events.map(({ kind }) => kind)).toEqual(['begun', 'retry', 'failed']);
    const store = await Store.openToRead(join(folder, 'broken'));
    expect((await store.failures())[0]!.error).toContain('SwarmError');
  });

  test('keeps workers of other versions away', async () => {
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    const other = new Queue('runs-9.9.9-r9', { connection: redis, prefix: QUEUE_PREFIX });
    await other.add('run', {});
    const connecting = BullmqWorker.connect({ url: server.url });
    await expect(connecting).rejects.toThrow('has runs for workers of version 9.9.9 (results 9)');
    await other.obliterate();
    await other.close();
    redis.disconnect();
  });

  test('says so where nobody works on it', async () => {
    const troubles: string[] = [];
    const engine = await BullmqEngine.connect({ url: server.url, onTrouble: (of) => troubles.push(of) });
    const nothing = { length: 0, take: () => undefined };
    await engine.submit(nothing, () => Promise.resolve(), NEVER);
    expect(await engine.status()).toEqual({ waiting: 0, active: 0 });
    await engine.close();
    expect(troubles.join()).toContain('no worker of version');
  });
});

describe.skipIf(!HAS_REDIS)('a password', { timeout: PATIENCE_MS }, () => {
  test('is needed, taken from the address, and written nowhere', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'redis'));
      const server = await RedisServer.start(join(folder, 'redis'), 'hush-hush');
      const without = server.url.replace(/\/\/.*@/, '//');
      await expect(BullmqEngine.connect({ url: without })).rejects.toThrow('does not let you in');

      const store = join(folder, 'store');
      const worker = working(server.url, '--store', store);
      await sweptThere(await smallCampaign(), store, server.url);
      await ended(worker);
      for (const file of readdirSync(store, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        expect(readFileSync(join(file.parentPath, file.name)).includes('hush-hush')).toBe(false);
      }
      await server.stop();
    }));
});

test.each([
  { wrong: 'where nobody answers',   url: 'redis://user:secret@127.0.0.1:1',  says: '--redis redis://127.0.0.1:1: cannot be reached: ECONNREFUSED' },
  { wrong: 'that is none',           url: 'nonsense',                         says: 'is no address of a Redis' },
  { wrong: 'of something else',      url: 'http://127.0.0.1',                 says: 'is no address of a Redis' },
])('an address is refused $wrong', async ({ url, says }) => {
  await expect(BullmqEngine.connect({ url })).rejects.toThrow(says);
  await expect(BullmqWorker.connect({ url })).rejects.not.toThrow('secret');
});

async function sweptHere(plan: CampaignPlan, folder: string): Promise<void> {
  const store = await Store.open(folder);
  const engine = new LocalEngine({ jobs: 2 });
  await sweep({ plan, store, engine, signal: NEVER });
  await engine.close();
  store.close();
}

async function sweptThere(
  plan: CampaignPlan,
  folder: string,
  url: string,
  signal: AbortSignal = NEVER,
  onTrouble: (message: string) => void = () => {},
): Promise<SweepEvent[]> {
  const store = await Store.open(folder);
  const engine = await BullmqEngine.connect({ url, onTrouble });
  const events: SweepEvent[] = [];
  try {
    await sweep({ plan, store, engine, signal, onEvent: (event) => events.push(event) });
    return events;
  } finally {
    await engine.close();
    store.close();
  }
}

function working(url: string, ...args: readonly string[]): ChildProcess {
  const work = ['work', '--redis', url, '--jobs', '1', '--lock', String(LOCK_MS), '--quiet'];
  return spawn(process.execPath, [COMMAND, ...work, ...args], { stdio: ['ignore', 'ignore', 'ignore'] });
}

async function ended(...workers: readonly ChildProcess[]): Promise<void> {
  const exits = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(exits);
}
