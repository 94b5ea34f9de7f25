/**
 * Sends one announce to an HTTP tracker. Whatever the server does, the result is a response, a
 * refusal or a problem, after a limited time and a limited number of bytes.
 */

import {
  ANNOUNCE_BYTES_MAX,
  type AnnounceResult,
  type AnnounceRequest,
  announceUrl,
  parseAnnounceResponse,
} from '@cachetorrent/protocol/wire';
import { Agent, fetch, type Response } from 'undici';

/** BEP 3 specifies no timeout; other clients wait 15 to 60 s. */
const TIMEOUT_MS = 15_000;

/** The options of an announce. */
export interface AnnounceOptions {
  /** Aborts the announce. */
  readonly signal?: AbortSignal | undefined;
  /** The address to announce from. Default: the operating system chooses. */
  readonly localHost?: string | undefined;
}

/** Sends one announce, and returns the answer. Never throws. */
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
    // Some trackers send a refusal with a status that is not a success.
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

/** Reads the body up to the limit; one part beyond it shows that the body is too long. */
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
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return 'has not answered in time';
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
