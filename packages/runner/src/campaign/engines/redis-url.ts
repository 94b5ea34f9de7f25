/** The default Redis URL, and URLs without their credentials. */

/** The default URL; another machine is contacted only if its URL is given. */
export const LOCAL_REDIS = 'redis://127.0.0.1:6379';

/** Returns the URL that is given, or that of the environment, or that of this machine. */
export function redisUrl(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return given ?? env['CACHETORRENT_REDIS'] ?? LOCAL_REDIS;
}

/** Whether `url` has the form of a Redis URL. */
export function isRedisUrl(url: string): boolean {
  return URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol) && new URL(url).host !== '';
}

/** Returns the URL without its credentials, for messages, logs and reports. */
export function withoutCredentials(url: string): string {
  // A string that is not a URL may contain a password as well.
  if (!isRedisUrl(url)) return '…';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
