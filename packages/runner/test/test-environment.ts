/** An environment for tests: output is recorded, the clock stands still, and results are fixed. */

import type {
  BorderTraffic,
  Progress,
  Simulation,
  SwarmResult,
  Timeline,
} from '@cachetorrent/simulator';

import type { CliEnvironment } from '../src/cli-environment.ts';

export interface TestEnvironment extends CliEnvironment {
  readonly output: { out: string; err: string };
}

export function testEnvironment(changes: Partial<CliEnvironment> = {}): TestEnvironment {
  const output = { out: '', err: '' };
  return {
    output,
    stdout: { write: (text) => (output.out += text) },
    stderr: { write: (text) => (output.err += text) },
    nowMs: () => 0,
    peakRssBytes: () => 123_000_000,
    machine: { cores: 2, memoryBytes: 8e9 },
    env: {},
    signal: new AbortController().signal,
    simulate: () => Promise.resolve(SIMULATION),
    ...changes,
  };
}

/** Three peers in two AS: a seed, a leader that downloads from it, and a follower of the leader. */
export const RESULT: SwarmResult = {
  redundancy: 1,
  importsPerPiece: 1,
  measuredFromMs: 0,
  traffic: 2,
  interAsShare: 0.5,
  durationMs: 2_500,
  completion: { p50Ms: 2_500, p90Ms: 2_500, meanMs: 2_000, count: 2 },
  uploadUtilisation: 0.5,
  lastPiecesPace: undefined,
  leaders: { p50Ms: 1_500, p90Ms: 1_500, meanMs: 1_500, count: 1 },
  followers: { p50Ms: undefined, p90Ms: undefined, meanMs: undefined, count: 0 },
  classes: [
    { name: 'peer', p50Ms: 2_500, p90Ms: 2_500, meanMs: 2_000, count: 2, uploadUtilisation: 0.5 },
  ],
  messages: { have: 40, request: 8, piece: 2 } as SwarmResult['messages'],
  resultHash: 'abc123',
  asCount: 2,
  peers: {
    id: Uint32Array.of(1, 2, 3),
    as: Uint32Array.of(0, 1, 1),
    role: ['seed', 'leader', 'follower'],
    class: ['seed', 'peer', 'peer'],
    uploadKbps: Float64Array.of(8000, 2000, 2000.5),
    downloadKbps: Float64Array.of(0, 6000, 6000),
    arrivedAtMs: Float64Array.of(10, 20, 30),
    completedAtMs: Float64Array.of(100, 1600, 2600),
    leftAtMs: Float64Array.of(NaN, NaN, NaN),
    unservedMs: Float64Array.of(0, 250, NaN),
    departure: [undefined, undefined, undefined],
  },
  trafficBits: Float64Array.of(0, 196, 0, 392),
  classTrafficBits: Float64Array.of(0, 392, 0, 196),
  leecherTrafficBits: Float64Array.of(0, 0, 0, 98),
};

const NOBODY = { in: 0, out: 0 };

/** Two customers of `big, "AS"`, which are peers, in two intervals. */
export const BORDERS: BorderTraffic = {
  intervalMs: 300_000,
  fromMs: 60_000,
  intervals: 2,
  percentile: 95,
  currency: 'EUR',
  links: [
    {
      from: 'AS0',
      to: 'big, "AS"',
      relationship: 'transit',
      bytes: 3,
      bytesBack: 0,
      billedKbps: 4_000,
      billedBackKbps: 0,
      payer: 'AS0',
      bill: 8,
    },
    {
      from: 'AS1',
      to: 'big, "AS"',
      relationship: 'transit',
      bytes: 0,
      bytesBack: 3,
      billedKbps: 0,
      billedBackKbps: 1_000,
      payer: 'AS1',
      bill: 2,
    },
    {
      from: 'AS0',
      to: 'AS1',
      relationship: 'peering',
      bytes: 5,
      bytesBack: 1,
      billedKbps: 500,
      billedBackKbps: 100,
      payer: 'AS0',
      bill: 0.25,
    },
  ],
  as: [
    {
      name: 'AS0',
      hostsPeers: true,
      customers: NOBODY,
      peers: { in: 1, out: 5 },
      providers: { in: 0, out: 3 },
      pays: 8.25,
      gets: 0,
    },
  ],
  byteHops: 12,
  bits: Float64Array.of(16, 0, 0, 16, 40, 0, 8, 0, 0, 8, 0, 8),
};

/** `RESULT` with a class for each of the two leechers. */
export const WITH_CLASSES: SwarmResult = {
  ...RESULT,
  classes: [
    { name: 'fibre', p50Ms: 1_500, p90Ms: 1_500, meanMs: 1_500, count: 1, uploadUtilisation: 0.4 },
    { name: 'dsl', p50Ms: 2_500, p90Ms: 2_500, meanMs: 2_500, count: 1, uploadUtilisation: 0.6 },
  ],
  peers: { ...RESULT.peers, class: ['seed', 'fibre', 'dsl'] },
};

/** The first interval of the timeline of `RESULT`. */
export const TIMELINE: Timeline = {
  fromMs: Float64Array.of(0, 0),
  toMs: Float64Array.of(10_000, 10_000),
  as: Uint32Array.of(0, 1),
  leechers: Float64Array.of(0, 2),
  seeds: Float64Array.of(1, 0),
  leaders: Float64Array.of(0, 1),
  unserved: Float64Array.of(1, 0),
  arrivals: Float64Array.of(1, 2),
  completions: Float64Array.of(0, 0),
  finished: Float64Array.of(0, 0),
  aborted: Float64Array.of(0, 0),
  crashed: Float64Array.of(0, 0),
  availability: Float64Array.of(1, 1),
  piecesHeld: Float64Array.of(10, 4),
  activeConnections: Float64Array.of(1, 2),
  outsideBits: Float64Array.of(0, 196),
  insideBits: Float64Array.of(0, 392),
  lostBits: Float64Array.of(0, 8),
  sentBits: Float64Array.of(20, 30),
  capacityBits: Float64Array.of(80, 90),
  uploadUtilisation: Float64Array.of(0.25, 1 / 3),
  leecherConnections: Float64Array.of(0, 2),
  interestedConnections: Float64Array.of(0, 1),
};

/** Progress of the run of `RESULT`. */
export const PROGRESS: Progress = {
  phase: 'downloading',
  simulatedMs: 0,
  peersComplete: 1,
  peers: 3,
  piecesReceived: 2,
  pieces: 20,
  messages: 5,
};

export const SIMULATION: Simulation = { result: RESULT, windows: 17, workers: 2 };
