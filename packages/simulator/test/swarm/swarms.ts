/** Swarms for tests, with several AS, small enough to be simulated in a second or two. */

import { CLIENT_QUIRKS, LIBTORRENT, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';

import type { Swarm } from '../../src/swarm/plan/swarm.ts';

/** Forty peers in four AS, the first one a seed, and a file of 16 pieces, each sent in 250 ms. */
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
  client: LIBTORRENT,
  quirks: CLIENT_QUIRKS,
  requestPriority: 'within-rarity',
  subTorrents: 1,
};

const ORIGINAL_RULES: Partial<Swarm> = {
  quirks: ORIGINAL_QUIRKS,
  seedChoker: 'tit-for-tat',
  latency: { model: 'fixed', fixedMs: 50 },
};

/** Every option of a swarm at least once: neighbours, leaders, sub-torrents, chokers. */
export const VARIANTS: Readonly<Record<string, Partial<Swarm>>> = {
  'BitTorrent, original rules': ORIGINAL_RULES,
  'leechers that choke at random': { choker: 'random' },
  'seeds that choke by tit-for-tat': { seedChoker: 'tit-for-tat' },
  'seeds that choke at random': { seedChoker: 'random' },
  'seeds that unchoke the fastest': { seedChoker: 'fastest-upload' },
  'seeds that unchoke in turn': { seedChoker: 'round-robin' },
  'biased neighbours': { externalPercent: 34 },
  'CacheTorrent, pieces requested by followers first': {
    leaderPercent: 30,
    requestPriority: 'absolute',
  },
  'biased CacheTorrent, original rules': {
    ...ORIGINAL_RULES,
    leaderPercent: 30,
    externalPercent: 34,
  },
  'MultiTorrent with a remainder of pieces': { leaderPercent: 20, subTorrents: 3 },
  'biased MultiTorrent, original rules': {
    ...ORIGINAL_RULES,
    leaderPercent: 50,
    subTorrents: 2,
    externalPercent: 50,
    choker: 'random',
  },
  'MultiTorrent with elections that run out of candidates': { leaderPercent: 100, subTorrents: 2 },
  'peers that arrive one by one, with leaders': {
    arrivalGapMs: 400,
    minPeers: 8,
    leaderPercent: 30,
    subTorrents: 2,
  },
};
