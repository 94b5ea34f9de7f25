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
      'arrivedMs,completedMs,leftMs,departure,unservedMs',
  ];
  for (let i = 0; i < id.length; i++) {
    const capacity = `${uploadKbps[i]},${downloadKbps[i]}`;
    const figures = `${id[i]},${as[i]},${role[i]},${capacity},${orEmpty(timesMs[i]!)}`;
    const stay = `${arrivedAtMs[i]},${orEmpty(completedAtMs[i]!)},${orEmpty(leftAtMs[i]!)}`;
    const departure = peers.departure[i] ?? '';
    const unserved = orEmpty(peers.unservedMs[i]!);
    rows.push(`${figures},${peers.class[i]},${stay},${departure},${unserved}`);
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
  const utilisation = timeline.uploadUtilisation.map((share) => Number(share.toFixed(6)));
  const bytesOf = (bits: Float64Array): Float64Array => bits.map((each) => each / 8);
  const columns: Readonly<Record<string, Float64Array | Uint32Array>> = {
    fromMs: timeline.fromMs,
    toMs: timeline.toMs,
    as: timeline.as,
    piecesHeld: timeline.piecesHeld,
    activeConnections: timeline.activeConnections,
    bytesFromOutside: bytesOf(timeline.outsideBits),
    bytesInside: bytesOf(timeline.insideBits),
    uploadUtilisation: utilisation,
    leecherConnections: timeline.leecherConnections,
    interestedConnections: timeline.interestedConnections,
    leechers: timeline.leechers,
    seeds: timeline.seeds,
    leaders: timeline.leaders,
    arrivals: timeline.arrivals,
    completions: timeline.completions,
    finished: timeline.finished,
    aborted: timeline.aborted,
    crashed: timeline.crashed,
    availability: timeline.availability,
    bytesLost: bytesOf(timeline.lostBits),
    unserved: timeline.unserved,
  };
  const values = Object.values(columns);
  const rows = Array.from(timeline.as, (_, i) => values.map((column) => column[i]).join(','));
  return linesOf([Object.keys(columns).join(','), ...rows]);
}

function linesOf(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
