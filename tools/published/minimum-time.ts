/** The lower bound of the time in which a file can reach all peers. */

import type { Swarm } from '@cachetorrent/simulator';

/**
 * Returns T_min of Kumar and Ross, Peer-assisted file distribution: the minimum distribution time
 * (2006), in ms: the seeds must send every bit once, the slowest leecher must receive all bits, and
 * all peers together must send a copy to each leecher.
 */
export function minimumTimeMs({ capacities, seeds, pieces, pieceBits }: Swarm): number {
  const fileBits = pieces * pieceBits;
  let seedsKbps = 0;
  let allKbps = 0;
  let slowestKbps = Infinity;
  let leechers = 0;
  let id = 0;
  for (const { count, uploadKbps, downloadKbps } of capacities) {
    for (let n = 0; n < count; n++, id++) {
      // The tracker transfers no pieces.
      if (id === 0) continue;
      allKbps += uploadKbps;
      if (id <= seeds) {
        seedsKbps += uploadKbps;
      } else {
        leechers++;
        slowestKbps = Math.min(slowestKbps, downloadKbps);
      }
    }
  }
  return Math.max(fileBits / seedsKbps, fileBits / slowestKbps, (leechers * fileBits) / allKbps);
}
