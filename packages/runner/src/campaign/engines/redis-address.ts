/** Where Redis is: kept apart from what connects to it, which takes a while to load. */

/** Beyond this machine only where an address is given. */
export const LOCAL_REDIS = 'redis://127.0.0.1:6379';

/** The address to use: the one that is given, that of the environment, or the one on this machine. */
export function redisUrl(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return given ?? env['CACHETORRENT_REDIS'] ?? LOCAL_REDIS;
}

/** An address without its credentials, for messages, logs and reports. */
export function withoutCredentials(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed === undefined ? 'redis' : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
