/**
 * Asks an HTTP tracker, once. Whatever is at the other end, what comes back is an answer, a
 * refusal or a problem, after a bounded time and a bounded number of bytes.
 */

import {
  ANNOUNCE_BYTES_MAX,
  type AnnounceResult,
  type AnnounceRequest,
  announceUrl,
  parseAnnounceResponse,
} from '@cachetorrent/protocol/wire';
import { Agent, fetch, type Response } from 'undici';

/** BEP 3 gives none; other clients wait 15 to 60 s. */
const TIMEOUT_MS = 15_000;

export interface AnnounceOptions {
  /** Gives up early. */
  readonly signal?: AbortSignal | undefined;
  /** The address to ask from, by which the tracker knows us; whichever the system likes. */
  readonly localHost?: string | undefined;
}

/** Never throws. */
export async function announce(
  tracker: string,
  request: AnnounceRequest,
  { signal, localHost }: AnnounceOptions = {},
): Promise<AnnounceResult> {
  const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])];
  const agent = new Agent({
    pipelining: 0,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
  });
  try {
    const response = await fetch(announceUrl(tracker, request), {
      dispatcher: agent,
      signal: AbortSignal.any(limits),
      headers: { 'user-agent': 'CacheTorrent', 'accept-encoding': 'identity' },
    });
    // Some trackers say why they refuse with a status that is no success.
    const answer = parseAnnounceResponse(await readBody(response));
    if (answer.kind === 'malformed' && !response.ok) {
      return { kind: 'malformed', problem: `HTTP status ${response.status}` };
    }
    return answer;
  } catch (error) {
    return { kind: 'malformed', problem: problemOf(error) };
  } finally {
    void agent.destroy();
  }
}

/** One byte more than is allowed is enough to know that it is too much. */
async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > ANNOUNCE_BYTES_MAX) break;
  }
  return Buffer.concat(parts);
}

function problemOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
