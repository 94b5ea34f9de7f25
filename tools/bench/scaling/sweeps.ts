/**
 * The sweeps of `bench scaling`: each varies one parameter of a swarm with 50 peers per AS, by the
 * rules of a client.
 */

import { availableParallelism } from 'node:os';

import type { SwarmConfig } from '@cachetorrent/simulator';

export interface SweepPoint {
  /** The value on the horizontal axis. */
  readonly x: number;
  readonly workers: number;
  readonly config: SwarmConfig;
}

export interface ScalingSweep {
  /** The name of its files. */
  readonly name: string;
  readonly title: string;
  readonly axis: string;
  readonly points: readonly SweepPoint[];
  readonly ideal: Ideal;
}

/** How wall time depends on the axis on an ideal machine. */
export type Ideal = 'inverse' | 'proportional' | 'constant';

const PEERS_PER_AS = 50;
const AS_COUNT = 14;
const NEIGHBOURS = 20;
const PIECES = 1_000;

/** `share` is the share of the pieces of `medium`; less than 1 for a trial. */
export function sweeps(share: number): readonly ScalingSweep[] {
  const pieces = Math.max(5, Math.round(PIECES * share));
  const cores = availableParallelism();
  const of = (changes: Partial<SwarmShape>): SwarmConfig =>
    configOf({ pieces, asCount: AS_COUNT, ...changes });
  return [
    {
      name: 'workers',
      title: `Wall time over workers: 700 peers in ${AS_COUNT} AS, ${cores} cores`,
      axis: 'workers',
      ideal: 'inverse',
      points: workerCounts(cores).map((workers) => ({ x: workers, workers, config: of({}) })),
    },
    {
      name: 'swarm-size',
      title: `Wall time over peers: ${PEERS_PER_AS} per AS, ${cores} workers`,
      axis: 'peers',
      ideal: 'proportional',
      points: [7, 14, 28, 56, 112].map((asCount) => {
        return { x: asCount * PEERS_PER_AS, workers: cores, config: of({ asCount }) };
      }),
    },
    {
      name: 'systems',
      title: `Wall time over the number of AS: 700 peers, ${cores} workers`,
      axis: 'AS',
      ideal: 'constant',
      points: [2, 7, 14, 28, 70, 140, 350].map((asCount) => {
        const peersPerAs = (PEERS_PER_AS * AS_COUNT) / asCount;
        const workers = Math.min(cores, asCount);
        return { x: asCount, workers, config: of({ asCount, peersPerAs }) };
      }),
    },
    {
      name: 'latency',
      title: `Wall time over latency: 700 peers in ${AS_COUNT} AS, ${cores} workers`,
      axis: 'latency of all messages, ms (the lookahead)',
      ideal: 'constant',
      points: [200, 100, 50, 20, 10, 5].map((fixedMs) => {
        return { x: fixedMs, workers: cores, config: of({ latency: fixedMs }) };
      }),
    },
    {
      name: 'pieces',
      title: `Wall time over pieces: 700 peers in ${AS_COUNT} AS, ${cores} workers`,
      axis: 'pieces',
      ideal: 'proportional',
      points: [1 / 8, 1 / 4, 1 / 2, 1, 2].map((times) => {
        const count = Math.max(1, Math.round(pieces * times));
        return { x: count, workers: cores, config: of({ pieces: count }) };
      }),
    },
  ];
}

interface SwarmShape {
  readonly asCount: number;
  readonly pieces: number;
  readonly peersPerAs?: number;
  readonly latency?: number;
}

/** Returns a configuration like `medium`, but for its shape. */
function configOf({
  asCount,
  pieces,
  peersPerAs = PEERS_PER_AS,
  latency,
}: SwarmShape): SwarmConfig {
  const peers = asCount * peersPerAs;
  return {
    peers,
    upload: '2 Mbit/s',
    download: '6 Mbit/s',
    file: { pieces, pieceSize: 245_000 },
    network: {
      as: asCount,
      // Twice as many routers as peers, and some more, since domains vary in size.
      routersPerAs: 2 * peersPerAs + 10,
      transitDomains: 10,
      routersPerTransitDomain: 50,
      allocationInterval: '1.5 s',
      ...(latency === undefined ? {} : { latency }),
    },
    tracker: { neighbours: NEIGHBOURS },
  };
}

/** Up to the number of cores, and beyond it, to show what that costs. */
function workerCounts(cores: number): readonly number[] {
  const counts = new Set<number>();
  for (let workers = 1; workers < cores; workers *= 2) counts.add(workers);
  for (const times of [1, 2, 4]) counts.add(Math.min(AS_COUNT, cores * times));
  return [...counts].sort((a, b) => a - b);
}
