/** The lower bound of the time in which a file can reach all peers. */

import type { AsNetwork } from '../../network/as-network.ts';
import { type AsBorder, isOfAs } from '../plan/borders.ts';
import { cachesOfClass, drawWeights, hostCountOf } from '../plan/hosting.ts';
import { openNetwork } from '../plan/lay-out.ts';
import {
  isFromFile,
  type PeerClass,
  peersOfClass,
  stubName,
  type Swarm,
  usedUploadKbps,
} from '../plan/swarm.ts';

/**
 * The minimum distribution time (R. Kumar and K. Ross, Peer-assisted file distribution: the
 * minimum distribution time, 2006), in ms: the seeds must send every bit once, the slowest
 * leecher must receive every bit, and all peers together must send a copy to each leecher. Caches
 * of providers help to send, and need no copy. Where borders of AS have capacities, every bit must
 * leave the AS of the seeds, and enter each other.
 */
export function minimumDistributionTimeMs(swarm: Swarm): number {
  const fileBits = swarm.pieces * swarm.pieceBits;
  let seedKbps = 0;
  let uploadKbps = 0;
  let slowestKbps = Infinity;
  let leechers = 0;
  for (const { peerClass, seedCount, leecherCount } of membersOf(swarm)) {
    seedKbps += seedCount * usedUploadKbps(peerClass);
    const uploaders = seedCount + leecherCount + cachesOfClass(peerClass, swarm);
    uploadKbps += uploaders * usedUploadKbps(peerClass);
    leechers += leecherCount;
    if (leecherCount > 0) slowestKbps = Math.min(slowestKbps, peerClass.downloadKbps);
  }
  return Math.max(
    fileBits / seedKbps,
    fileBits / slowestKbps,
    (leechers * fileBits) / uploadKbps,
    fileBits / borderKbps(swarm),
  );
}

interface Members {
  readonly peerClass: PeerClass;
  readonly seedCount: number;
  readonly leecherCount: number;
}

/** How many seeds and leechers each class has: the first peers are the seeds. */
function membersOf(swarm: Swarm): Members[] {
  let first = 0;
  return swarm.classes.map((peerClass) => {
    const count = peersOfClass(peerClass, swarm);
    const seedCount = Math.max(0, Math.min(count, swarm.seeds - first));
    first += count;
    return { peerClass, seedCount, leecherCount: count - seedCount };
  });
}

/**
 * The least rate at which the borders of AS let one copy out of the AS of the seeds, and into the
 * AS of leechers beyond. Where it is not stated who lives where, seeds are expected in as many AS
 * as there are seeds, and leechers in all; the widest border that they may be behind counts.
 */
function borderKbps(swarm: Swarm): number {
  const limits = swarm.borders?.filter(isOfAs) ?? [];
  if (limits.length === 0) return Infinity;
  const { topology } = swarm;
  const network = isFromFile(topology) ? openNetwork(topology) : undefined;
  const nameOf = (as: number): string => network?.nameOf(as) ?? stubName(as);
  const hostCount = hostCountOf(swarm, network);
  const everywhere = mayHost(swarm, network);
  const members = membersOf(swarm);
  const homesOfSeeds = members
    .filter(({ seedCount }) => seedCount > 0)
    .map(({ peerClass }) => homesOf(peerClass));
  const areKnown = !homesOfSeeds.includes(undefined);
  const mayHaveSeeds = new Set(areKnown ? homesOfSeeds.flatMap((homes) => homes!) : everywhere);
  const seedAs = Math.min(swarm.seeds, mayHaveSeeds.size);

  const widest = (field: 'upKbps' | 'downKbps', as: Iterable<number>, count: number): number =>
    Array.from(as, (each) => capacityOf(limits, field, nameOf(each)))
      .sort((a, b) => b - a)
      .slice(0, count)
      .reduce((sum, kbps) => sum + kbps, 0);
  let intoKbps = Infinity;
  let isBeyond = false;
  for (const { peerClass, leecherCount } of members) {
    if (leecherCount === 0) continue;
    const own = homesOf(peerClass);
    const homes = own ?? everywhere;
    const withoutSeeds = homes.filter((as) => !mayHaveSeeds.has(as));
    const beyond = areKnown ? withoutSeeds : (own?.length ?? hostCount) > seedAs ? homes : [];
    if (beyond.length === 0) continue;
    isBeyond = true;
    intoKbps = Math.min(intoKbps, widest('downKbps', beyond, 1));
  }
  return isBeyond ? Math.min(intoKbps, widest('upKbps', mayHaveSeeds, seedAs)) : Infinity;
}

/** The AS that may host peers of classes that do not say where they live. */
function mayHost({ topology }: Swarm, network: AsNetwork | undefined): number[] {
  if (!isFromFile(topology)) return Array.from({ length: topology.stubDomains }, (_, as) => as);
  const { hosts } = topology;
  if (hosts === undefined) return network!.edgeAs();
  return 'count' in hosts
    ? [...drawWeights(network!, hosts).entries()].flatMap(([as, weight]) => (weight > 0 ? as : []))
    : hosts.as.map(({ as }) => as);
}

function homesOf({ homes }: PeerClass): number[] | undefined {
  return homes?.filter(({ share }) => share > 0).map(({ as }) => as);
}

/** What a border of an AS lets through; an entry of its own holds instead of one of all. */
function capacityOf(
  limits: readonly AsBorder[],
  field: 'upKbps' | 'downKbps',
  name: string,
): number {
  const own = limits.find((limit) => limit.as?.includes(name) && limit[field] !== undefined);
  const ofAll = limits.find((limit) => limit.as === undefined && limit[field] !== undefined);
  return (own ?? ofAll)?.[field] ?? Infinity;
}
