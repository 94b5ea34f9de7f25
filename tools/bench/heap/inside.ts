/**
 * Samples the heap while a swarm is simulated in this thread. `inspect.ts` starts this script as a
 * process, with options of Node.
 *
 *     inside.ts allocations|footprint '{"…": the swarm}' [ms between two samples]
 */

import { getHeapStatistics } from 'node:v8';

import type { Swarm } from '@cachetorrent/simulator';

import { runHere } from '../../../packages/simulator/src/engine/threads/run-here.ts';
import { runPlanOf } from '../../../packages/simulator/src/simulate.ts';
import { AutonomousSystem } from '../../../packages/simulator/src/swarm/nodes/autonomous-system.ts';
import { makePlan } from '../../../packages/simulator/src/swarm/plan/make-plan.ts';
import { Plan } from '../../../packages/simulator/src/swarm/plan/plan.ts';

const SEED = 1;

/** The memory at the beginning of a synchronization instant. */
export interface HeapSample {
  readonly atMs: number;
  readonly messages: number;
  /** On the JavaScript heap. */
  readonly heapBytes: number;
  /** In array buffers, which are outside the heap. */
  readonly arrayBytes: number;
}

const [mode, text, everyMs = '0'] = process.argv.slice(2);
const swarm = JSON.parse(text!) as Swarm;
const emptyBytes = memoryInUse();
const samples: HeapSample[] = [];
const plan = new Plan(makePlan(swarm, SEED));
const systems: AutonomousSystem[] = [];
runHere({ ...runPlanOf(plan), quietMs: Infinity }, (world) => {
  const system = new AutonomousSystem(plan, world);
  systems.push(system);
  return world.id === 0 ? sampled(system) : system;
});
process.stdout.write(JSON.stringify({ emptyBytes, samples }));

/** Makes `system` take a sample whenever a synchronization instant begins. */
function sampled(system: AutonomousSystem): AutonomousSystem {
  const synchronize = system.synchronize.bind(system);
  let dueMs = 0;
  system.synchronize = (round, atMs) => {
    if (round === 0 && atMs >= dueMs) {
      dueMs = atMs + Number(everyMs);
      const messages = systems.reduce((sum, { messageCount }) => sum + messageCount, 0);
      samples.push({ atMs, messages, ...memoryInUse() });
    }
    return synchronize(round, atMs);
  };
  return system;
}

/** Live memory; with `allocations`, where nothing is collected, all that was ever allocated. */
function memoryInUse(): { readonly heapBytes: number; readonly arrayBytes: number } {
  if (mode === 'allocations') {
    return { heapBytes: getHeapStatistics().used_heap_size, arrayBytes: 0 };
  }
  // The first call may leave array buffers to be freed in the background; the second waits for it.
  globalThis.gc!();
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heapBytes: heapUsed, arrayBytes: arrayBuffers };
}
