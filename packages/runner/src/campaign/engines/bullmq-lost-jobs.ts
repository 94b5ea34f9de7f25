/**
 * Jobs that the queue believes a worker to have, and that never reached it.
 *
 *     worker                           Redis
 *     gives me a job  ─────────────▶   A is yours
 *                     lost ◀────────   here is A
 *     gives me a job  ─────────────▶   B is yours
 *
 * A command whose connection is lost is sent again, though it may have been carried out: a Redis
 * that is told to end still does what it has read, and answers nobody. Nobody would make A until
 * its lock has run out and somebody has looked for it, half a minute to a minute later.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { Job, type Worker as QueueWorker } from 'bullmq';
import type { Redis } from 'ioredis';

/** What has been answered reaches the worker in far less. */
const ARRIVAL_MS = 1_000;

/**
 * Gives back what was handed to `worker` and has not arrived. To be called when `redis`, which the
 * worker asks for jobs, is connected again: what is asked here is answered after what was asked
 * before.
 */
export async function requeueLostJobs(
  worker: QueueWorker,
  redis: Redis,
  hasArrived: (jobId: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const before = await activeJobsOf(worker, redis);
  await sleep(ARRIVAL_MS, undefined, { signal });
  for (const [id, token] of await activeJobsOf(worker, redis)) {
    if (before.get(id) !== token || hasArrived(id)) continue;
    const job = await Job.fromId(worker, id);
    await job?.moveToWait(token);
  }
}

/** The active jobs of a worker, and the tokens of their locks, in which its id comes first. */
async function activeJobsOf(worker: QueueWorker, redis: Redis): Promise<Map<string, string>> {
  const ids = await redis.lrange(worker.toKey('active'), 0, -1);
  if (ids.length === 0) return new Map();
  const tokens = await redis.mget(ids.map((id) => worker.toKey(`${id}:lock`)));
  const held = ids.map((id, i) => [id, tokens[i] ?? ''] as const);
  return new Map(held.filter(([, token]) => token.startsWith(`${worker.id}:`)));
}
