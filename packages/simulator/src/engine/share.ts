/**
 * All that the workers of a run share, as it is handed to each: the plan of who is where and how
 * far apart, and the memory in which they meet.
 */

import { BARRIER_BYTES } from './barrier.ts';
import { type BoardMemory, boardMemory } from './board.ts';
import { distancesMs } from './lookahead.ts';
import { outboxMemory } from './outbox.ts';
import { vitalSignsMemory } from './vital-signs.ts';

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

export interface Share extends RunPlan {
  readonly workers: number;
  /** For each actor, its worker. */
  readonly workerOf: Uint16Array;
  /** The shortest way from i to j is at i · n + j. */
  readonly distanceMs: Float64Array;
  readonly barrier: SharedArrayBuffer;
  /** How often a worker looks at the barrier before it sleeps. */
  readonly spins: number;
  readonly board: BoardMemory;
  /** For each worker, its two outboxes. */
  readonly outboxes: readonly (readonly [SharedArrayBuffer, SharedArrayBuffer])[];
  readonly signs: SharedArrayBuffer;
  /** Whether to measure how long each actor is busy in each window. */
  readonly measuresBusyTimes: boolean;
}

export interface ShareOptions {
  readonly workerOf: Uint16Array;
  readonly workers: number;
  readonly spins: number;
  readonly measuresBusyTimes: boolean;
}

export function makeShare(plan: RunPlan, options: ShareOptions): Share {
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
    board: boardMemory(actorCount, workers),
    outboxes: Array.from({ length: workers }, () => [
      outboxMemory(actorCount),
      outboxMemory(actorCount),
    ]),
    signs: vitalSignsMemory(workers),
  };
}
