/**
 * All data that the workers of a run share, as it is passed to each of them: the assignment of
 * actors to workers, lookaheads and distances, and the memory through which workers communicate.
 */

import { BARRIER_BYTES } from '../synchronization/barrier.ts';
import { type SharedStateMemory, sharedStateMemory } from '../synchronization/shared-state.ts';
import { distancesMs } from '../synchronization/lookahead.ts';
import { outboxMemory } from '../mailbox/outbox.ts';
import { heartbeatMemory } from './heartbeat.ts';

/** The parameters of a run, apart from the behaviours of its actors. */
export interface RunPlan {
  readonly actorCount: number;
  /** The lookahead from i to j, in ms, is at i · n + j; Infinity if i sends nothing to j. */
  readonly lookaheadMs: Float64Array;
  /** Synchronization instants are multiples of this; Infinity if there are none. */
  readonly syncIntervalMs: number;
  /** The quiet time after which actors are checked for progress (`steps.ts`). */
  readonly quietMs: number;
  /** The run ends before anything that happens at this time or later; absent: with its results. */
  readonly horizonMs?: number;
}

export interface SharedMemory extends Required<RunPlan> {
  readonly workers: number;
  /** The worker of each actor. */
  readonly workerOf: Uint16Array;
  /** The distance from i to j (`lookahead.ts`), in ms, is at i · n + j. */
  readonly distanceMs: Float64Array;
  readonly barrier: SharedArrayBuffer;
  /** The number of spins at the barrier before a worker sleeps. */
  readonly spins: number;
  readonly sharedState: SharedStateMemory;
  /** The two outbox buffers of each worker. */
  readonly outboxes: readonly (readonly [SharedArrayBuffer, SharedArrayBuffer])[];
  readonly heartbeats: SharedArrayBuffer;
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
  const { actorCount, syncIntervalMs, quietMs, horizonMs = Infinity } = plan;
  const { workers } = options;
  const lookaheadMs = new Float64Array(new SharedArrayBuffer(8 * actorCount * actorCount));
  lookaheadMs.set(plan.lookaheadMs);
  return {
    ...options,
    actorCount,
    syncIntervalMs,
    quietMs,
    horizonMs,
    lookaheadMs,
    distanceMs: distancesMs(lookaheadMs, actorCount),
    barrier: new SharedArrayBuffer(BARRIER_BYTES),
    sharedState: sharedStateMemory(actorCount, workers),
    outboxes: Array.from({ length: workers }, () => [
      outboxMemory(actorCount),
      outboxMemory(actorCount),
    ]),
    heartbeats: heartbeatMemory(workers),
  };
}
