/** How long each peer has taken to complete the file. */

import type { PeerTable, SwarmResult } from './result.ts';

/**
 * When downloads can begin, in ms since the start of the run: with the first completion, at which
 * the first seed has joined and knows that it is a seed. Infinity if there is none.
 */
export function firstCompletionMs({ completedAtMs }: Pick<PeerTable, 'completedAtMs'>): number {
  return completedAtMs.reduce((least, atMs) => (atMs < least ? atMs : least), Infinity);
}

/**
 * The download time of each peer, in ms: from its arrival, or from the first completion of all if
 * that is later, to its completion. NaN if it has not completed the file.
 */
export function downloadTimesMs(
  peers: Pick<PeerTable, 'arrivedAtMs' | 'completedAtMs'>,
): Float64Array {
  const startMs = firstCompletionMs(peers);
  return peers.completedAtMs.map((atMs, row) => atMs - Math.max(startMs, peers.arrivedAtMs[row]!));
}

/**
 * For how long each peer has been a leecher since `fromMs`, in ms: as in `downloadTimesMs`; one
 * that has not completed the file until it left, or until the end of the run. Earlier stays do not
 * count.
 */
export function leechingTimesMs(
  peers: Pick<PeerTable, 'arrivedAtMs' | 'completedAtMs' | 'leftAtMs'>,
  fromMs: number,
  endMs: number | undefined,
): Float64Array {
  const startMs = Math.max(fromMs, firstCompletionMs(peers));
  return peers.completedAtMs.map((completedMs, row) => {
    const leftMs = peers.leftAtMs[row]!;
    const leftOrEndMs = Number.isNaN(leftMs) ? (endMs ?? NaN) : leftMs;
    const untilMs = Number.isNaN(completedMs) ? leftOrEndMs : completedMs;
    const sinceMs = Math.max(startMs, peers.arrivedAtMs[row]!);
    return untilMs > sinceMs ? untilMs - sinceMs : 0;
  });
}

/** Whether the download of a peer counts, in a result that counts from `measuredFromMs` on. */
export function isMeasured(
  { measuredFromMs, peers }: Pick<SwarmResult, 'measuredFromMs' | 'peers'>,
  row: number,
): boolean {
  return peers.arrivedAtMs[row]! >= measuredFromMs;
}
