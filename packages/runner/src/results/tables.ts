/** A result as tables that any program reads: one row a peer, one row a pair of AS. */

import type { SwarmResult } from '@cachetorrent/simulator';

/**
 * Times are those of the definitions: since the first completion of any, which is a seed's. An
 * empty one is of a peer that has not completed.
 */
export function peersCsv({ peers }: SwarmResult): string {
  const { id, as, role, uploadKbps, downloadKbps, completedAtMs } = peers;
  const startMs = completedAtMs.reduce((least, ms) => (ms < least ? ms : least), Infinity);
  const rows = ['id,as,role,uploadKbps,downloadKbps,completionMs'];
  for (let i = 0; i < id.length; i++) {
    const ms = completedAtMs[i]! - startMs;
    const completion = Number.isFinite(ms) ? ms : '';
    const capacity = `${uploadKbps[i]},${downloadKbps[i]}`;
    rows.push(`${id[i]},${as[i]},${role[i]},${capacity},${completion}`);
  }
  return ended(rows);
}

/** Bytes of pieces; every pair of AS has its row, also those that sent each other nothing. */
export function trafficCsv({ asCount, trafficBits }: SwarmResult): string {
  const rows = ['fromAs,toAs,bytes'];
  for (let from = 0; from < asCount; from++) {
    for (let to = 0; to < asCount; to++) {
      rows.push(`${from},${to},${trafficBits[from * asCount + to]! / 8}`);
    }
  }
  return ended(rows);
}

function ended(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
