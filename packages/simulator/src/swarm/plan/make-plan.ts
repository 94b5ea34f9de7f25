/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { exponential, seededRandom } from '@cachetorrent/std';

import { sharedRates } from '../../network/allocation.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import { placeOnRouters, type Placement } from '../../network/placement.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { sharedFloat64 } from '../../network/shared-arrays.ts';
import { transitStub } from '../../network/transit-stub.ts';
import { nodeCountOf, type PlanData, type Recording } from './plan.ts';
import type { CapacityClass, Swarm } from './swarm.ts';

export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const nodeCount = nodeCountOf(swarm.capacities);
  const { placement, latencies } = placeNodes(swarm, nodeCount, seed);
  const { nodeOfArrival } = placement;
  const uploadKbps = sharedFloat64(nodeCount);
  const downloadKbps = sharedFloat64(nodeCount);
  for (const [id, capacity] of nodesWithCapacity(swarm.capacities)) {
    uploadKbps[nodeOfArrival[id]!] = capacity.uploadKbps;
    downloadKbps[nodeOfArrival[id]!] = capacity.downloadKbps;
  }
  return {
    swarm,
    seed,
    placement,
    latencies,
    arrivesAtMs: arrivalTimes(swarm, nodeCount, seed),
    uploadKbps,
    downloadKbps,
    rates: sharedRates(nodeCount),
    ...recording,
  };
}

/** Where the nodes are, and the latencies between them. */
function placeNodes(
  swarm: Swarm,
  nodeCount: number,
  seed: number,
): { readonly placement: Placement; readonly latencies: LatencyTables } {
  const topology = transitStub(swarm.topology, seededRandom(seed, 'topology'));
  const placement = placeOnRouters(topology, nodeCount, seededRandom(seed, 'placement'));
  const latencies =
    swarm.latency.model === 'fixed'
      ? fixedTables(placement, swarm.latency.fixedMs)
      : routedTables(topology, placement);
  return { placement, latencies };
}

/** Arrival times by id: a Poisson process whose gaps are rounded down to whole milliseconds. */
function arrivalTimes({ arrivalGapMs }: Swarm, nodeCount: number, seed: number): Float64Array {
  const random = seededRandom(seed, 'arrivals');
  const atMs = sharedFloat64(nodeCount);
  for (let id = 1; id < nodeCount; id++) {
    const gapMs = arrivalGapMs === 0 ? 0 : Math.floor(exponential(random, arrivalGapMs));
    atMs[id] = atMs[id - 1]! + gapMs;
  }
  return atMs;
}

/** All nodes by id, in order of arrival, with their capacity classes. */
function* nodesWithCapacity(
  capacities: readonly CapacityClass[],
): Iterable<[number, CapacityClass]> {
  let id = 0;
  for (const capacity of capacities) {
    for (let n = 0; n < capacity.count; n++) yield [id++, capacity];
  }
}
