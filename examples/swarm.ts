/**
 * Simulates a swarm that the program describes itself, without a configuration file. Shows the
 * progress, and stops the simulation after a minute.
 *
 *     npm run --silent example examples/swarm.ts
 */

import { simulate, swarm } from '@cachetorrent/simulator';

const { result } = await simulate(
  swarm({
    // 29 leechers and a seed, in three autonomous systems.
    peers: 30,
    seeds: { count: 1, upload: '8 Mbit/s' },
    upload: '1 Mbit/s',
    download: '4 Mbit/s',
    file: { size: '3 MiB', pieceSize: '16 KiB' },
    network: { as: 3 },
    // CacheTorrent: a fifth of the peers of each AS are leaders.
    cache: { leaders: 20 },
  }),
  {
    seed: 1,
    workers: 2,
    onProgress: ({ peersComplete, peers }) => console.error(`${peersComplete} of ${peers} peers`),
    signal: AbortSignal.timeout(60_000),
  },
);

const seconds = (ms = Number.NaN) => (ms / 1000).toFixed(1);
console.log(`half of the leaders completed within ${seconds(result.leaders.p50Ms)} s`);
console.log(`half of the followers completed within ${seconds(result.followers.p50Ms)} s`);
console.log(`${(100 * result.interAsShare).toFixed(1)} % of the bytes are inter-AS traffic`);
