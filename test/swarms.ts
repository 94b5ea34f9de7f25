/**
 * Small swarms for tests of whole swarms: large enough that each has leaders, chokes and relays,
 * small enough for many runs.
 */

import { CLIENT_QUIRKS, LIBTORRENT, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import type { Swarm } from '@cachetorrent/simulator';

export interface SmallSwarmOptions {
  /** Seeds included. */
  readonly peers?: number;
  readonly asCount?: number;
  readonly pieces?: number;
  readonly rules?: 'client' | 'original';
  /** Other differences: leaders, bias, sub-torrents, chokers … */
  readonly changes?: Partial<Swarm>;
}

/**
 * All peers can upload 2 Mbit/s and download 6, as in the published runs. A piece takes half a
 * second at the full upload rate, so that a whole download takes several rechokes.
 */
export function smallSwarm({
  peers = 40,
  asCount = 5,
  pieces = 60,
  rules = 'client',
  changes = {},
}: SmallSwarmOptions = {}): Swarm {
  return {
    neighbours: Math.min(8, peers - 1),
    minPeers: peers,
    seeds: 1,
    pieces,
    pieceBits: 1_000_000,
    uploadSlots: 4,
    optimisticSlots: 1,
    rechokeIntervalMs: 10_000,
    backlog: 10,
    choker: 'tit-for-tat',
    allocationIntervalMs: 1_500,
    arrivalGapMs: 2,
    arrivalOrder: 'listed',
    classes: [{ name: 'peer', count: peers, uploadKbps: 2_000, downloadKbps: 6_000 }],
    topology: {
      transitDomains: 3,
      transitDomainSize: 8,
      stubDomains: asCount,
      // Half as many routers again as nodes, so that AS differ in size.
      stubDomainSize: Math.ceil((1.5 * peers) / asCount) + 3,
    },
    client: LIBTORRENT,
    requestPriority: 'within-rarity',
    subTorrents: 1,
    ...RULES[rules],
    ...changes,
  };
}

const RULES = {
  client: { quirks: CLIENT_QUIRKS, seedChoker: 'round-robin', latency: { model: 'topology' } },
  original: {
    quirks: ORIGINAL_QUIRKS,
    seedChoker: 'tit-for-tat',
    latency: { model: 'fixed', fixedMs: 50 },
  },
} as const;

/** All combinations of neighbour selection, leaders and sub-torrents. */
export const VARIANTS: readonly { readonly variant: string; readonly changes: Partial<Swarm> }[] = [
  { variant: 'BitTorrent', changes: {} },
  { variant: 'CacheTorrent', changes: { leaderPercent: 30 } },
  { variant: 'biased', changes: { externalPercent: 40 } },
  { variant: 'biased CacheTorrent', changes: { externalPercent: 40, leaderPercent: 30 } },
  { variant: 'MultiTorrent', changes: { leaderPercent: 30, subTorrents: 3 } },
];
