/**
 * Looks at the heap while a swarm is simulated in this thread: a process of its own, started with
 * the options of Node that `inspect.ts` gives it.
 *
 *     inside.ts allocations|footprint '{"…": the swarm}'
 */

import { getHeapStatistics } from 'node:v8';

import type { Swarm } from '@cachetorrent/simulator';

import { runHere } from '../../../packages/simulator/src/engine/threads/run-here.ts';
import { AutonomousSystem } from '../../../packages/simulator/src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../../../packages/simulator/src/swarm/plan/make-plan.ts';
import { Plan } from '../../../packages/simulator/src/swarm/plan/plan.ts';

const SEED = 1;

/** Memory at the beginning of a synchronization. */
export interface Sample {
  readonly messages: number;
  /** On the heap of JavaScript. */
  readonly heapBytes: number;
  /** In arrays, which are beside the heap. */
  readonly arrayBytes: number;
}

const [mode, text] = process.argv.slice(2);
const swarm = JSON.parse(text!) as Swarm;
const emptyBytes = sizes();
const samples: Sample[] = [];
const plan = new Plan(makePlan(swarm, SEED));
const systems: AutonomousSystem[] = [];
const run = {
  actorCount: plan.asCount,
  lookaheadMs: plan.lookaheadMs(),
  syncIntervalMs: swarm.allocationIntervalMs,
  stallMs: Infinity,
};
runHere(run, (world) => {
  const system = new AutonomousSystem(plan, world);
  systems.push(system);
  return world.id === 0 ? observed(system) : system;
});
process.stdout.write(JSON.stringify({ emptyBytes, samples }));

/** The same AS, which takes a sample when a synchronization begins. */
function observed(system: AutonomousSystem): AutonomousSystem {
  const synchronize = system.synchronize.bind(system);
  system.synchronize = (round, atMs) => {
    if (round === 0) {
      const messages = systems.reduce((sum, { messageCount }) => sum + messageCount, 0);
      samples.push({ messages, ...sizes() });
    }
    return synchronize(round, atMs);
  };
  return system;
}

/** Of what is alive, or of all that was ever allocated, where nothing is collected. */
function sizes(): { readonly heapBytes: number; readonly arrayBytes: number } {
  if (mode === 'allocations') {
    return { heapBytes: getHeapStatistics().used_heap_size, arrayBytes: 0 };
  }
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heapBytes: heapUsed, arrayBytes: arrayBuffers };
}
