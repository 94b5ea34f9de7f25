/** The place of a field of a swarm in the configuration that describes the swarm. */

import type { Path } from './problems.ts';
import type { SeedConfig, SwarmConfig } from './schema.ts';

/** The path of each field of a swarm in a configuration. */
const PATHS: Readonly<Record<string, Path>> = {
  neighbours: ['tracker', 'neighbours'],
  minPeers: ['tracker', 'minPeers'],
  externalPercent: ['tracker', 'externalNeighbours'],
  seeds: ['seeds'],
  classes: ['peers'],
  arrivalGapMs: ['arrivals', 'meanGap'],
  pieces: ['file', 'pieces'],
  pieceBits: ['file', 'pieceSize'],
  uploadSlots: ['client', 'uploadSlots'],
  optimisticSlots: ['client', 'optimisticSlots'],
  rechokeIntervalMs: ['client', 'rechokeInterval'],
  backlog: ['client', 'backlog'],
  'client.requestQueueMs': ['client', 'requestQueue'],
  'client.requestQueueMin': ['client', 'requestQueueMin'],
  'client.requestQueueMax': ['client', 'requestQueueMax'],
  'client.requestQueueStart': ['client', 'requestQueueStart'],
  'client.wholePieceMs': ['client', 'wholePieceTime'],
  'client.randomFirstPieces': ['client', 'randomFirstPieces'],
  'client.requestTimeoutMs': ['client', 'requestTimeout'],
  'client.allowedFastPieces': ['client', 'allowedFastPieces'],
  'client.snubbedAfterMs': ['client', 'snubbedAfter'],
  'client.optimisticMs': ['client', 'optimisticInterval'],
  choker: ['client', 'choker'],
  seedChoker: ['client', 'seedChoker'],
  allocationIntervalMs: ['network', 'allocationInterval'],
  'topology.transitDomains': ['network', 'transitDomains'],
  'topology.transitDomainSize': ['network', 'routersPerTransitDomain'],
  'topology.stubDomains': ['network', 'as'],
  'topology.stubDomainSize': ['network', 'routersPerAs'],
  'latency.fixedMs': ['network', 'latency'],
  leaderPercent: ['cache', 'leaders'],
  subTorrents: ['cache', 'subTorrents'],
  requestPriority: ['cache', 'requestPriority'],
};

const CLASS_FIELDS: Readonly<Record<string, string>> = {
  count: 'count',
  uploadKbps: 'upload',
  downloadKbps: 'download',
};

/**
 * The path of a field of `Swarm`, such as `topology.stubDomains`, in the configuration from which
 * the swarm was made.
 */
export function pathInConfig(field: string, config: SwarmConfig): Path {
  const entry = /^classes\[(\d+)\]\.(\w+)$/.exec(field);
  if (entry === null) {
    if (field === 'pieces' && config.file.pieces === undefined) return ['file', 'size'];
    if (field === 'minPeers' && config.tracker?.minPeers === undefined) return ['peers'];
    return PATHS[field] ?? [field];
  }
  const name = CLASS_FIELDS[entry[2]!]!;
  const { seeds = 1 } = config;
  const seedEntries = isList(seeds) ? seeds.length : 1;
  const index = Number(entry[1]);
  if (index < seedEntries) {
    if (typeof seeds === 'number') return name === 'count' ? ['seeds'] : [name];
    const [seed, path]: [SeedConfig, Path] = isList(seeds)
      ? [seeds[index]!, ['seeds', index]]
      : [seeds as SeedConfig, ['seeds']];
    return Object.hasOwn(seed, name) || name === 'count' ? [...path, name] : [name];
  }
  const own = config.classes?.[index - seedEntries];
  if (own === undefined) return name === 'count' ? ['peers'] : [name];
  const isOwn = Object.hasOwn(own, name) || name === 'count';
  if (name === 'count' && own.count === undefined) return ['classes', index - seedEntries, 'share'];
  return isOwn ? ['classes', index - seedEntries, name] : [name];
}

/** Whether a field that may be one entry or several has several. */
export function isList<Entry>(value: number | Entry | readonly Entry[]): value is readonly Entry[] {
  return Array.isArray(value);
}
