/**
 * Hosts actors in a worker thread. Only this file, `thread.ts` and `coordinator.ts` know of
 * threads.
 *
 * The coordinator speaks to it through comlink, a few calls to a run. While the run goes on, the
 * thread answers nobody: it is in the loop, and shows its vital signs in shared memory.
 */

import { isMainThread, parentPort, workerData } from 'node:worker_threads';

import { assert } from '@cachetorrent/std';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

import type { ActorId, MakeBehaviour } from '../behaviour.ts';
import type { BusyTimesReport } from './busy-times.ts';
import { type Failure, portable } from '../errors.ts';
import { type Ending, WorkerLoop } from './worker-loop.ts';
import type { SharedMemory } from './shared-memory.ts';

/** How a thread knows that it was started to host actors, and not for anything else. */
export const ACTORS_THREAD = 'hosts the actors of a simulation';

/** What a worker does for the coordinator. */
export interface Host {
  /** Makes the actors of `worker`. Returns the first failure, if any. */
  start(share: SharedMemory, worker: number, setup: unknown): Failure | undefined;
  /** Runs the loop to its end. */
  run(): Ending;
  /** What an actor has to say at the end, or how it failed at that. */
  report(actor: ActorId): { readonly report: unknown } | { readonly failure: Failure };
  busyTimes(): BusyTimesReport | undefined;
}

/**
 * Makes this module the entry of worker threads that host actors made by `make`. In any other
 * thread it does nothing, so that the module can be imported.
 */
export function hostActors<Setup>(make: MakeBehaviour<Setup>): void {
  if (isMainThread || parentPort === null || workerData !== ACTORS_THREAD) return;
  expose(makeHost(make), nodeEndpoint(parentPort));
}

function makeHost<Setup>(make: MakeBehaviour<Setup>): Host {
  let loop: WorkerLoop | undefined;
  const started = (): WorkerLoop => {
    assert(loop !== undefined, 'a worker has started before it runs');
    return loop;
  };
  return {
    start(share, worker, setup) {
      loop = new WorkerLoop(share, worker, (world) => make(setup as Setup, world));
      return loop.failure && portable(loop.failure);
    },
    run() {
      const ending = started().run();
      return ending.kind === 'failed' && ending.failure !== undefined
        ? { ...ending, failure: portable(ending.failure) }
        : ending;
    },
    report(actor) {
      const report = started().report(actor);
      const failure = started().failure;
      return failure === undefined ? { report } : { failure: portable(failure) };
    },
    busyTimes: () => started().busyTimes(),
  };
}
