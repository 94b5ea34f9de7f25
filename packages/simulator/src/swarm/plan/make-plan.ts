/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { seededRandom } from '@cachetorrent/std';

import { sharedRates } from '../../network/allocation.ts';
import { sharedBorders } from '../../network/border-shares.ts';
import { borderTable } from '../../network/borders.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import { placeOnRouters, type Placement } from '../../network/placement.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { type Routes, uplinkRoutes } from '../../network/routes.ts';
import { sharedInt32, sharedUint32 } from '../../network/shared-arrays.ts';
import { placeOnSharedRouters, sharedRouterTables } from '../../network/shared-routers.ts';
import { transitStub } from '../../network/transit-stub.ts';
import { nameOfAs } from './as-names.ts';
import { capacitiesOf } from './borders.ts';
import { CENSUS_LENGTH } from './census.ts';
import { hasHomes, routersOf } from './homes.ts';
import type { PlanData, Recording } from './plan.ts';
import { drawPeers, type PlannedPeers } from './planned-peers.ts';
import { drawCapacities, drawSessions } from './sessions.ts';
import { isOpen, type Swarm, usesRoutes } from './swarm.ts';

/** @throws SwarmError if the swarm does not fit the network, or nobody arrives with this seed */
export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const peers = drawPeers(swarm, seed);
  const { nodeCount, arrivesAtMs, classOfPeer } = peers;
  const { placement, latencies } = placeNodes(swarm, peers, seed);
  const sessions = drawSessions(swarm, seed, peers);
  return {
    swarm,
    seed,
    placement,
    latencies,
    arrivesAtMs,
    classOfPeer,
    ...drawCapacities(swarm, seed, peers, placement.nodeOfArrival),
    ...(sessions === undefined ? {} : { sessions }),
    rates: sharedRates(nodeCount),
    ...routesAndBorders(swarm, placement),
    ...recording,
    ...(isOpen(swarm) ? { census: sharedInt32(CENSUS_LENGTH) } : {}),
    ...(isOpen(swarm) || recording.timelineMs !== undefined
      ? { copies: sharedUint32(2 * swarm.pieces) }
      : {}),
  };
}

/** Where the nodes are, and the latencies between them. */
function placeNodes(
  swarm: Swarm,
  peers: PlannedPeers,
  seed: number,
): { readonly placement: Placement; readonly latencies: LatencyTables } {
  const topology = transitStub(swarm.topology, seededRandom(seed, 'topology'));
  if (hasHomes(swarm)) {
    const routers = routersOf(swarm, topology, peers, seed);
    const placement = placeOnSharedRouters(topology, routers);
    const latencies = fixedLatencies(swarm, placement) ?? sharedRouterTables(topology, placement);
    return { placement, latencies };
  }
  const { nodeCount } = peers;
  const placement = placeOnRouters(topology, nodeCount, seededRandom(seed, 'placement'));
  const latencies = fixedLatencies(swarm, placement) ?? routedTables(topology, placement);
  return { placement, latencies };
}

/** Routes, if something of the run uses them, and the borders that have a capacity. */
function routesAndBorders(
  swarm: Swarm,
  placement: Placement,
): Pick<PlanData, 'routes' | 'borders'> {
  if (!usesRoutes(swarm)) return {};
  const routes = routesOf(placement);
  const { asCount } = placement;
  const { borders: limits = [] } = swarm;
  const table = borderTable(routes, asCount, capacitiesOf(limits, routes, asCount));
  if (table.capacityKbps.length === 0) return { routes };
  return { routes, borders: { table, shared: sharedBorders(table) } };
}

/** A transit–stub topology has no relationships: each AS has one uplink. */
function routesOf({ domainOfAs }: Placement): Routes {
  return uplinkRoutes(Array.from(domainOfAs, nameOfAs));
}

function fixedLatencies({ latency }: Swarm, placement: Placement): LatencyTables | undefined {
  return latency.model === 'fixed' ? fixedTables(placement, latency.fixedMs) : undefined;
}
