/** One simulation, in a thread of the pool: it waits there while a worker thread does the work. */

import { simulate, type Simulation, type Swarm } from '@cachetorrent/simulator';

export interface Task {
  readonly swarm: Swarm;
  readonly seed: number;
}

export interface Done {
  readonly simulation: Simulation;
  readonly wallMs: number;
}

/** What the pool calls in the thread, by its name. */
export async function simulateTask({ swarm, seed }: Task): Promise<Done> {
  const startMs = performance.now();
  const simulation = await simulate(swarm, { seed, workers: 1 });
  return { simulation, wallMs: performance.now() - startMs };
}
