/**
 * All that the workers of a run share, as it is handed to each: the plan of who is where and how
 * far apart, and the memory in which they meet.
 */

import { BARRIER_BYTES } from '../synchronization/barrier.ts';
import { type SharedStateMemory, sharedStateMemory } from '../synchronization/shared-state.ts';
import { distancesMs } from '../synchronization/lookahead.ts';
import { outboxMemory } from '../mailbox/outbox.ts';
import { heartbeatMemory } from './heartbeat.ts';

/** What decides a run, beside what the actors do. */
export interface RunPlan {
  readonly actorCount: number;
  /** The lookahead from i to j is at i · n + j; Infinity where i never posts to j. */
  readonly lookaheadMs: Float64Array;
  /** Meetings are at multiples of this; Infinity where there are none. */
  readonly meetingIntervalMs: number;
  /** The run stalls when nothing useful has happened for this long. No window is longer. */
  readonly stallMs: number;
}

export interface SharedMemory extends RunPlan {
  readonly workers: number;
  /** For each actor, its worker. */
  readonly workerOf: Uint16Array;
  /** The shortest way from i to j is at i · n + j. */
  readonly distanceMs: Float64Array;
  readonly barrier: SharedArrayBuffer;
  /** How often a worker looks at the barrier before it sleeps. */
  readonly spins: number;
  readonly board: SharedStateMemory;
  /** For each worker, its two outboxes. */
  readonly outboxes: readonly (readonly [SharedArrayBuffer, SharedArrayBuffer])[];
  readonly signs: SharedArrayBuffer;
  /** Whether to measure how long each actor is busy in each window. */
  readonly measuresBusyTimes: boolean;
}

export interface SharedMemoryOptions {
  readonly workerOf: Uint16Array;
  readonly workers: number;
  readonly spins: number;
  readonly measuresBusyTimes: boolean;
}

export function makeSharedMemory(plan: RunPlan, options: SharedMemoryOptions): SharedMemory {
  const { actorCount, meetingIntervalMs, stallMs } = plan;
  const { workers } = options;
  const lookaheadMs = new Float64Array(new SharedArrayBuffer(8 * actorCount * actorCount));
  lookaheadMs.set(plan.lookaheadMs);
  return {
    ...options,
    actorCount,
    meetingIntervalMs,
    stallMs,
    lookaheadMs,
    distanceMs: distancesMs(lookaheadMs, actorCount),
    barrier: new SharedArrayBuffer(BARRIER_BYTES),
    board: sharedStateMemory(actorCount, workers),
    outboxes: Array.from({ length: workers }, () => [
      outboxMemory(actorCount),
      outboxMemory(actorCount),
    ]),
    signs: heartbeatMemory(workers),
  };
}
