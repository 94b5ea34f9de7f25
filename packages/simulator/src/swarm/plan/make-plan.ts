/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { seededRandom } from '@cachetorrent/std';

import { sharedRates } from '../../network/allocation.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import { drawRouters, placeOnRouters, type Placement } from '../../network/placement.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { uplinkRoutes } from '../../network/routes.ts';
import { sharedInt32, sharedUint32 } from '../../network/shared-arrays.ts';
import { placeOnSharedRouters, sharedRouterTables } from '../../network/shared-routers.ts';
import { type Topology, transitStub } from '../../network/transit-stub.ts';
import {
  type CacheTable,
  cacheTable,
  plannedCaches,
  routersWithCaches,
  withCaches,
} from './caches.ts';
import { CENSUS_LENGTH } from './census.ts';
import { hasHomes, routersOf } from './homes.ts';
import type { PlanData, Recording } from './plan.ts';
import { drawPeers, type PlannedPeers } from './planned-peers.ts';
import { drawCapacities, drawSessions } from './sessions.ts';
import { isOpen, type Swarm } from './swarm.ts';

/** @throws SwarmError if the swarm does not fit the network, or nobody arrives with this seed */
export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const { placement, latencies, peers, caches } = placeNodes(swarm, drawPeers(swarm, seed), seed);
  const { nodeCount, arrivesAtMs, classOfPeer } = peers;
  const sessions = drawSessions(swarm, seed, peers);
  return {
    swarm,
    seed,
    placement,
    latencies,
    ...(usesHops(swarm) ? { routes: uplinkRoutes(namesOf(placement)) } : {}),
    ...(caches === undefined ? {} : { caches }),
    arrivesAtMs,
    classOfPeer,
    ...drawCapacities(swarm, seed, peers, placement.nodeOfArrival),
    ...(sessions === undefined ? {} : { sessions }),
    rates: sharedRates(nodeCount),
    ...recording,
    ...(isOpen(swarm) ? { census: sharedInt32(CENSUS_LENGTH) } : {}),
    ...(isOpen(swarm) || recording.timelineMs !== undefined
      ? { copies: sharedUint32(2 * swarm.pieces) }
      : {}),
  };
}

/** Nodes in a network: where they are, and the latencies between them. */
interface Placed {
  readonly placement: Placement;
  readonly latencies: LatencyTables;
  /** All peers, caches included. */
  readonly peers: PlannedPeers;
  /** Absent if there are no caches of providers. */
  readonly caches?: CacheTable;
}

function placeNodes(swarm: Swarm, peers: PlannedPeers, seed: number): Placed {
  const topology = transitStub(swarm.topology, seededRandom(seed, 'topology'));
  const hasCaches = swarm.classes.some(({ caches }) => caches !== undefined);
  const random = seededRandom(seed, 'placement');
  if (hasHomes(swarm) || hasCaches) {
    const { nodeCount } = peers;
    const routers = hasHomes(swarm)
      ? routersOf(swarm, topology, peers, seed)
      : drawRouters(topology, nodeCount, random);
    const caches = hasCaches ? plannedCaches(swarm, domainsOf(routers, topology)) : [];
    const withAll = withCaches(peers, swarm.seeds, caches);
    const { stubStart } = topology;
    const placement = placeOnSharedRouters(
      topology,
      routersWithCaches(routers, stubStart, swarm, caches, seed),
    );
    const latencies = fixedLatencies(swarm, placement) ?? sharedRouterTables(topology, placement);
    const table = hasCaches ? { caches: cacheTable(swarm, caches, placement) } : {};
    return { placement, latencies, peers: withAll, ...table };
  }
  const placement = placeOnRouters(topology, peers.nodeCount, random);
  const latencies = fixedLatencies(swarm, placement) ?? routedTables(topology, placement);
  return { placement, latencies, peers };
}

/** The stub domain of each router of stubs. */
function domainsOf(routers: Uint32Array, { stubStart }: Topology): Uint32Array {
  return routers.map((router) => stubStart.findLastIndex((first) => first <= router));
}

function namesOf({ domainOfAs }: Placement): readonly string[] {
  return Array.from(domainOfAs, (domain) => `AS${domain}`);
}

/** Whether the tracker chooses neighbours by the links between AS. */
function usesHops({ selection }: Swarm): boolean {
  if (selection?.policy === 'cost') return selection.costs === undefined;
  return selection?.policy === 'hops';
}

function fixedLatencies({ latency }: Swarm, placement: Placement): LatencyTables | undefined {
  return latency.model === 'fixed' ? fixedTables(placement, latency.fixedMs) : undefined;
}
