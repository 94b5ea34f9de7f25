/** Connections to Redis (or Valkey): with clear words where there is none, and with patience. */

import { setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { UserError } from '../../user-error.ts';
import { isRedisUrl, LOCAL_REDIS, withoutCredentials } from './redis-url.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_RECONNECT_DELAY_MS = 5_000;
/** Less than whoever pressed Ctrl-C waits for. */
const CLOSE_TIMEOUT_MS = 700;

export interface RedisOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** Told when a connection is lost, and when it is back. */
  readonly onWarning?: (message: string) => void;
}

/**
 * A connection that has been tried, and that will connect again whenever it is lost.
 *
 * @throws UserError where nobody answers, or not in the way of Redis
 */
export async function connectRedis({ url, onWarning }: RedisOptions): Promise<Redis> {
  const at = withoutCredentials(url);
  if (!isRedisUrl(url)) {
    const problem = 'is no address of a Redis';
    throw new UserError({ at: `--redis ${at}`, problem, fix: `write ${LOCAL_REDIS}, say` });
  }
  let isUp = false;
  let lastError: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Commands wait for as long as it takes; BullMQ wants it so, too.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isUp ? Math.min(100 * 2 ** times, MAX_RECONNECT_DELAY_MS) : null),
  });
  let isLost = false;
  redis.on('error', (error: Error) => (lastError = error));
  redis.on('reconnecting', () => {
    if (!isLost) onWarning?.(`lost the connection to ${at}; trying again`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) onWarning?.(`connected to ${at} again`);
    isLost = false;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw connectionError(at, (lastError ?? error) as NodeJS.ErrnoException);
  }
  isUp = true;
  return redis;
}

/**
 * Before anything is made for a Redis that is not there.
 *
 * @throws UserError as `connected` does
 */
export async function checkRedis(url: string): Promise<void> {
  const redis = await connectRedis({ url });
  redis.disconnect();
}

/**
 * A command waits for a lost connection as long as it takes; who wants to stop does not.
 *
 * @throws the reason of `signal`, once it is aborted
 */
export function abortable<Answer>(signal: AbortSignal, command: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    command.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Waits for what has to be said before a connection ends, unless nobody is there to hear it. */
export async function settleInTime(saying: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const waited = sleep(CLOSE_TIMEOUT_MS, undefined, { signal: late.signal }).catch(() => {});
  await Promise.race([saying, waited]);
  late.abort();
}

function connectionError(address: string, error: NodeJS.ErrnoException): UserError {
  const at = `--redis ${address}`;
  if (/NOAUTH|WRONGPASS|NOPERM/.test(error.message)) {
    const fix = 'put user and password into the address, or into CACHETORRENT_REDIS';
    return new UserError({ at, problem: 'does not let you in', fix });
  }
  const problem = `cannot be reached: ${error.code ?? error.message}`;
  const fix = 'start redis-server there, or name another address with --redis';
  return new UserError({ at, problem, fix });
}
