/**
 * Gets the torrent that the user names: a `.torrent` file, or the URL of one. What else names a
 * torrent elsewhere, such as a magnet link, is refused at once with a sentence that says so.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ClientError } from '../errors.ts';
import { fetchBytes, type FetchOptions, networkProblem } from '../net/fetch-bytes.ts';
import { parseTorrentFile, readTorrent, TORRENT_BYTES_MAX } from './read-torrent.ts';
import type { Torrent } from './torrent.ts';

const FETCH_TIMEOUT_MS = 60_000;

/** Whether `source` is a URL or names a torrent in another way, and is not the path of a file. */
export function isTorrentUrl(source: string): boolean {
  return /^(magnet:|[a-z][a-z\d+.-]*:\/\/)/i.test(source) || isInfoHash(source);
}

/**
 * Reads a `.torrent` file, or fetches it from a URL.
 *
 * @throws ClientError if there is none, or it is not a torrent that we support.
 * @throws {Error} The reason of `signal`, when that is aborted.
 */
export async function loadTorrent(source: string, options: FetchOptions): Promise<Torrent> {
  if (!isTorrentUrl(source)) return readTorrent(source);
  if (/^https?:/i.test(source)) return fetchTorrent(source, options);
  if (/^file:/i.test(source)) return readTorrent(pathOf(source));
  throw new ClientError({
    at: source,
    problem: `is ${kindOf(source)}, which is not supported`,
    fix: 'give the path or the URL (http, https) of a .torrent file',
  });
}

function kindOf(source: string): string {
  if (/^magnet:/i.test(source)) return 'a magnet link (BEP 9)';
  if (isInfoHash(source)) return 'an info hash';
  return `a URL of "${source.slice(0, source.indexOf(':'))}"`;
}

/** An info hash as it is written in magnet links: of version 1 (BEP 9) or 2 (BEP 52). */
function isInfoHash(source: string): boolean {
  return /^([\da-f]{40}|[\da-f]{64}|[a-z2-7]{32})$/i.test(source) && !existsSync(source);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    const problem = `is not the URL of a file here (${(error as Error).message})`;
    throw new ClientError({ at: url, problem, fix: 'give the path of a .torrent file' });
  }
}

async function fetchTorrent(url: string, options: FetchOptions): Promise<Torrent> {
  const fail = (problem: string): never => {
    const fix = 'check the URL, or fetch the .torrent file yourself and give its path';
    throw new ClientError({ at: url, problem, fix });
  };
  if (!URL.canParse(url)) fail('is not a valid URL');
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]);
  const { body, status, isSuccess } = await fetchBytes(url, TORRENT_BYTES_MAX, {
    ...options,
    signal,
  }).catch((error: unknown) => {
    options.signal.throwIfAborted();
    return fail(`cannot be fetched (${networkProblem(error)})`);
  });
  if (!isSuccess) fail(`cannot be fetched (HTTP status ${status})`);
  if (body.length > TORRENT_BYTES_MAX) fail(`has more than ${TORRENT_BYTES_MAX} bytes`);
  return parseTorrentFile(body, url);
}
