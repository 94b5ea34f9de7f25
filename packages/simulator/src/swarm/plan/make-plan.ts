/** Makes the plan of a run from its swarm and its seed, on the main thread. */

import { exponential, seededRandom } from '@cachetorrent/std';

import { sharedRates } from '../../network/allocation.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import { placeOnRouters, type Placement } from '../../network/placement.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { sharedFloat64 } from '../../network/shared-arrays.ts';
import { transitStub } from '../../network/transit-stub.ts';
import { nodeCountOf } from './node-count.ts';
import type { PlanData, Recording } from './plan.ts';
import type { CapacityClass, Swarm } from './swarm.ts';

export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const nodeCount = nodeCountOf(swarm.capacities);
  const { placement, latencies } = layOut(swarm, nodeCount, seed);
  const { nodeOfArrival } = placement;
  const uploadKbps = sharedFloat64(nodeCount);
  const downloadKbps = sharedFloat64(nodeCount);
  for (const [id, capacity] of eachNode(swarm.capacities)) {
    uploadKbps[nodeOfArrival[id]!] = capacity.uploadKbps;
    downloadKbps[nodeOfArrival[id]!] = capacity.downloadKbps;
  }
  return {
    swarm,
    seed,
    placement,
    latencies,
    arrivesAtMs: arrivals(swarm, nodeCount, seed),
    uploadKbps,
    downloadKbps,
    rates: sharedRates(nodeCount),
    ...recording,
  };
}

/** Where everybody is, and how far apart. */
function layOut(
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

/** A Poisson process: exponential gaps, rounded down to whole milliseconds. */
function arrivals({ arrivalGapMs }: Swarm, nodeCount: number, seed: number): Float64Array {
  const random = seededRandom(seed, 'arrivals');
  const atMs = sharedFloat64(nodeCount);
  for (let id = 1; id < nodeCount; id++) {
    const gapMs = arrivalGapMs === 0 ? 0 : Math.floor(exponential(random, arrivalGapMs));
    atMs[id] = atMs[id - 1]! + gapMs;
  }
  return atMs;
}

/** Capacities are given out in order of arrival. */
function* eachNode(capacities: readonly CapacityClass[]): Iterable<[number, CapacityClass]> {
  let id = 0;
  for (const capacity of capacities) {
    for (let n = 0; n < capacity.count; n++) yield [id++, capacity];
  }
}
