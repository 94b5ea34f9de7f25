/** Executes one run in a thread of a pool: takes a task and returns the outcome. */

import {
  footprintOf,
  simulate,
  simulateHere,
  type Simulation,
  type Swarm,
  SwarmError,
  WorkerPool,
} from '@cachetorrent/simulator';
import {
  type CompleteSwarmConfig,
  pathInConfig,
  pathName,
} from '@cachetorrent/simulator/configuration';

import { causeOf } from '../../failure.ts';
import { timelineIntervalMs } from '../estimate.ts';
import type { RunKey } from '../experiment/key.ts';
import { createRecord, serializeRecord } from '../store/record.ts';
import type { RunOutcome } from './engine.ts';

/** A run, in a form that can be passed to a thread. */
export interface ThreadTask {
  readonly key: RunKey;
  readonly config: CompleteSwarmConfig;
  readonly swarm: Swarm;
  readonly seed: number;
  /** Number of threads that the simulation may use. */
  readonly workers: number;
}

/** Executes a run. Never rejects: passing an error between threads would lose its cause. */
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
    return { key, isDone: false, error: errorText(error, config) };
  }
}

/** The heap that every thread has at least. */
const MIN_HEAP_BYTES = 1e9;

/** The threads of runs that take several, with their code compiled. */
const pool = new WorkerPool();

/** Simulates in this thread if one is enough, as its code is compiled as well. */
async function runSimulation(swarm: Swarm, seed: number, workers: number): Promise<Simulation> {
  const timelineMs = timelineIntervalMs(swarm);
  const fitsThread = footprintOf(swarm, 1).heapBytesPerWorker < MIN_HEAP_BYTES;
  if (workers > 1 || !fitsThread) return simulate(swarm, { seed, workers, timelineMs, pool });
  // A campaign goes from long to short runs: there will hardly be another run of several threads
  // before the last few.
  await pool.endIdle();
  return simulateHere(swarm, { seed, timelineMs });
}

function errorText(error: unknown, config: CompleteSwarmConfig): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof SwarmError) {
    const { name, field, problem, fix } = error;
    return `${name}: ${pathName(pathInConfig(field, config))}: ${problem}; ${fix}`;
  }
  const cause = causeOf(error, process.env);
  return `${error.name}: ${error.message}${cause === '' ? '' : `\ncaused by ${cause}`}`;
}
