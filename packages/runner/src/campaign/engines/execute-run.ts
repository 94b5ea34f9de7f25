/** Carries out one run, in a thread of a pool: it gets a task and gives back what it came to. */

import {
  footprintOf,
  simulate,
  simulateHere,
  type Simulation,
  type Swarm,
} from '@cachetorrent/simulator';

import type { WholeConfig } from '../../configuration/swarm.ts';
import { timelineIntervalMs } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import { createRecord, serializeRecord } from '../store/record.ts';
import type { RunOutcome } from './engine.ts';

export interface ThreadTask {
  readonly key: RunKey;
  readonly config: WholeConfig;
  readonly swarm: Swarm;
  readonly seed: number;
  /** Threads that the simulation may use. */
  readonly workers: number;
}

/** Never rejects: an error would lose on its way what is said of it. */
export async function executeRun({
  key,
  config,
  swarm,
  seed,
  workers,
}: ThreadTask): Promise<RunOutcome> {
  try {
    const startMs = performance.now();
    const simulation = await runSimulation(swarm, seed, workers);
    const wallMs = performance.now() - startMs;
    const peakRssBytes = process.resourceUsage().maxRSS * 1024;
    const record = createRecord(key, { config, seed, simulation, wallMs, peakRssBytes });
    return { key, isDone: true, text: serializeRecord(record) };
  } catch (error) {
    return { key, isDone: false, error: errorText(error) };
  }
}

/** What any thread's heap has room for. */
const MIN_HEAP_BYTES = 1e9;

/** In this thread where one is enough, as it has compiled the program for the runs before. */
async function runSimulation(swarm: Swarm, seed: number, workers: number): Promise<Simulation> {
  const timelineMs = timelineIntervalMs(swarm);
  const fitsHere = footprintOf(swarm, 1).heapBytesPerWorker < MIN_HEAP_BYTES;
  if (workers === 1 && fitsHere) return simulateHere(swarm, { seed, timelineMs });
  return simulate(swarm, { seed, workers, timelineMs });
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `${error.name}: ${error.message}${cause}`;
}
