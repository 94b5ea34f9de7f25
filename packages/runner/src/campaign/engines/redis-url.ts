/** Where Redis is: kept apart from what connects to it, which takes a while to load. */

/** Beyond this machine only where an address is given. */
export const LOCAL_REDIS = 'redis://127.0.0.1:6379';

/** The address that is given; or that of the environment; or the one on this machine. */
export function redisUrl(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return given ?? env['CACHETORRENT_REDIS'] ?? LOCAL_REDIS;
}

/** Whether it names a Redis, whoever may be there. */
export function isRedisUrl(url: string): boolean {
  return URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol) && new URL(url).host !== '';
}

/** An address without its credentials, for messages, logs and reports. */
export function withoutCredentials(url: string): string {
  // What is no address may still have a password in it.
  if (!isRedisUrl(url)) return '…';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
