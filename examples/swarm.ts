/**
 * Simulates a swarm without a configuration file. It shows progress, and gives up after a minute.
 */

import { CLIENT_QUIRKS } from '@cachetorrent/protocol';
import { simulate, type Swarm } from '@cachetorrent/simulator';

const swarm: Swarm = {
  // Thirty peers, the first of them a seed. Each gets eight neighbours from the tracker, and is a
  // neighbour of others.
  minPeers: 30,
  seeds: 1,
  neighbours: 8,
  // A file of 200 pieces of 16 KiB.
  pieces: 200,
  pieceBits: 16 * 1024 * 8,
  // Uploads of a peer.
  uploadSlots: 4,
  optimisticSlots: 1,
  rechokeIntervalMs: 10_000,
  backlog: 10,
  choker: 'tit-for-tat',
  seedChoker: 'round-robin',
  quirks: CLIENT_QUIRKS,
  // The tracker comes first and transfers no pieces; then the seed; then the leechers.
  arrivalGapMs: 2,
  capacities: [
    { count: 1, uploadKbps: 0, downloadKbps: 0 },
    { count: 1, uploadKbps: 8_000, downloadKbps: 0 },
    { count: 29, uploadKbps: 1_000, downloadKbps: 4_000 },
  ],
  allocationIntervalMs: 500,
  // Three autonomous systems around a small backbone.
  topology: { transitDomains: 2, transitDomainSize: 5, stubDomains: 3, stubDomainSize: 20 },
  latency: { model: 'topology' },
  // CacheTorrent, with one leader in five.
  leaderPercent: 20,
  requestPriority: 'within-rarity',
  subTorrents: 1,
};

const { result } = await simulate(swarm, {
  seed: 1,
  workers: 2,
  onProgress: ({ peersComplete, peers }) => console.error(`${peersComplete} of ${peers} peers`),
  signal: AbortSignal.timeout(60_000),
});

const seconds = (ms = Number.NaN) => (ms / 1000).toFixed(1);
console.log(`half of the leaders completed within ${seconds(result.leaders.p50Ms)} s`);
console.log(`half of the followers completed within ${seconds(result.followers.p50Ms)} s`);
console.log(`${(100 * result.interAsShare).toFixed(1)} % of the bytes crossed a border`);
