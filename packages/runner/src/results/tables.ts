/** Results as CSV tables: of peers, of traffic between AS, and of a timeline. */

import { downloadTimesMs, type SwarmResult, type Timeline } from '@cachetorrent/simulator';

/**
 * One row per peer. `completionMs` is the time that its download has taken; the other times are in
 * ms since the start of the run. What has not happened is empty.
 */
export function peersCsv({ peers }: SwarmResult): string {
  const { id, as, role, uploadKbps, downloadKbps, arrivedAtMs, completedAtMs, leftAtMs } = peers;
  const timesMs = downloadTimesMs(peers);
  const orEmpty = (value: number): number | string => (Number.isFinite(value) ? value : '');
  const rows = [
    'id,as,role,uploadKbps,downloadKbps,completionMs,class,' +
      'arrivedMs,completedMs,leftMs,departure',
  ];
  for (let i = 0; i < id.length; i++) {
    const capacity = `${uploadKbps[i]},${downloadKbps[i]}`;
    const figures = `${id[i]},${as[i]},${role[i]},${capacity},${orEmpty(timesMs[i]!)}`;
    const stay = `${arrivedAtMs[i]},${orEmpty(completedAtMs[i]!)},${orEmpty(leftAtMs[i]!)}`;
    rows.push(`${figures},${peers.class[i]},${stay},${peers.departure[i] ?? ''}`);
  }
  return linesOf(rows);
}

/** One row per ordered pair of AS, including pairs without traffic: the bytes of pieces sent. */
export function trafficCsv({ asCount, trafficBits }: SwarmResult): string {
  const rows = ['fromAs,toAs,bytes'];
  for (let from = 0; from < asCount; from++) {
    for (let to = 0; to < asCount; to++) {
      rows.push(`${from},${to},${trafficBits[from * asCount + to]! / 8}`);
    }
  }
  return linesOf(rows);
}

/** One row per interval and AS. Times are in simulated ms; an interval ends before `toMs`. */
export function timelineCsv(timeline: Timeline): string {
  const { fromMs, toMs, as, piecesHeld, activeConnections, outsideBits, insideBits } = timeline;
  const rows = [
    'fromMs,toMs,as,piecesHeld,activeConnections,bytesFromOutside,bytesInside,uploadUtilisation',
  ];
  for (let i = 0; i < as.length; i++) {
    const counts = `${piecesHeld[i]},${activeConnections[i]}`;
    const bytes = `${outsideBits[i]! / 8},${insideBits[i]! / 8}`;
    const utilisation = Number(timeline.uploadUtilisation[i]!.toFixed(6));
    rows.push(`${fromMs[i]},${toMs[i]},${as[i]},${counts},${bytes},${utilisation}`);
  }
  return linesOf(rows);
}

function linesOf(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
