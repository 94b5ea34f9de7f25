/**
 * What `bench scaling` varies: each sweep changes one thing, and keeps the rest as in a swarm of
 * 50 peers to an AS, client rules.
 */

import { availableParallelism } from 'node:os';

import type { SwarmConfig } from '@cachetorrent/simulator';

export interface Point {
  /** On the horizontal axis. */
  readonly x: number;
  readonly workers: number;
  readonly config: SwarmConfig;
}

export interface Sweep {
  /** Names its files. */
  readonly name: string;
  readonly title: string;
  readonly axis: string;
  readonly points: readonly Point[];
  /** What an ideal machine would give; none where there is no such thing. */
  readonly ideal?: 'inverse' | 'proportional' | 'constant';
}

const PEERS_OF_AN_AS = 50;
const AS = 14;
const NEIGHBOURS = 20;
const PIECES = 1_000;

/** `share` of 1 has swarms as large as `medium`; less has fewer pieces, for a trial. */
export function sweeps(share: number): readonly Sweep[] {
  const pieces = Math.max(5, Math.round(PIECES * share));
  const cores = availableParallelism();
  const of = (changes: Partial<Shape>): SwarmConfig => configOf({ pieces, as: AS, ...changes });
  return [
    {
      name: 'workers',
      title: `Wall time over workers: 700 peers in ${AS} AS, ${cores} cores`,
      axis: 'workers',
      ideal: 'inverse',
      points: workerCounts(cores).map((workers) => ({ x: workers, workers, config: of({}) })),
    },
    {
      name: 'swarm-size',
      title: `Wall time over peers: ${PEERS_OF_AN_AS} to an AS, ${cores} workers`,
      axis: 'peers',
      ideal: 'proportional',
      points: [7, 14, 28, 56, 112].map((as) => {
        return { x: as * PEERS_OF_AN_AS, workers: cores, config: of({ as }) };
      }),
    },
    {
      name: 'systems',
      title: `Wall time over the number of AS: 700 peers, ${cores} workers`,
      axis: 'AS',
      ideal: 'constant',
      points: [2, 7, 14, 28, 70, 140, 350].map((as) => {
        const peersEach = (PEERS_OF_AN_AS * AS) / as;
        return { x: as, workers: Math.min(cores, as), config: of({ as, peersEach }) };
      }),
    },
    {
      name: 'latency',
      title: `Wall time over latency: 700 peers in ${AS} AS, ${cores} workers`,
      axis: 'latency of all messages, ms (the lookahead)',
      ideal: 'constant',
      points: [200, 100, 50, 20, 10, 5].map((fixedMs) => {
        return { x: fixedMs, workers: cores, config: of({ latency: fixedMs }) };
      }),
    },
    {
      name: 'pieces',
      title: `Wall time over pieces: 700 peers in ${AS} AS, ${cores} workers`,
      axis: 'pieces',
      ideal: 'proportional',
      points: [1 / 8, 1 / 4, 1 / 2, 1, 2].map((times) => {
        const count = Math.max(1, Math.round(pieces * times));
        return { x: count, workers: cores, config: of({ pieces: count }) };
      }),
    },
  ];
}

interface Shape {
  readonly as: number;
  readonly pieces: number;
  readonly peersEach?: number;
  readonly latency?: number;
}

/** As `medium` is, but for its shape. */
function configOf({ as, pieces, peersEach = PEERS_OF_AN_AS, latency }: Shape): SwarmConfig {
  const peers = as * peersEach;
  return {
    peers,
    upload: '2 Mbit/s',
    download: '6 Mbit/s',
    file: { pieces, pieceSize: 245_000 },
    network: {
      as,
      // Twice the room that peers take, and a few routers for domains that come out small.
      routersPerAs: 2 * peersEach + 10,
      transitDomains: 10,
      routersPerTransitDomain: 50,
      allocationInterval: '1.5 s',
      ...(latency === undefined ? {} : { latency }),
    },
    tracker: { neighbours: NEIGHBOURS },
  };
}

/** Up to the cores, and beyond them, for what that costs. */
function workerCounts(cores: number): readonly number[] {
  const counts = new Set<number>();
  for (let workers = 1; workers < cores; workers *= 2) counts.add(workers);
  for (const times of [1, 2, 4]) counts.add(Math.min(AS, cores * times));
  return [...counts].sort((a, b) => a - b);
}
