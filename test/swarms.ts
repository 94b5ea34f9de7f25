/**
 * Small swarms that whole-swarm tests run: large enough that leaders, chokes and relays happen in
 * every one of them, small enough for many runs.
 */

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import type { Swarm } from '@cachetorrent/simulator';

export interface SmallSwarm {
  /** Seeds included. */
  readonly peers?: number;
  readonly asCount?: number;
  readonly pieces?: number;
  readonly rules?: 'client' | 'original';
  /** What else differs: leaders, bias, parts, strategies … */
  readonly changes?: Partial<Swarm>;
}

/**
 * All lines are 2 Mbit/s up and 6 down, as in the published runs. A piece takes half a second of
 * one of them at full rate, so that a whole download takes some rounds of the choker.
 */
export function smallSwarm({
  peers = 40,
  asCount = 5,
  pieces = 60,
  rules = 'client',
  changes = {},
}: SmallSwarm = {}): Swarm {
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
    capacities: [{ count: peers + 1, uploadKbps: 2_000, downloadKbps: 6_000 }],
    topology: {
      transitDomains: 3,
      transitDomainSize: 8,
      stubDomains: asCount,
      // Room for half as many again, so that AS differ in size.
      stubDomainSize: Math.ceil((1.5 * peers) / asCount) + 3,
    },
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

/** Every way in which neighbours, leaders and parts can be combined. */
export const VARIANTS: readonly { readonly variant: string; readonly but: Partial<Swarm> }[] = [
  { variant: 'BitTorrent', but: {} },
  { variant: 'CacheTorrent', but: { leaderPercent: 30 } },
  { variant: 'biased', but: { externalPercent: 40 } },
  { variant: 'biased CacheTorrent', but: { externalPercent: 40, leaderPercent: 30 } },
  { variant: 'MultiTorrent', but: { leaderPercent: 30, subTorrents: 3 } },
];
