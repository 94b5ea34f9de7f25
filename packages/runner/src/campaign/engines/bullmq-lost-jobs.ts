/**
 * Jobs that Redis has assigned to a worker, but whose assignment the worker never received.
 *
 *     worker                           Redis
 *     next job?  ──────────────────▶   assigns A
 *                     lost ◀────────   A
 *     next job?  ──────────────────▶   assigns B
 *
 * A command is sent again when its connection is lost, although it may have been executed: a Redis
 * that shuts down executes the commands it has read, but does not reply. A would be executed only
 * after its lock has expired and a check for stalled jobs has found it, 30 to 60 seconds later.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type * as BullMQ from 'bullmq';
import type { Redis } from 'ioredis';

/** A reply reaches the worker in far less than this time. */
const ARRIVAL_MS = 1_000;

export interface WorkerConnection {
  readonly bullmq: typeof BullMQ;
  readonly worker: BullMQ.Worker;
  /** The connection on which the worker asks for jobs. */
  readonly redis: Redis;
}

/**
 * Returns jobs to the queue that are assigned to the worker and have not arrived. To be called when
 * the connection is back: its commands are answered in order, so replies to earlier requests for
 * jobs come before the replies to these commands.
 */
export async function requeueLostJobs(
  { bullmq, worker, redis }: WorkerConnection,
  hasArrived: (jobId: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const before = await activeJobsOf(worker, redis);
  await sleep(ARRIVAL_MS, undefined, { signal });
  for (const [id, token] of await activeJobsOf(worker, redis)) {
    if (before.get(id) !== token || hasArrived(id)) continue;
    const job = await bullmq.Job.fromId(worker, id);
    await job?.moveToWait(token);
  }
}

/** Returns the lock tokens of a worker's active jobs; a token begins with the worker's id. */
async function activeJobsOf(worker: BullMQ.Worker, redis: Redis): Promise<Map<string, string>> {
  const ids = await redis.lrange(worker.toKey('active'), 0, -1);
  if (ids.length === 0) return new Map();
  const tokens = await redis.mget(ids.map((id) => worker.toKey(`${id}:lock`)));
  const locks = ids.map((id, i) => [id, tokens[i] ?? ''] as const);
  return new Map(locks.filter(([, token]) => token.startsWith(`${worker.id}:`)));
}
