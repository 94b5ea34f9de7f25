/** Gets the bytes at a URL over HTTP, a limited number of them. */

import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Agent, interceptors, request } from 'undici';

import { collectBytes } from '../collect-bytes.ts';

const REDIRECTIONS_MAX = 10;
const HTTP_SUCCESS = { min: 200, end: 300 } as const;

/** What an HTTP server has answered. */
export interface FetchedBytes {
  readonly body: Uint8Array;
  /** The HTTP status. */
  readonly status: number;
  /** Whether the status says that the request has succeeded. */
  readonly isSuccess: boolean;
}

/** The options of `fetchBytes`. */
export interface FetchOptions {
  /** Ends the request, when it takes too long or the user stops it. */
  readonly signal: AbortSignal;
  /** The address to connect from. Default: the operating system chooses. */
  readonly localHost?: string | undefined;
}

/**
 * Gets the bytes at a URL, which may have any port and a name and password, unlike for `fetch`. If
 * there are more than `bytesMax`, a few of the others follow, which shows that there are.
 *
 * @throws {Error} There is no answer, or `signal` is aborted; see `networkProblem`.
 */
export async function fetchBytes(
  url: string,
  bytesMax: number,
  { signal, localHost }: FetchOptions,
): Promise<FetchedBytes> {
  const agent = new Agent({
    pipelining: 0,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
  });
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent.compose(
        interceptors.redirect({ maxRedirections: REDIRECTIONS_MAX, throwOnMaxRedirect: true }),
      ),
      signal,
      headers: {
        'user-agent': 'CacheTorrent',
        'accept-encoding': 'identity',
        ...authorizationFor(new URL(url)),
      },
    });
    // Some trackers compress what they have been asked not to.
    const isGzip = headers['content-encoding'] === 'gzip';
    const content = isGzip ? pipeline(body, createGunzip(), () => {}) : body;
    const bytes = await collectBytes(content, bytesMax);
    const isSuccess = statusCode >= HTTP_SUCCESS.min && statusCode < HTTP_SUCCESS.end;
    return { body: bytes, status: statusCode, isSuccess };
  } finally {
    void agent.destroy();
  }
}

/** The name and password of a URL, for HTTP. */
function authorizationFor({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const credentials = Buffer.from(`${unescaped(username)}:${unescaped(password)}`);
  return { authorization: `Basic ${credentials.toString('base64')}` };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Says why there was no answer, as the rest of a sentence about a server. */
export function networkProblem(error: unknown): string {
  const { name, message, cause } = error as Error;
  const causes = cause instanceof Error ? [name, cause.name] : [name];
  if (causes.includes('TimeoutError')) return 'has not answered in time';
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
