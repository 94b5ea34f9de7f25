/** Gets the bytes at a URL over HTTP, a limited number of them. */

import { Agent, fetch } from 'undici';

/** The options of `fetchBytes`. */
export interface FetchOptions {
  /** Ends the request, when it takes too long or the user stops it. */
  readonly signal: AbortSignal;
  /** The address to connect from. Default: the operating system chooses. */
  readonly localHost?: string | undefined;
}

/**
 * Gets the bytes at a URL. If there are more than `bytesMax`, a few of the others follow, which
 * shows that there are.
 *
 * @throws {Error} There is no answer, or `signal` is aborted; see `networkProblem`.
 */
export async function fetchBytes(
  url: string,
  bytesMax: number,
  { signal, localHost }: FetchOptions,
): Promise<{ readonly body: Uint8Array; readonly status: number }> {
  const agent = new Agent({
    pipelining: 0,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
  });
  try {
    const response = await fetch(url, {
      dispatcher: agent,
      signal,
      headers: { 'user-agent': 'CacheTorrent', 'accept-encoding': 'identity' },
    });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      parts.push(part);
      length += part.length;
      if (length > bytesMax) break;
    }
    return { body: Buffer.concat(parts), status: response.status };
  } finally {
    void agent.destroy();
  }
}

/** Says why there was no answer, as the rest of a sentence about a server. */
export function networkProblem(error: unknown): string {
  const { name, message, cause } = error as Error;
  const causes = cause instanceof Error ? [name, cause.name] : [name];
  if (causes.includes('TimeoutError')) return 'has not answered in time';
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
