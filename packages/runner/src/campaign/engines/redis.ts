/** Connections to Redis (or Valkey), with clear errors and automatic reconnection. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Redis } from 'ioredis';

import { UserError } from '../../user-error.ts';
import { loadBullMq, loadIoRedis } from '../optional-packages.ts';
import { isRedisUrl, LOCAL_REDIS, withoutCredentials } from './redis-url.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_RECONNECT_DELAY_MS = 5_000;
/** Less than the time after which the command exits on Ctrl-C. */
const CLOSE_TIMEOUT_MS = 700;

export interface RedisOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** Called when a connection is lost, and when it is back. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Connects to Redis. The connection is verified first, and then restored whenever it is lost.
 *
 * @throws UserError if ioredis is not installed, or there is no Redis at the URL
 */
export async function connectRedis({ url, onWarning }: RedisOptions): Promise<Redis> {
  const address = withoutCredentials(url);
  if (!isRedisUrl(url)) {
    const problem = 'is not a Redis URL';
    const fix = `write a URL such as ${LOCAL_REDIS}`;
    throw new UserError({ at: `--redis ${address}`, problem, fix });
  }
  const { Redis } = await loadIoRedis();
  let wasConnected = false;
  let isLost = false;
  let lastError: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Commands wait for the connection to come back, which BullMQ requires as well.
    maxRetriesPerRequest: null,
    retryStrategy: (times) =>
      wasConnected ? Math.min(100 * 2 ** times, MAX_RECONNECT_DELAY_MS) : null,
  });
  redis.on('error', (error: Error) => (lastError = error));
  redis.on('reconnecting', () => {
    if (!isLost) onWarning?.(`lost the connection to ${address}; reconnecting`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) onWarning?.(`connected to ${address} again`);
    isLost = false;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw connectionError(address, (lastError ?? error) as NodeJS.ErrnoException);
  }
  wasConnected = true;
  return redis;
}

/**
 * Checks that the queue can be used, before anything else is created.
 *
 * @throws UserError if BullMQ or ioredis is not installed, or there is no Redis at `url`
 */
export async function checkRedis(url: string): Promise<void> {
  await loadBullMq();
  const redis = await connectRedis({ url });
  redis.disconnect();
}

/**
 * Waits for the reply to a command, which may take as long as the connection is lost.
 *
 * @throws the reason of `signal`, once it is aborted
 */
export function abortable<Reply>(signal: AbortSignal, command: Promise<Reply>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    command.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Waits for `closing`, but not longer than the timeout: Redis may be unreachable. */
export async function settleInTime(closing: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const timeout = sleep(CLOSE_TIMEOUT_MS, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([closing, timeout]);
  timer.abort();
}

function connectionError(address: string, error: NodeJS.ErrnoException): UserError {
  const at = `--redis ${address}`;
  if (/NOAUTH|WRONGPASS|NOPERM/.test(error.message)) {
    const fix = 'add user and password to the URL, or set CACHETORRENT_REDIS';
    return new UserError({ at, problem: 'denies access', fix });
  }
  const problem = `cannot be reached: ${error.code ?? error.message}`;
  const fix = 'start redis-server there, or name another URL with --redis';
  return new UserError({ at, problem, fix });
}
