/**
 * Sends one announce to an HTTP or UDP tracker. Whatever the server does, the result is a response,
 * a refusal or a problem, after a limited time and a limited number of bytes.
 */

import {
  ANNOUNCE_BYTES_MAX,
  type AnnounceResult,
  type AnnounceRequest,
  announceUrl,
  parseAnnounceResponse,
} from '@cachetorrent/protocol/wire';

import { fetchBytes, type FetchOptions, networkProblem } from '../net/fetch-bytes.ts';
import { announceUdp } from './announce-udp.ts';

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
  const options = { localHost, signal: AbortSignal.any(limits) };
  try {
    return await (isUdp(tracker)
      ? announceUdp(tracker, request, options)
      : announceHttp(tracker, request, options));
  } catch (error) {
    return { kind: 'malformed', problem: networkProblem(error) };
  }
}

/** Whether we can announce to a tracker with this URL. */
export function isSupportedTracker(url: string): boolean {
  return URL.canParse(url) && (/^https?:/i.test(url) || isUdp(url));
}

function isUdp(tracker: string): boolean {
  return /^udp:/i.test(tracker);
}

async function announceHttp(
  tracker: string,
  request: AnnounceRequest,
  options: FetchOptions,
): Promise<AnnounceResult> {
  const url = announceUrl(tracker, request);
  const { body, status, isSuccess } = await fetchBytes(url, ANNOUNCE_BYTES_MAX, options);
  // Some trackers send a refusal with a status that is not a success.
  const answer = parseAnnounceResponse(body);
  if (answer.kind !== 'malformed' || isSuccess) return answer;
  return { kind: 'malformed', problem: `HTTP status ${status}` };
}
