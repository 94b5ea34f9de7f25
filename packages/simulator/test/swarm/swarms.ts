/** Swarms for tests: small enough to be simulated in a second or two, with several AS. */

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';

import type { Swarm } from '../../src/swarm/plan/swarm.ts';

/** Forty peers in four AS, the first of them a seed, and a file of 16 pieces of 250 ms each. */
export const FORTY: Swarm = {
  neighbours: 6,
  minPeers: 40,
  seeds: 1,
  pieces: 16,
  pieceBits: 250_000,
  uploadSlots: 4,
  optimisticSlots: 1,
  rechokeIntervalMs: 2_000,
  backlog: 5,
  choker: 'tit-for-tat',
  seedChoker: 'round-robin',
  allocationIntervalMs: 500,
  arrivalGapMs: 2,
  arrivalOrder: 'listed',
  classes: [
    { name: 'slow', count: 20, uploadKbps: 1_000, downloadKbps: 3_000 },
    { name: 'fast', count: 20, uploadKbps: 1_500, downloadKbps: 4_000 },
  ],
  topology: { transitDomains: 2, transitDomainSize: 5, stubDomains: 4, stubDomainSize: 20 },
  latency: { model: 'topology' },
  quirks: CLIENT_QUIRKS,
  requestPriority: 'within-rarity',
  subTorrents: 1,
};

const BY_THE_ORIGINAL: Partial<Swarm> = {
  quirks: ORIGINAL_QUIRKS,
  seedChoker: 'tit-for-tat',
  latency: { model: 'fixed', fixedMs: 50 },
};

/** Every choice that a swarm leaves, at least once: neighbours, leaders, parts, strategies. */
export const VARIANTS: Readonly<Record<string, Partial<Swarm>>> = {
  'BitTorrent, by the original': BY_THE_ORIGINAL,
  'leechers that choke at random': { choker: 'random' },
  'seeds that choke by tit-for-tat': { seedChoker: 'tit-for-tat' },
  'seeds that choke at random': { seedChoker: 'random' },
  'seeds that serve the fastest': { seedChoker: 'fastest-upload' },
  'seeds that serve in turn': { seedChoker: 'round-robin' },
  'biased neighbours': { externalPercent: 34 },
  'CacheTorrent, wanted pieces first of all': { leaderPercent: 30, requestPriority: 'absolute' },
  'biased CacheTorrent, by the original': {
    ...BY_THE_ORIGINAL,
    leaderPercent: 30,
    externalPercent: 34,
  },
  'MultiTorrent with a remainder of pieces': { leaderPercent: 20, subTorrents: 3 },
  'biased MultiTorrent, by the original': {
    ...BY_THE_ORIGINAL,
    leaderPercent: 50,
    subTorrents: 2,
    externalPercent: 50,
    choker: 'random',
  },
  'MultiTorrent whose elections run out of candidates': { leaderPercent: 100, subTorrents: 2 },
  'peers that come one by one, and leaders': {
    arrivalGapMs: 400,
    minPeers: 8,
    leaderPercent: 30,
    subTorrents: 2,
  },
};
