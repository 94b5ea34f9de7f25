/** Results as CSV tables: of peers, of traffic between AS, and of a timeline. */

import type { SwarmResult, Timeline } from '@cachetorrent/simulator';

/**
 * One row per peer. Times are in ms since the first completion of any peer, which is a seed's. The
 * time of a peer that has not completed is empty.
 */
export function peersCsv({ peers }: SwarmResult): string {
  const { id, as, role, uploadKbps, downloadKbps, completedAtMs } = peers;
  const startMs = completedAtMs.reduce((least, ms) => (ms < least ? ms : least), Infinity);
  const rows = ['id,as,role,uploadKbps,downloadKbps,completionMs,class'];
  for (let i = 0; i < id.length; i++) {
    const ms = completedAtMs[i]! - startMs;
    const completion = Number.isFinite(ms) ? ms : '';
    const capacity = `${uploadKbps[i]},${downloadKbps[i]}`;
    rows.push(`${id[i]},${as[i]},${role[i]},${capacity},${completion},${peers.class[i]}`);
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
    'fromMs,toMs,as,piecesHeld,activeConnections,bytesFromOutside,bytesInside,uploadUtilisation,' +
      'leecherConnections,interestedConnections',
  ];
  for (let i = 0; i < as.length; i++) {
    const counts = `${piecesHeld[i]},${activeConnections[i]}`;
    const bytes = `${outsideBits[i]! / 8},${insideBits[i]! / 8}`;
    const utilisation = Number(timeline.uploadUtilisation[i]!.toFixed(6));
    const interest = `${timeline.leecherConnections[i]},${timeline.interestedConnections[i]}`;
    rows.push(`${fromMs[i]},${toMs[i]},${as[i]},${counts},${bytes},${utilisation},${interest}`);
  }
  return linesOf(rows);
}

function linesOf(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
