/**
 * What submitters and workers have to agree upon: the queue's name, what a job holds, and where
 * its result is left.
 *
 *     cachetorrent:runs-0.1.0-r1        the queue; its jobs are tasks, their ids the keys of runs
 *     cachetorrent:result:3f9c…         a sealed record, packed, until the submitter has stored it
 *
 * The name of the queue has the version in it, so runs only ever go to workers of the same one.
 */

import { gunzipSync, gzipSync } from 'node:zlib';

import type { Redis } from 'ioredis';

import { VERSION } from '../../version.ts';
import { RESULTS_VERSION, type RunKey } from '../experiment/key.ts';

/** What a job gives back; the result itself is elsewhere. */
export interface JobResult {
  /** The worker has put it into the store that it shares with the submitter. */
  readonly isStored: boolean;
}

export const QUEUE_PREFIX = 'cachetorrent';
export const QUEUE_NAME: string = `runs-${VERSION}-r${RESULTS_VERSION}`;

/** How long Redis keeps jobs that have ended, and their results: nobody may ever ask for them. */
export const RETENTION_SECONDS: number = 7 * 24 * 3600;

/** Leaves a result for the submitter. Leaving it again changes nothing. */
export async function putResult(redis: Redis, key: RunKey, text: string): Promise<void> {
  await redis.set(resultKey(key), gzipSync(text), 'EX', RETENTION_SECONDS);
}

export async function hasResult(redis: Redis, key: RunKey): Promise<boolean> {
  return (await redis.exists(resultKey(key))) > 0;
}

/** Undefined where there is none. */
export async function getResult(redis: Redis, key: RunKey): Promise<string | undefined> {
  const packed = await redis.getBuffer(resultKey(key));
  return packed === null ? undefined : gunzipSync(packed).toString();
}

export async function deleteResult(redis: Redis, key: RunKey): Promise<void> {
  await redis.del(resultKey(key));
}

function resultKey(key: RunKey): string {
  return `${QUEUE_PREFIX}:result:${key}`;
}

/** Which version's runs a queue holds: 0.1.0 (results 1) for `runs-0.1.0-r1`. */
export function versionOf(queue: string): string {
  const [, version = '?', results = '?'] = /^runs-(.*)-r(\d+)$/.exec(queue) ?? [];
  return `${version} (results ${results})`;
}

/** The queues of other versions that have runs waiting. */
export async function otherQueuesWithRuns(redis: Redis): Promise<readonly string[]> {
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${QUEUE_PREFIX}:runs-*:meta`);
    for (const key of keys) names.add(key.split(':')[1]!);
    cursor = next;
  } while (cursor !== '0');
  names.delete(QUEUE_NAME);
  const counted = [...names]
    .sort()
    .map(async (name) => ({ name, count: await waitingCount(redis, name) }));
  return (await Promise.all(counted)).filter(({ count }) => count > 0).map(({ name }) => name);
}

/** How many runs wait in a queue. */
export async function waitingCount(redis: Redis, queue: string): Promise<number> {
  return redis.llen(`${QUEUE_PREFIX}:${queue}:wait`);
}

/**
 * The queues that workers are connected for, each as often as there are workers. BullMQ has every
 * worker call its connection after the queue.
 */
export async function queuesWithWorkers(redis: Redis): Promise<readonly string[]> {
  const clients = (await redis.client('LIST')) as string;
  const names = [...clients.matchAll(/ name=cachetorrent:([\w+/]+=*)(?::w:\S*)? /g)];
  return names.map(([, name]) => Buffer.from(name!, 'base64').toString());
}
