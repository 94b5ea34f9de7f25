/**
 * Runs actors on worker threads, from the main thread: starts the threads, runs them, collects the
 * actors' reports, and ends the threads or keeps them for the next run (`worker-pool.ts`). It takes
 * no part in the worker loop (`worker-loop.ts`) and handles no message; it only watches.
 */

import { availableParallelism } from 'node:os';

import { assert } from '@cachetorrent/std';

import { ACTORS_MAX } from '../actor.ts';
import { Barrier, SPINS } from '../synchronization/barrier.ts';
import type { ActorId } from '../behaviour.ts';
import type { BusyTimesReport } from './busy-times.ts';
import { ActorFailed, type Failure, firstFailure } from '../errors.ts';
import { LOOKAHEAD_MIN_MS } from '../synchronization/lookahead.ts';
import { actorsOf, type RunEnd } from './worker-loop.ts';
import { assignLongestFirst } from './assignment.ts';
import { makeSharedMemory, type RunPlan, type SharedMemory } from './shared-memory.ts';
import { WorkerFailed, WorkerHandle } from './worker-handle.ts';
import type { WorkerPool } from './worker-pool.ts';
import { type EngineProgress, Heartbeats } from './heartbeat.ts';
import { Watchdog } from './watchdog.ts';

/**
 * A thread that does not end in time is abandoned: one that runs native code, or that frees
 * gigabytes of objects. Less than the second in which a run reacts to a signal.
 */
const TERMINATION_TIMEOUT_MS = 500;

export interface RunOptions extends RunPlan {
  /** The module that calls `hostActors`. */
  readonly entry: URL;
  /** Passed to the constructor of each behaviour; cloned once per thread. */
  readonly setup: unknown;
  /** Number of threads, at most one per actor. The result does not depend on it. */
  readonly workers: number;
  /** Expected cost of each actor, in any unit, for assigning them to workers (default: equal). */
  readonly cost?: readonly number[];
  /** Called a few times per second. */
  readonly onProgress?: (progress: EngineProgress) => void;
  /** Aborts the run, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Heap limit of each worker, in MiB (default: that of Node). */
  readonly oldGenerationMb?: number;
  /** Where threads come from and return to; by default, they are new and end with the run. */
  readonly pool?: WorkerPool;
  /** A worker without a heartbeat for this time is considered hung (default: 10 s). */
  readonly heartbeatTimeoutMs?: number;
  /** Whether to measure how long each actor is busy in each window. */
  readonly measuresBusyTimes?: boolean;
}

export interface Run extends Omit<RunEnd, 'kind'> {
  /** The report of each actor. */
  readonly reports: readonly unknown[];
  readonly workers: number;
  /** One for each worker; only if they were measured. */
  readonly busyTimes?: readonly BusyTimesReport[];
}

/**
 * Runs all actors until no result is outstanding, no progress is possible, or no events are left.
 *
 * @throws ActorFailed if an actor or its thread failed
 * @throws the reason of `signal`, if that aborted the run
 */
export async function runActors(options: RunOptions): Promise<Run> {
  checkOptions(options);
  const { signal, heartbeatTimeoutMs = 10_000, onProgress } = options;
  signal?.throwIfAborted();

  const workers = Math.min(options.workers, options.actorCount);
  const costs = options.cost ?? new Array<number>(options.actorCount).fill(1);
  const memory = makeSharedMemory(options, {
    workers,
    workerOf: assignLongestFirst(costs, workers),
    spins: workers <= availableParallelism() ? SPINS : 0,
    measuresBusyTimes: options.measuresBusyTimes ?? false,
  });
  const heartbeats = new Heartbeats(memory.heartbeats);

  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const watchdog = new Watchdog({ heartbeats, workers, timeoutMs: heartbeatTimeoutMs, onProgress });
  const { entry, oldGenerationMb, pool } = options;
  const handles: WorkerHandle[] = [];
  let isReusable = false;
  try {
    for (let worker = 0; worker < workers; worker++) {
      const thread = { entry, oldGenerationMb };
      const handle = pool?.take(thread) ?? new WorkerHandle(thread);
      handle.beginRun(worker);
      handles.push(handle);
    }
    const running = runWorkers(handles, memory, options, watchdog);
    const run = await Promise.race([running, watchdog.failure, aborted.promise]);
    isReusable = pool !== undefined;
    return run;
  } catch (error) {
    throw error instanceof WorkerFailed ? actorFailedBy(error, memory, heartbeats) : error;
  } finally {
    watchdog.stop();
    signal?.removeEventListener('abort', onAbort);
    if (isReusable) await pool!.giveBack(handles);
    else await terminateAll(handles, memory);
  }
}

async function runWorkers(
  handles: readonly WorkerHandle[],
  memory: SharedMemory,
  { setup, actorCount, measuresBusyTimes }: RunOptions,
  watchdog: Watchdog,
): Promise<Run> {
  const startFailures = await Promise.all(
    handles.map(async (handle, worker) => {
      const failure = await handle.call((api) => api.start(memory, worker, setup));
      watchdog.markStarted(worker);
      return failure;
    }),
  );
  throwFirstFailure(startFailures);

  const endings = await Promise.all(handles.map((handle) => handle.call((api) => api.run())));
  throwFirstFailure(
    endings.map((ending) => (ending.kind === 'failed' ? ending.failure : undefined)),
  );
  const end = endings[0]!;
  assert(end.kind === 'ended', 'a run without a failure ends by itself');

  const results = await Promise.all(
    Array.from({ length: actorCount }, (_, actor) =>
      requestReport(actor, handles[memory.workerOf[actor]!]!, end.endMs),
    ),
  );
  throwFirstFailure(results.map((result) => ('failure' in result ? result.failure : undefined)));
  const { kind: _, ...ended } = end;
  const reports = results.map((result) => ('report' in result ? result.report : undefined));
  const run = { ...ended, reports, workers: handles.length };
  if (measuresBusyTimes !== true) return run;

  const busyTimes = await Promise.all(
    handles.map((handle) => handle.call((api) => api.busyTimes())),
  );
  return { ...run, busyTimes: busyTimes.filter((times) => times !== undefined) };
}

type ReportResult = { readonly report: unknown } | { readonly failure: Failure };

async function requestReport(
  actor: ActorId,
  handle: WorkerHandle,
  atMs: number,
): Promise<ReportResult> {
  try {
    return await handle.call((api) => api.report(actor));
  } catch (cause) {
    if (cause instanceof WorkerFailed) throw cause;
    // Comlink rejects if the report cannot be cloned.
    const error = new Error('its report cannot be cloned to another thread', { cause });
    return { failure: { actor, atMs, error } };
  }
}

function throwFirstFailure(failures: readonly (Failure | undefined)[]): void {
  const failure = firstFailure(failures.filter((each) => each !== undefined));
  if (failure === undefined) return;
  const { actor, atMs, error } = failure;
  const message = error instanceof Error ? error.message : String(error);
  throw new ActorFailed({ actors: [actor], atMs, what: `failed: ${message}`, cause: error });
}

/** Names the actor that was active when a worker failed; or all its actors, if none was. */
function actorFailedBy(
  { worker, what, cause }: WorkerFailed,
  memory: SharedMemory,
  heartbeats: Heartbeats,
): ActorFailed {
  const { actor, nowMs } = heartbeats.lastActor(worker);
  return new ActorFailed({
    actors: heartbeats.isActive(worker) ? [actor] : actorsOf(memory.workerOf, worker),
    atMs: nowMs,
    what: `on worker ${worker}, which ${what}`,
    cause,
  });
}

/** Releases the threads that wait at the barrier, and terminates all threads. */
async function terminateAll(handles: readonly WorkerHandle[], memory: SharedMemory): Promise<void> {
  const words = new Int32Array(memory.barrier);
  new Barrier({ words, parties: memory.workers, spins: 0 }).abort();
  const terminated = Promise.all(handles.map((handle) => handle.terminate()));
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, TERMINATION_TIMEOUT_MS);
  await Promise.race([terminated, timeout.promise]);
  clearTimeout(timer);
}

function checkOptions(options: RunOptions): void {
  const { actorCount, lookaheadMs, workers, syncIntervalMs, cost } = options;
  if (!(Number.isInteger(actorCount) && actorCount >= 1 && actorCount <= ACTORS_MAX)) {
    throw new RangeError(`a run has 1 to ${ACTORS_MAX} actors, not ${actorCount}`);
  }
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new RangeError(`a run has at least one worker, not ${workers}`);
  }
  if (!(syncIntervalMs > 0)) {
    throw new RangeError(`the synchronization interval is more than 0 ms, not ${syncIntervalMs}`);
  }
  if (lookaheadMs.length !== actorCount ** 2) {
    throw new RangeError(
      `${actorCount} actors have ${actorCount ** 2} lookaheads, not ${lookaheadMs.length}`,
    );
  }
  if (cost !== undefined && cost.length !== actorCount) {
    throw new RangeError(`${actorCount} actors have ${actorCount} costs, not ${cost.length}`);
  }
  for (const [index, ms] of lookaheadMs.entries()) {
    const [from, to] = [Math.floor(index / actorCount), index % actorCount];
    if (from !== to && !(ms >= LOOKAHEAD_MIN_MS)) {
      throw new RangeError(
        `the lookahead from actor ${from} to ${to} is at least ${LOOKAHEAD_MIN_MS} ms, not ${ms}`,
      );
    }
  }
}
