/**
 * The interface between submitters and workers: the name of the queue, and the keys of results.
 *
 *     cachetorrent:runs-0.1.0-r1        the queue; its jobs are run specs, their ids the run keys
 *     cachetorrent:result:3f9c…         a serialized record, compressed, until it has been stored
 *
 * The name of the queue contains the version, so runs are only executed by workers of the same one.
 */

import { gunzipSync, gzipSync } from 'node:zlib';

import type { Redis } from 'ioredis';

import { VERSION } from '../../version.ts';
import { RESULTS_VERSION, type RunKey } from '../experiment/key.ts';

/** The return value of a job; its result is stored separately. */
export interface JobResult {
  /** Whether the worker has put the result into the store that it shares with the submitter. */
  readonly isStored: boolean;
}

export const QUEUE_PREFIX = 'cachetorrent';
export const QUEUE_NAME: string = `runs-${VERSION}-r${RESULTS_VERSION}`;

/** How long Redis keeps ended jobs and their results, in case no `sweep` collects them. */
export const RETENTION_SECONDS: number = 7 * 24 * 3600;

/** Stores a result for the submitter. Idempotent. */
export async function putResult(redis: Redis, key: RunKey, text: string): Promise<void> {
  await redis.set(resultKey(key), gzipSync(text), 'EX', RETENTION_SECONDS);
}

export async function hasResult(redis: Redis, key: RunKey): Promise<boolean> {
  return (await redis.exists(resultKey(key))) > 0;
}

/** Returns the result of a run; undefined if there is none. */
export async function getResult(redis: Redis, key: RunKey): Promise<string | undefined> {
  const compressed = await redis.getBuffer(resultKey(key));
  return compressed === null ? undefined : gunzipSync(compressed).toString();
}

export async function deleteResult(redis: Redis, key: RunKey): Promise<void> {
  await redis.del(resultKey(key));
}

function resultKey(key: RunKey): string {
  return `${QUEUE_PREFIX}:result:${key}`;
}

/** Returns the version in the name of a queue: 0.1.0 (results 1) for `runs-0.1.0-r1`. */
export function versionOf(queue: string): string {
  const [, version = '?', results = '?'] = /^runs-(.*)-r(\d+)$/.exec(queue) ?? [];
  return `${version} (results ${results})`;
}

/** Returns the queues of other versions that have runs waiting. */
export async function otherQueuesWithRuns(redis: Redis): Promise<readonly string[]> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${QUEUE_PREFIX}:runs-*:meta`);
    for (const key of keys) names.add(key.split(':')[1]!);
    cursor = next;
  } while (cursor !== '0');
  names.delete(QUEUE_NAME);
  const counts = [...names]
    .sort()
    .map(async (name) => ({ name, count: await waitingCount(redis, name) }));
  return (await Promise.all(counts)).filter(({ count }) => count > 0).map(({ name }) => name);
}

/** Returns the number of runs that wait in a queue. */
export async function waitingCount(redis: Redis, queue: string): Promise<number> {
  return redis.llen(`${QUEUE_PREFIX}:${queue}:wait`);
}

/**
 * Returns the queues that workers are connected for, once for each worker. BullMQ names the
 * connection of a worker after its queue.
 */
export async function queuesWithWorkers(redis: Redis): Promise<readonly string[]> {
  const clients = (await redis.client('LIST')) as string;
  const names = [...clients.matchAll(/ name=cachetorrent:([\w+/]+=*)(?::w:\S*)? /g)];
  return names.map(([, name]) => Buffer.from(name!, 'base64').toString());
}
