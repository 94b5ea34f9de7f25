/** Runs actors in the calling thread, without any worker. */

import type { Behaviour, World } from './behaviour.ts';
import { type Ending, Loop } from './loop.ts';
import { makeShare, type RunPlan } from './share.ts';

export interface RunHere {
  readonly ending: Ending;
  readonly reports: readonly unknown[];
}

/** Runs the actors that `make` makes, to the end. What an actor throws is in `ending`. */
export function runHere(plan: RunPlan, make: (world: World) => Behaviour): RunHere {
  const workerOf = new Uint16Array(plan.actorCount);
  const share = makeShare(plan, { workerOf, workers: 1, spins: 0, measuresBusyTimes: false });
  const loop = new Loop(share, 0, make);
  const ending = loop.run();
  // One that has failed has nothing to say.
  const reporting = ending.kind === 'over' ? plan.actorCount : 0;
  const reports = Array.from({ length: reporting }, (_, actor) => loop.report(actor));
  return { ending, reports };
}
