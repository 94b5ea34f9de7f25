/** Runs actors in the calling thread, without any worker. */

import type { Behaviour, ActorContext } from '../behaviour.ts';
import { type Ending, WorkerLoop } from './worker-loop.ts';
import { makeSharedMemory, type RunPlan } from './shared-memory.ts';

export interface RunHere {
  readonly ending: Ending;
  readonly reports: readonly unknown[];
}

/** Runs the actors that `make` makes, to the end. What an actor throws is in `ending`. */
export function runHere(plan: RunPlan, make: (world: ActorContext) => Behaviour): RunHere {
  const workerOf = new Uint16Array(plan.actorCount);
  const share = makeSharedMemory(plan, {
    workerOf,
    workers: 1,
    spins: 0,
    measuresBusyTimes: false,
  });
  const loop = new WorkerLoop(share, 0, make);
  const ending = loop.run();
  // One that has failed has nothing to say.
  const reporting = ending.kind === 'over' ? plan.actorCount : 0;
  const reports = Array.from({ length: reporting }, (_, actor) => loop.report(actor));
  return { ending, reports };
}
