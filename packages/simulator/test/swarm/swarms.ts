/** Swarms for tests: small enough to be simulated in a second or two, with several AS. */

import { CLIENT_HABITS, ORIGINAL_HABITS } from '@cachetorrent/protocol';

import type { Swarm } from '../../src/swarm/spec.ts';

/** Forty peers in four AS, the first of them a seed, and a file of 40 pieces of 250 ms each. */
export const FORTY: Swarm = {
  neighbours: 6,
  minPeers: 40,
  seeds: 1,
  pieces: 40,
  pieceBits: 250_000,
  uploads: 4,
  optimistics: 1,
  rechokeMs: 2_000,
  backlog: 5,
  choker: 'tit-for-tat',
  seedChoker: 'round-robin',
  transferIntervalMs: 500,
  arrivalGapMs: 2,
  capacities: [
    { count: 1, uploadKbps: 0, downloadKbps: 0 },
    { count: 20, uploadKbps: 1_000, downloadKbps: 3_000 },
    { count: 20, uploadKbps: 1_500, downloadKbps: 4_000 },
  ],
  topology: { transitDomains: 2, transitDomainSize: 5, stubDomains: 4, stubDomainSize: 20 },
  latency: { model: 'topology' },
  habits: CLIENT_HABITS,
  preference: 'within-rarity',
  parts: 1,
};

/** What can be different about a swarm, by name: every variant of the protocol. */
export const VARIANTS: Readonly<Record<string, Partial<Swarm>>> = {
  BitTorrent: {},
  'the original': {
    habits: ORIGINAL_HABITS,
    seedChoker: 'tit-for-tat',
    latency: { model: 'fixed', fixedMs: 50 },
  },
  'biased neighbours': { externalPercent: 34 },
  CacheTorrent: { leaderPercent: 30 },
  'CacheTorrent, by the original': {
    leaderPercent: 30,
    habits: ORIGINAL_HABITS,
    seedChoker: 'tit-for-tat',
    latency: { model: 'fixed', fixedMs: 50 },
  },
  'CacheTorrent, wanted pieces first of all': { leaderPercent: 30, preference: 'absolute' },
  'biased CacheTorrent': { leaderPercent: 30, externalPercent: 34 },
  MultiTorrent: { leaderPercent: 20, parts: 3 },
  'biased MultiTorrent, by the original': {
    leaderPercent: 50,
    parts: 2,
    externalPercent: 50,
    habits: ORIGINAL_HABITS,
    seedChoker: 'random',
  },
  'leechers that choke at random': { choker: 'random' },
  'seeds that choke by tit-for-tat': { seedChoker: 'tit-for-tat' },
  'seeds that choke at random': { seedChoker: 'random' },
  'seeds that serve the fastest': { seedChoker: 'fastest-upload' },
  'peers that come one by one': { arrivalGapMs: 400, minPeers: 8 },
};
