/**
 * Simulates a swarm: the one call that users of this package make.
 *
 *     const { result } = await simulate(swarm, { seed: 1 });
 *     console.log(result.redundancy, result.completion.p50Ms);
 */

import { availableParallelism } from 'node:os';

import type { BusyTimesReport } from './engine/threads/busy-times.ts';
import { type Run, runActors } from './engine/threads/coordinator.ts';
import type { RunPlan } from './engine/threads/shared-memory.ts';
import { SwarmError } from './errors.ts';
import { checkSwarm } from './swarm/plan/check.ts';
import { assemble } from './swarm/results/assemble.ts';
import { diagnose } from './swarm/results/diagnose.ts';
import { footprintOf } from './swarm/forecast/memory.ts';
import { type MessageLog, LogReader } from './swarm/log/reader.ts';
import { makePlan } from './swarm/plan/make-plan.ts';
import type { AsReport } from './swarm/results/observations.ts';
import { Plan, type PlanData } from './swarm/plan/plan.ts';
import { preflight } from './swarm/forecast/preflight.ts';
import type { SwarmResult } from './swarm/results/result.ts';
import type { Swarm } from './swarm/plan/swarm.ts';
import { assembleTimeline, type Timeline } from './swarm/results/timeline.ts';
import { workersFor } from './swarm/forecast/workers.ts';

/** How far a run is. */
export interface Progress {
  /** The simulated time that all workers have reached. */
  readonly simulatedMs: number;
  /** Peers that have the whole file by now. */
  readonly peersComplete: number;
  /** All peers, seeds included. */
  readonly peers: number;
  /** Messages sent so far. */
  readonly messages: number;
}

/** How to run a swarm. None of it but `seed` changes what comes out. */
export interface SimulateOptions {
  /** Decides all chance: the same swarm and seed give the same result, to the bit. */
  readonly seed: number;
  /**
   * Threads that share the AS between them, or `'as'` for one each; default: as many as pay, and
   * no more than there are cores. The result does not depend on it.
   */
  readonly workers?: number | 'as';
  /** Keeps a timeline with rows of so many ms of simulated time. The result is the same. */
  readonly timelineMs?: number;
  /** Passes on what all nodes say to one another. The result is the same. */
  readonly messageLog?: MessageLog;
  /** Measures how long each AS is busy in each window. The result is the same. */
  readonly measuresBusyTimes?: boolean;
  /** Called before the run with each thing that may keep it from going as one thinks. */
  readonly onWarning?: (warning: string) => void;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the run within a second; `simulate` then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A finished run: what came out, and what it took. */
export interface Simulation {
  /** The same for the same swarm and seed, on any machine. */
  readonly result: SwarmResult;
  /** How the swarm filled; where it was asked for. */
  readonly timeline?: Timeline;
  /** How the run went: it decides nothing, and may differ from version to version. */
  readonly windows: number;
  /** Threads that it ran on. */
  readonly workers: number;
  /** By worker; where they were measured. */
  readonly busyTimes?: readonly BusyTimesReport[];
}

/**
 * Simulates `swarm` until every peer holds the whole file.
 *
 * @throws SwarmError where the swarm cannot be simulated as described
 * @throws SwarmStalled where nobody is left who can send what is missing
 * @throws ActorFailed where an AS or its thread failed: a bug, or too little memory
 */
export async function simulate(swarm: Swarm, options: SimulateOptions): Promise<Simulation> {
  checkSwarm(swarm);
  const { timelineMs } = options;
  checkTimeline(timelineMs);
  const data = makePlan(swarm, options.seed, timelineMs === undefined ? {} : { timelineMs });
  const plan = new Plan(data);
  for (const warning of preflight(plan)) options.onWarning?.(warning);

  return simulationOf(plan, await runLogged(plan, data, options), timelineMs);
}

/**
 * What a run of `plan` came to.
 *
 * @throws SwarmStalled where it has not finished
 */
export function simulationOf(
  plan: Plan,
  { reports, outcome, endMs, windows, workers, busyTimes }: SwarmRun,
  timelineMs: number | undefined,
): Simulation {
  if (outcome !== 'finished') throw diagnose(plan, reports, endMs);
  const simulation = {
    result: assemble(plan, reports),
    windows,
    workers,
    ...(busyTimes === undefined ? {} : { busyTimes }),
  };
  if (timelineMs === undefined) return simulation;
  return { ...simulation, timeline: assembleTimeline(plan, reports, timelineMs) };
}

/** As much of a run as its result is made of. */
export interface SwarmRun extends Omit<Run, 'meetings'> {
  readonly reports: readonly AsReport[];
}

/** Runs all AS, and where there is a log, until it has been taken. If that fails, so does this. */
async function runLogged(plan: Plan, data: PlanData, options: SimulateOptions): Promise<SwarmRun> {
  const { messageLog, signal } = options;
  if (messageLog === undefined) return await runSystems(plan, data, options, signal);

  const log = new LogReader(messageLog, plan.asCount);
  const failed = new AbortController();
  log.end.catch((error: unknown) => failed.abort(error));
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  try {
    const run = await runSystems(plan, { ...data, log: log.setup }, options, stop);
    await Promise.race([log.end, rejectedBy(stop)]);
    return run;
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    log.close();
  }
}

async function runSystems(
  plan: Plan,
  data: PlanData,
  { workers, onProgress, measuresBusyTimes = false }: SimulateOptions,
  signal: AbortSignal | undefined,
): Promise<SwarmRun> {
  const { swarm, nodeCount } = plan;
  const threads = workersFor(swarm, workers, availableParallelism());
  const run = await runActors({
    entry: ACTORS,
    setup: data,
    ...runPlanOf(plan),
    workers: threads,
    cost: plan.expectedCosts(),
    measuresBusyTimes,
    ...heapLimit(swarm, threads),
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ simulatedMs, doneCount, messageCount }) => {
      const peers = nodeCount - 1;
      onProgress?.({ simulatedMs, peersComplete: doneCount, peers, messages: messageCount });
    },
  });
  return { ...run, reports: run.reports as readonly AsReport[] };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** What the engine has to know of a swarm. */
export function runPlanOf(plan: Plan): RunPlan {
  return {
    actorCount: plan.asCount,
    lookaheadMs: plan.lookaheadMs(),
    meetingIntervalMs: plan.swarm.allocationIntervalMs,
    stallMs: stallMs(plan.swarm),
  };
}

/** @throws SwarmError where time would not pass between two rows */
export function checkTimeline(timelineMs: number | undefined): void {
  if (timelineMs === undefined || timelineMs >= 1) return;
  const problem = `is ${timelineMs}, but time has to pass`;
  throw new SwarmError({ at: 'timelineMs', problem, fix: 'set it to a number of 1 or more' });
}

/** The workers' module stands beside this one, compiled or not. */
const ACTORS = new URL(
  import.meta.url.endsWith('.ts') ? './swarm/worker-entry.ts' : './swarm/worker-entry.js',
  import.meta.url,
);

/** What Node grants a thread may not do for a million peers: then twice what it takes. */
function heapLimit(swarm: Swarm, workers: number): { readonly oldGenerationMb?: number } {
  const neededMb = (2 * footprintOf(swarm, workers).heapBytesPerWorker) / 2 ** 20;
  return neededMb > HEAP_DEFAULT_MB ? { oldGenerationMb: Math.ceil(neededMb) } : {};
}

/** What any machine that could hold such a swarm grants a thread at least. */
const HEAP_DEFAULT_MB = 2_048;

/**
 * The simulated time without an arrival or a piece after which nothing will come any more: many
 * rounds of the choker, and many times what the slowest who uploads needs for a piece.
 */
function stallMs({ capacities, pieceBits, rechokeIntervalMs }: Swarm): number {
  const uploads = capacities.map(({ uploadKbps }) => uploadKbps).filter((kbps) => kbps > 0);
  return 100 * rechokeIntervalMs + (100 * pieceBits) / Math.min(...uploads);
}
