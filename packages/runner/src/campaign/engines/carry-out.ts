/** Carries out one run, in a thread of a pool: it gets a task and gives back what it came to. */

import {
  footprintOf,
  simulate,
  simulateHere,
  type Simulation,
  type Swarm,
} from '@cachetorrent/simulator';

import type { CompleteSwarmConfig } from '@cachetorrent/simulator/configuration';
import { timelineStepMs } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import { recordOf, sealed } from '../store/record.ts';
import type { Outcome } from './engine.ts';

export interface RunTask {
  readonly key: RunKey;
  readonly config: CompleteSwarmConfig;
  readonly swarm: Swarm;
  readonly seed: number;
  /** Threads that the simulation may use. */
  readonly workers: number;
}

/** Never rejects: an error would lose on its way what is said of it. */
export async function carryOut({ key, config, swarm, seed, workers }: RunTask): Promise<Outcome> {
  try {
    const startMs = performance.now();
    const simulation = await simulated(swarm, seed, workers);
    const wallMs = performance.now() - startMs;
    const peakRssBytes = process.resourceUsage().maxRSS * 1024;
    const record = recordOf(key, { config, seed, simulation, wallMs, peakRssBytes });
    return { key, isDone: true, text: sealed(record) };
  } catch (error) {
    return { key, isDone: false, error: told(error) };
  }
}

/** What any thread's heap has room for. */
const HEAP_BYTES = 1e9;

/** In this thread where one is enough, as it has compiled the program for the runs before. */
async function simulated(swarm: Swarm, seed: number, workers: number): Promise<Simulation> {
  const timelineMs = timelineStepMs(swarm);
  const fitsHere = footprintOf(swarm, 1).heapBytesPerWorker < HEAP_BYTES;
  if (workers === 1 && fitsHere) return simulateHere(swarm, { seed, timelineMs });
  return simulate(swarm, { seed, workers, timelineMs });
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `${error.name}: ${error.message}${cause}`;
}
