/**
 * Simulates a swarm: the main function of this package.
 *
 *     const { result } = await simulate(swarm, { seed: 1 });
 *     console.log(result.redundancy, result.completion.p50Ms);
 */

import { availableParallelism } from 'node:os';

import type { BusyTimesReport } from './engine/threads/busy-times.ts';
import { type Run, runActors } from './engine/threads/coordinator.ts';
import type { RunPlan } from './engine/threads/shared-memory.ts';
import type { WorkerPool } from './engine/threads/worker-pool.ts';
import { SwarmError } from './errors.ts';
import { footprintOf } from './swarm/forecast/memory.ts';
import { modelWarningsOf } from './swarm/forecast/model-warnings.ts';
import { preflight } from './swarm/forecast/preflight.ts';
import { workersFor } from './swarm/forecast/workers.ts';
import { LogReader, type MessageLog } from './swarm/log/reader.ts';
import { type RecordingOptions, RecordingWriter } from './swarm/recording/recording-writer.ts';
import { checkSwarm } from './swarm/plan/check.ts';
import { makePlan, planForWorkers } from './swarm/plan/make-plan.ts';
import { Plan, type PlanData } from './swarm/plan/plan.ts';
import { peerCountOf, seedCountOf, type Swarm } from './swarm/plan/swarm.ts';
import { assemble } from './swarm/results/assemble.ts';
import { diagnose } from './swarm/results/diagnose.ts';
import type { AsReport } from './swarm/results/observations.ts';
import type { SwarmResult } from './swarm/results/result.ts';
import { assembleTimeline, type Timeline } from './swarm/results/timeline.ts';

/**
 * The phases of a run: the network is being laid out and threads are being started; peers join and
 * connect to one another; pieces arrive. If peers arrive over time, they connect while others
 * download.
 */
export type Phase = 'laying out' | 'connecting' | 'downloading';

/** The progress of a run. */
export interface Progress {
  /** What the run is doing. */
  readonly phase: Phase;
  /** The simulated time that all workers have reached. */
  readonly simulatedMs: number;
  /** The number of peers that have the whole file. */
  readonly peersComplete: number;
  /** The number of peers that ever come, including the seeds; before the run, an expectation. */
  readonly peers: number;
  /** The number of pieces that leechers have received so far. */
  readonly piecesReceived: number;
  /** The number of pieces that all leechers will have received at the end. */
  readonly pieces: number;
  /** The number of messages sent so far. */
  readonly messages: number;
}

/** How to run a swarm. Only `seed` affects the result. */
export interface SimulateOptions {
  /** Random seed: the same swarm and seed give the same result, to the bit. */
  readonly seed: number;
  /**
   * Number of threads, which share the AS between them, or `'as'` for one thread for each AS
   * (default: as many as make the run faster, up to the number of cores).
   */
  readonly workers?: number | 'as';
  /** Records a timeline with an interval of this many ms of simulated time. */
  readonly timelineMs?: number;
  /**
   * Meters the traffic at the borders of AS, with an interval of this many ms of simulated time; a
   * swarm with prices has an interval of its own.
   */
  readonly bordersMs?: number;
  /** Receives all messages that nodes send to one another. */
  readonly messageLog?: MessageLog;
  /** Records the run: what is needed to show it again. */
  readonly recording?: RecordingOptions;
  /** Whether to measure how long each AS is busy in each window. */
  readonly measuresBusyTimes?: boolean;
  /** Called before the run with each reason why it may go differently than expected. */
  readonly onWarning?: (warning: string) => void;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborts the run within a second; `simulate` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Keeps the threads for the next run (default: they end with the run). */
  readonly pool?: WorkerPool;
}

/** A finished run. */
export interface Simulation {
  /** The result: the same for the same swarm and seed, on any machine. */
  readonly result: SwarmResult;
  /** The timeline, if it was requested. */
  readonly timeline?: Timeline;
  /** The number of windows. It may differ between versions. */
  readonly windows: number;
  /** The number of threads. */
  readonly workers: number;
  /** The busy times by worker, if they were measured. */
  readonly busyTimes?: readonly BusyTimesReport[];
}

/**
 * Simulates `swarm` until every peer has the whole file; where peers come and go, until its time is
 * over, an event ends it, or it has died.
 *
 * @throws SwarmError if the swarm cannot be simulated as described, or certainly not complete
 * @throws SwarmStalled if peers lack pieces, and nothing pending can change this
 * @throws ActorFailed if an AS or its thread failed: a bug, or too little memory
 * @throws the reason of `signal`, if it aborts the run
 */
export async function simulate(swarm: Swarm, options: SimulateOptions): Promise<Simulation> {
  checkSwarm(swarm);
  const { timelineMs, bordersMs } = options;
  checkInterval('timelineMs', timelineMs);
  checkInterval('bordersMs', bordersMs);
  checkFrames(options.recording);
  options.onProgress?.(progressOf(swarm, peerCountOf(swarm), NO_PROGRESS));
  const data = makePlan(swarm, options.seed, {
    ...(timelineMs === undefined ? {} : { timelineMs }),
    ...(bordersMs === undefined ? {} : { bordersMs }),
  });
  const plan = new Plan(data);
  for (const warning of warningsOf(plan)) options.onWarning?.(warning);

  const { messageLog } = options;
  const log = messageLog && new LogReader(messageLog, plan.asCount);
  const recording = options.recording && new RecordingWriter(plan, options.recording);
  const setups = {
    ...(log === undefined ? {} : { log: log.setup }),
    ...(recording === undefined ? {} : { recorder: recording.setup }),
  };
  const streams = [log, recording].filter((each) => each !== undefined);
  try {
    await recording?.begin();
    const run = await runStreamed(plan, { ...data, ...setups }, streams, options);
    const simulation = simulationOf(plan, run, timelineMs);
    await recording?.finish(simulation.result);
    return simulation;
  } finally {
    for (const stream of streams) stream.close();
  }
}

/**
 * The warnings for a run of `plan`.
 *
 * @throws SwarmError if it certainly cannot complete
 */
export function warningsOf(plan: Plan): readonly string[] {
  const { warnings, problem } = preflight(plan);
  if (problem !== undefined) throw new SwarmError(problem);
  return [...modelWarningsOf(plan.swarm).map(({ text }) => text), ...warnings];
}

/**
 * Assembles what a run of `plan` has reported.
 *
 * @throws SwarmStalled if the run has not finished
 */
export function simulationOf(
  plan: Plan,
  { reports, outcome, lastActiveMs, windowCount, workers, busyTimes }: SwarmRun,
  timelineMs: number | undefined,
): Simulation {
  if (outcome !== 'finished') throw diagnose(plan, reports, lastActiveMs);
  const simulation = {
    result: assemble(plan, reports),
    windows: windowCount,
    workers,
    ...(busyTimes === undefined ? {} : { busyTimes }),
  };
  if (timelineMs === undefined) return simulation;
  return { ...simulation, timeline: assembleTimeline(plan, reports, timelineMs) };
}

/** The part of a run that its result is made of. */
export interface SwarmRun extends Omit<Run, 'syncCount'> {
  readonly reports: readonly AsReport[];
}

/** What follows a run: a log of messages, a recording. */
interface Stream {
  /** Resolves when its consumer has taken all; rejects if the consumer fails. */
  readonly end: Promise<void>;
}

/** Runs all AS until all streams have ended, too. Rejects if one of them does. */
async function runStreamed(
  plan: Plan,
  data: PlanData,
  streams: readonly Stream[],
  options: SimulateOptions,
): Promise<SwarmRun> {
  const { signal } = options;
  if (streams.length === 0) return await runAllAs(plan, data, options, signal);

  const failed = new AbortController();
  for (const { end } of streams) end.catch((error: unknown) => failed.abort(error));
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  try {
    const run = await runAllAs(plan, data, options, stop);
    await Promise.race([Promise.all(streams.map(({ end }) => end)), rejectedBy(stop)]);
    return run;
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  }
}

async function runAllAs(
  plan: Plan,
  data: PlanData,
  { workers, onProgress, measuresBusyTimes = false, pool }: SimulateOptions,
  signal: AbortSignal | undefined,
): Promise<SwarmRun> {
  const { swarm } = plan;
  const threads = workersFor(swarm, workers, availableParallelism());
  const run = await runActors({
    entry: WORKER_ENTRY,
    setup: planForWorkers(data),
    ...runPlanOf(plan),
    workers: threads,
    cost: plan.expectedCosts(),
    measuresBusyTimes,
    ...heapLimit(swarm, threads),
    ...(signal === undefined ? {} : { signal }),
    ...(pool === undefined ? {} : { pool }),
    onProgress: (progress) => onProgress?.(progressOf(swarm, plan.nodeCount - 1, progress)),
  });
  return { ...run, reports: run.reports as readonly AsReport[] };
}

const NO_PROGRESS = { simulatedMs: 0, doneCount: 0, workCount: 0, messageCount: 0 };

function progressOf(
  swarm: Swarm,
  peers: number,
  { simulatedMs, doneCount, workCount, messageCount }: typeof NO_PROGRESS,
): Progress {
  const begun = messageCount > 0 ? 'connecting' : 'laying out';
  return {
    phase: workCount > 0 ? 'downloading' : begun,
    simulatedMs,
    peersComplete: doneCount,
    peers,
    piecesReceived: workCount,
    pieces: (peers - seedCountOf(swarm)) * swarm.pieces,
    messages: messageCount,
  };
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** What the engine has to know about a swarm. */
export function runPlanOf(plan: Plan): RunPlan {
  return {
    actorCount: plan.asCount,
    lookaheadMs: plan.lookaheadMs(),
    syncIntervalMs: plan.swarm.allocationIntervalMs,
    quietMs: QUIET_INTERVALS * plan.swarm.rechokeIntervalMs,
    ...(plan.swarm.horizonMs === undefined ? {} : { horizonMs: plan.swarm.horizonMs }),
  };
}

/** @throws SwarmError if the interval is not a positive number of ms */
export function checkInterval(name: string, intervalMs: number | undefined): void {
  if (intervalMs === undefined || intervalMs >= 1) return;
  const problem = `is ${intervalMs}, but an interval is at least 1 ms long`;
  throw new SwarmError({ at: name, problem, fix: 'set it to a number of 1 or more' });
}

/** @throws SwarmError if the length of frames is not a positive number of whole ms */
function checkFrames({ frameMs = 1 }: Partial<RecordingOptions> = {}): void {
  if (Number.isInteger(frameMs) && frameMs >= 1) return;
  const problem = `is ${frameMs}, but a frame has a length of whole ms`;
  throw new SwarmError({ at: 'recording.frameMs', problem, fix: 'set it to an integer from 1 on' });
}

/** The module that worker threads run, as source or compiled. */
const WORKER_ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './swarm/worker-entry.ts' : './swarm/worker-entry.js',
  import.meta.url,
);

/**
 * The heap limit of a thread: twice the estimate, where the default of Node may be too little, as
 * for a million peers.
 */
function heapLimit(swarm: Swarm, workers: number): { readonly oldGenerationMb?: number } {
  const neededMb = (2 * footprintOf(swarm, workers).heapBytesPerWorker) / 2 ** 20;
  return neededMb > HEAP_DEFAULT_MB ? { oldGenerationMb: Math.ceil(neededMb) } : {};
}

/** The least heap limit that Node sets by default on a machine with memory for such a swarm. */
const HEAP_DEFAULT_MB = 2_048;

/**
 * After so many rechoke intervals in which no node arrives and no piece is sent or received, each
 * AS checks whether this can change at all. The number affects only how soon a stall is noticed.
 */
const QUIET_INTERVALS = 10;
