/** The lower bound of the time in which a file can reach all peers. */

import { cachesOfClass } from '../plan/hosting.ts';
import { peersOfClass, type Swarm, usedUploadKbps } from '../plan/swarm.ts';

/**
 * The minimum distribution time (R. Kumar and K. Ross, Peer-assisted file distribution: the
 * minimum distribution time, 2006), in ms: the seeds must send every bit once, the slowest
 * leecher must receive every bit, and all peers together must send a copy to each leecher. Caches
 * of providers help to send, and need no copy.
 */
export function minimumDistributionTimeMs(swarm: Swarm): number {
  const fileBits = swarm.pieces * swarm.pieceBits;
  let first = 0;
  let seedKbps = 0;
  let uploadKbps = 0;
  let slowestKbps = Infinity;
  let leechers = 0;
  for (const peerClass of swarm.classes) {
    const count = peersOfClass(peerClass, swarm);
    const seedCount = Math.max(0, Math.min(count, swarm.seeds - first));
    const leecherCount = count - seedCount;
    seedKbps += seedCount * usedUploadKbps(peerClass);
    uploadKbps += (count + cachesOfClass(peerClass, swarm)) * usedUploadKbps(peerClass);
    leechers += leecherCount;
    if (leecherCount > 0) slowestKbps = Math.min(slowestKbps, peerClass.downloadKbps);
    first += count;
  }
  return Math.max(fileBits / seedKbps, fileBits / slowestKbps, (leechers * fileBits) / uploadKbps);
}
