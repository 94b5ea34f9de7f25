/**
 * Runs actors on worker threads, from the main thread: starts the threads, lets them run, collects
 * what the actors have to say, and ends the threads whatever happens. It touches no message and
 * takes no part in the loop (`loop.ts`); it only watches.
 */

import { availableParallelism } from 'node:os';

import { assert } from '@cachetorrent/std';

import { ACTORS_MAX } from '../actor.ts';
import { Barrier, SPINS } from '../synchronization/barrier.ts';
import type { ActorId } from '../behaviour.ts';
import type { BusyTimesReport } from './busy-times.ts';
import { ActorFailed, type Failure, firstFailure, RunAborted } from '../errors.ts';
import { LOOKAHEAD_MIN_MS } from '../synchronization/lookahead.ts';
import { actorsOf, type RunEnd } from './worker-loop.ts';
import { placeLongestFirst } from './placement.ts';
import { makeSharedMemory, type RunPlan, type SharedMemory } from './shared-memory.ts';
import { Thread, ThreadDied } from './thread.ts';
import { type EngineProgress, Heartbeats } from './heartbeat.ts';
import { Watchdog } from './watchdog.ts';

/** A thread that cannot be ended, since it is in native code, is left behind after this long. */
const END_MS = 1_000;

export interface RunOptions extends RunPlan {
  /** The module that calls `hostActors`. */
  readonly entry: URL;
  /** Handed to the maker of each actor, cloned once for each thread. */
  readonly setup: unknown;
  /** Threads; never more than actors. The result does not depend on it. */
  readonly workers: number;
  /** What each actor is expected to cost, in any unit, for placing them; default: all the same. */
  readonly cost?: readonly number[];
  /** Called a few times a second. */
  readonly onProgress?: (progress: EngineProgress) => void;
  /** Stops the run, which then rejects with `RunAborted`. */
  readonly signal?: AbortSignal;
  /** The most that the JavaScript objects of one worker may come to; default: as Node has it. */
  readonly oldGenerationMb?: number;
  /** A worker that shows no sign of life for this long is given up; default: 10 s. */
  readonly silenceMs?: number;
  /** Whether to measure how long each actor is busy in each window. */
  readonly measuresBusyTimes?: boolean;
}

export interface Run extends Omit<RunEnd, 'kind'> {
  /** What each actor had to say at the end. */
  readonly reports: readonly unknown[];
  readonly workers: number;
  /** By worker; only where they were measured. */
  readonly busyTimes?: readonly BusyTimesReport[];
}

/**
 * Runs all actors until all has come about, nothing useful does any more, or nothing ever can.
 *
 * @throws ActorFailed where an actor or its thread failed
 * @throws RunAborted where `signal` stopped it
 */
export async function runActors(options: RunOptions): Promise<Run> {
  check(options);
  const workers = Math.min(options.workers, options.actorCount);
  const costs = options.cost ?? new Array<number>(options.actorCount).fill(1);
  const share = makeSharedMemory(options, {
    workers,
    workerOf: placeLongestFirst(costs, workers),
    spins: workers <= availableParallelism() ? SPINS : 0,
    measuresBusyTimes: options.measuresBusyTimes ?? false,
  });
  const signs = new Heartbeats(share.signs);
  const { signal } = options;
  if (signal?.aborted === true) throw new RunAborted(signs.progress(), signal.reason);

  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = (): void => aborted.reject(new RunAborted(signs.progress(), signal?.reason));
  signal?.addEventListener('abort', onAbort, { once: true });
  const { silenceMs = 10_000, onProgress } = options;
  const watch = new Watchdog({ signs, workers, silenceMs, onProgress });
  const threads: Thread[] = [];
  try {
    for (let worker = 0; worker < workers; worker++) {
      threads.push(new Thread({ worker, ...pick(options) }));
    }
    const work = runThreads(threads, share, options, watch);
    return await Promise.race([work, watch.failure, aborted.promise]);
  } catch (error) {
    throw error instanceof ThreadDied ? failureOf(error, share, signs) : error;
  } finally {
    watch.stop();
    signal?.removeEventListener('abort', onAbort);
    await endAll(threads, share);
  }
}

async function runThreads(
  threads: readonly Thread[],
  share: SharedMemory,
  { setup, actorCount, measuresBusyTimes }: RunOptions,
  watch: Watchdog,
): Promise<Run> {
  const starts = await Promise.all(
    threads.map(async (thread, worker) => {
      const failure = await thread.call((host) => host.start(share, worker, setup));
      watch.started(worker);
      return failure;
    }),
  );
  throwFirst(starts);

  const endings = await Promise.all(threads.map((thread) => thread.call((host) => host.run())));
  throwFirst(endings.map((ending) => (ending.kind === 'failed' ? ending.failure : undefined)));
  const over = endings[0]!;
  assert(over.kind === 'over', 'a run without a failure goes on until it is over');

  const answers = await Promise.all(
    Array.from({ length: actorCount }, (_, actor) =>
      reportOf(actor, threads[share.workerOf[actor]!]!, over.endMs),
    ),
  );
  throwFirst(answers.map((answer) => ('failure' in answer ? answer.failure : undefined)));
  const { outcome, windows, meetings, endMs } = over;
  const reports = answers.map((answer) => ('report' in answer ? answer.report : undefined));
  const run = { outcome, windows, meetings, endMs, reports, workers: threads.length };
  if (measuresBusyTimes !== true) return run;

  const busyTimes = await Promise.all(
    threads.map((thread) => thread.call((host) => host.busyTimes())),
  );
  return { ...run, busyTimes: busyTimes.filter((times) => times !== undefined) };
}

type Answer = { readonly report: unknown } | { readonly failure: Failure };

async function reportOf(actor: ActorId, thread: Thread, atMs: number): Promise<Answer> {
  try {
    return await thread.call((host) => host.report(actor));
  } catch (cause) {
    if (cause instanceof ThreadDied) throw cause;
    // Comlink rejects so.
    const error = new Error('what it reports cannot be cloned to another thread', { cause });
    return { failure: { actor, atMs, error } };
  }
}

function throwFirst(failures: readonly (Failure | undefined)[]): void {
  const failure = firstFailure(failures.filter((each) => each !== undefined));
  if (failure === undefined) return;
  const { actor, atMs, error } = failure;
  throw new ActorFailed({ actors: [actor], atMs, what: `failed: ${textOf(error)}`, cause: error });
}

/** Names who was at work when a thread died; or all on it, where nobody was. */
function failureOf(
  { worker, what, cause }: ThreadDied,
  share: SharedMemory,
  signs: Heartbeats,
): Error {
  const { actor, nowMs } = signs.at(worker);
  const actors = signs.isWorking(worker) ? [actor] : actorsOf(share.workerOf, worker);
  return new ActorFailed({
    actors,
    atMs: nowMs,
    what: `on worker ${worker}, which ${what}`,
    cause,
  });
}

/** Wakes all who wait at the barrier, and ends all threads. */
async function endAll(threads: readonly Thread[], share: SharedMemory): Promise<void> {
  const words = new Int32Array(share.barrier);
  new Barrier({ words, parties: share.workers, spins: 0 }).abort();
  const ended = Promise.all(threads.map((thread) => thread.end()));
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, END_MS);
  await Promise.race([ended, timeout.promise]);
  clearTimeout(timer);
}

function check({ actorCount, lookaheadMs, workers, meetingIntervalMs, cost }: RunOptions): void {
  if (!(Number.isInteger(actorCount) && actorCount >= 1 && actorCount <= ACTORS_MAX)) {
    throw new RangeError(`a run has 1 to ${ACTORS_MAX} actors, not ${actorCount}`);
  }
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new RangeError(`a run has at least one worker, not ${workers}`);
  }
  if (!(meetingIntervalMs > 0)) {
    throw new RangeError(`the time between meetings is more than 0, not ${meetingIntervalMs}`);
  }
  if (lookaheadMs.length !== actorCount ** 2) {
    throw new RangeError(`${actorCount} actors have ${actorCount ** 2} lookaheads`);
  }
  if (cost !== undefined && cost.length !== actorCount) {
    throw new RangeError(`${actorCount} actors have ${actorCount} costs, not ${cost.length}`);
  }
  for (const [place, ms] of lookaheadMs.entries()) {
    const [from, to] = [Math.floor(place / actorCount), place % actorCount];
    if (from !== to && !(ms >= LOOKAHEAD_MIN_MS)) {
      throw new RangeError(
        `the lookahead from ${from} to ${to} is ${ms} ms; at least ${LOOKAHEAD_MIN_MS} is needed`,
      );
    }
  }
}

function pick({ entry, oldGenerationMb }: RunOptions): {
  readonly entry: URL;
  readonly oldGenerationMb?: number;
} {
  return oldGenerationMb === undefined ? { entry } : { entry, oldGenerationMb };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
