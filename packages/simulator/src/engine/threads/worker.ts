/**
 * The entry of a worker thread that hosts actors. Only this file, `worker-handle.ts` and
 * `coordinator.ts` know threads.
 *
 * The coordinator makes a few remote calls per run through comlink. During a run the thread answers
 * no calls: it is in the worker loop, and writes its heartbeat to shared memory.
 */

import { isMainThread, parentPort, workerData } from 'node:worker_threads';

import { assert } from '@cachetorrent/std';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

import type { ActorId, MakeBehaviour } from '../behaviour.ts';
import type { BusyTimesReport } from './busy-times.ts';
import { type Failure, toCloneable } from '../errors.ts';
import { type Ending, WorkerLoop } from './worker-loop.ts';
import type { SharedMemory } from './shared-memory.ts';

/** The `workerData` of threads that were started to host actors. */
export const ACTOR_WORKER = 'hosts the actors of a simulation';

/** The remote calls of a worker. */
export interface WorkerApi {
  /** Creates the actors of `worker`. Returns the first failure, if any. */
  start(memory: SharedMemory, worker: number, setup: unknown): Failure | undefined;
  /** Runs the worker loop to its end. */
  run(): Ending;
  /** Returns the report of an actor, or its failure to report. */
  report(actor: ActorId): { readonly report: unknown } | { readonly failure: Failure };
  busyTimes(): BusyTimesReport | undefined;
  /** Forgets the actors, so that their memory can be used again. */
  release(): void;
}

/**
 * Makes this module the entry of worker threads that host actors, whose behaviours `makeBehaviour`
 * creates. Has no effect in any other thread, so that the module can be imported.
 */
export function hostActors<Setup>(makeBehaviour: MakeBehaviour<Setup>): void {
  if (isMainThread || parentPort === null || workerData !== ACTOR_WORKER) return;
  expose(makeWorkerApi(makeBehaviour), nodeEndpoint(parentPort));
}

function makeWorkerApi<Setup>(makeBehaviour: MakeBehaviour<Setup>): WorkerApi {
  let loop: WorkerLoop | undefined;
  const startedLoop = (): WorkerLoop => {
    assert(loop !== undefined, 'a worker is started before it runs');
    return loop;
  };
  return {
    start(memory, worker, setup) {
      loop = new WorkerLoop(memory, worker, (context) => makeBehaviour(setup as Setup, context));
      return loop.failure && toCloneable(loop.failure);
    },
    run() {
      const ending = startedLoop().run();
      return ending.kind === 'failed' && ending.failure !== undefined
        ? { ...ending, failure: toCloneable(ending.failure) }
        : ending;
    },
    report(actor) {
      const report = startedLoop().report(actor);
      const failure = startedLoop().failure;
      return failure === undefined ? { report } : { failure: toCloneable(failure) };
    },
    busyTimes: () => startedLoop().busyTimes(),
    release() {
      loop = undefined;
    },
  };
}
