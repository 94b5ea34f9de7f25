/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { exponential, type Random, seededRandom } from '@cachetorrent/std';

import { sharedRates } from '../../network/allocation.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import { placeOnRouters, type Placement } from '../../network/placement.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { sharedFloat64, sharedUint16, sharedUint32 } from '../../network/shared-arrays.ts';
import { transitStub } from '../../network/transit-stub.ts';
import type { PlanData, Recording } from './plan.ts';
import { type PeerClass, peerCountOf, type Swarm } from './swarm.ts';

export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const nodeCount = 1 + peerCountOf(swarm);
  const { placement, latencies } = placeNodes(swarm, nodeCount, seed);
  const { nodeOfArrival } = placement;
  const uploadKbps = sharedFloat64(nodeCount);
  const downloadKbps = sharedFloat64(nodeCount);
  const classOfPeer = assignClasses(swarm, seed);
  for (let id = 1; id < nodeCount; id++) {
    const peerClass = swarm.classes[classOfPeer[id]!]!;
    uploadKbps[nodeOfArrival[id]!] = peerClass.uploadKbps;
    downloadKbps[nodeOfArrival[id]!] = peerClass.downloadKbps;
  }
  return {
    swarm,
    seed,
    placement,
    latencies,
    arrivesAtMs: arrivalTimes(swarm, nodeCount, seed),
    classOfPeer,
    uploadKbps,
    downloadKbps,
    rates: sharedRates(nodeCount),
    ...recording,
    ...(recording.timelineMs === undefined ? {} : { holders: sharedUint32(swarm.pieces) }),
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

/**
 * The class of each peer, an index into `classes`, by id; the tracker (id 0) has none. Peers are
 * numbered in order of arrival, and the seeds arrive first.
 */
function assignClasses({ classes, seeds, arrivalOrder }: Swarm, seed: number): Uint16Array {
  const classOfPeer = sharedUint16(1 + peerCountOf({ classes }));
  let id = 1;
  for (const [index, { count }] of classes.entries()) {
    classOfPeer.fill(index, id, id + count);
    id += count;
  }
  if (arrivalOrder === 'shuffled' && hasSeveralClasses(classes, seeds)) {
    shuffle(classOfPeer.subarray(1 + seeds), seededRandom(seed, 'classes'));
  }
  return classOfPeer;
}

function hasSeveralClasses(classes: readonly PeerClass[], seeds: number): boolean {
  let before = 0;
  return classes.some(({ count }) => {
    before += count;
    return before > seeds && before < peerCountOf({ classes });
  });
}

/** Every order is equally likely (Fisher and Yates). */
function shuffle(values: Uint16Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    const value = values[last]!;
    values[last] = values[chosen]!;
    values[chosen] = value;
  }
}
