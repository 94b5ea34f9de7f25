/** Runs actors in the calling thread, without worker threads. */

import type { Behaviour, ActorContext } from '../behaviour.ts';
import { type Ending, WorkerLoop } from './worker-loop.ts';
import { makeSharedMemory, type RunPlan } from './shared-memory.ts';

export interface RunHere {
  readonly ending: Ending;
  readonly reports: readonly unknown[];
}

/** Runs all actors to the end. If an actor throws, `ending` holds the error. */
export function runHere(
  plan: RunPlan,
  makeBehaviour: (context: ActorContext) => Behaviour,
): RunHere {
  const workerOf = new Uint16Array(plan.actorCount);
  const memory = makeSharedMemory(plan, {
    workerOf,
    workers: 1,
    spins: 0,
    measuresBusyTimes: false,
  });
  const loop = new WorkerLoop(memory, 0, makeBehaviour);
  const ending = loop.run();
  // After a failure there are no reports.
  const reportCount = ending.kind === 'ended' ? plan.actorCount : 0;
  const reports = Array.from({ length: reportCount }, (_, actor) => loop.report(actor));
  return { ending, reports };
}
