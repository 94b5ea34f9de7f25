/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { seededRandom } from '@cachetorrent/std';

import { sharedRates } from '../../network/allocation.ts';
import { sharedBorderCounters } from '../../network/border-counters.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import { placeOnRouters, type Placement } from '../../network/placement.ts';
import { TRANSIT_NAME, uplinkRoutes } from '../../network/routes.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { sharedInt32, sharedUint32 } from '../../network/shared-arrays.ts';
import { placeOnSharedRouters, sharedRouterTables } from '../../network/shared-routers.ts';
import { transitStub } from '../../network/transit-stub.ts';
import { CENSUS_LENGTH } from './census.ts';
import { hasHomes, routersOf } from './homes.ts';
import type { Borders, PlanData, Recording } from './plan.ts';
import { drawPeers, type PlannedPeers } from './planned-peers.ts';
import { linkTermsOf, stubNames } from './prices.ts';
import { drawCapacities, drawSessions } from './sessions.ts';
import { isOpen, type Swarm } from './swarm.ts';

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
    ...recording,
    ...bordersOf(swarm, placement, recording),
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

/**
 * What traffic between AS is metered by, if it has prices or is recorded.
 *
 * @throws SwarmError if there is a price without a relationship, or there are too many intervals
 */
function bordersOf(
  { prices, horizonMs = 0, topology }: Swarm,
  { domainOfAs }: Placement,
  { bordersMs }: Recording,
): { readonly borders?: Borders } {
  const intervalMs = prices?.intervalMs ?? bordersMs;
  if (intervalMs === undefined) return {};
  const stubs = stubNames(topology.stubDomains);
  const routes = uplinkRoutes(Array.from(domainOfAs, (domain) => stubs[domain]!));
  if (prices !== undefined) {
    const known = new Set([...stubs, TRANSIT_NAME]);
    linkTermsOf(prices, routes, (name) => known.has(name));
  }
  const counters = sharedBorderCounters(routes.links.from.length, horizonMs / intervalMs);
  return { borders: { intervalMs, routes, counters } };
}

function fixedLatencies({ latency }: Swarm, placement: Placement): LatencyTables | undefined {
  return latency.model === 'fixed' ? fixedTables(placement, latency.fixedMs) : undefined;
}
