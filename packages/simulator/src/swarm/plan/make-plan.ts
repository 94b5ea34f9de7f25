/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { sharedRates } from '../../network/allocation.ts';
import { sharedBorderCounters } from '../../network/border-counters.ts';
import type { RelatedAs } from '../../network/related-as.ts';
import type { Routes } from '../../network/routes.ts';
import { sharedInt32, sharedUint32 } from '../../network/shared-arrays.ts';
import { CENSUS_LENGTH } from './census.ts';
import { layOut } from './lay-out.ts';
import type { Borders, PlanData, Recording } from './plan.ts';
import { drawPeers } from './planned-peers.ts';
import { checkRelationships } from './prices.ts';
import { drawCapacities, drawSessions } from './sessions.ts';
import { isFromFile, isOpen, type Swarm, usesRoutes } from './swarm.ts';

/** @throws SwarmError if the swarm does not fit the network, or nobody arrives with this seed */
export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const network = layOut(swarm, drawPeers(swarm, seed), seed);
  const { peers, caches, placement, latencies } = network;
  const { nodeCount, arrivesAtMs, classOfPeer } = peers;
  const needsRoutes = usesRoutes(swarm) || recording.bordersMs !== undefined;
  const routes = needsRoutes ? network.routes() : undefined;
  const sessions = drawSessions(swarm, seed, peers);
  return {
    swarm,
    seed,
    placement,
    latencies,
    ...(isFromFile(swarm.topology) ? { asNames: network.names } : {}),
    ...(routes === undefined ? {} : { routes }),
    ...(caches === undefined ? {} : { caches }),
    arrivesAtMs,
    classOfPeer,
    ...drawCapacities(swarm, seed, peers, placement.nodeOfArrival),
    ...(sessions === undefined ? {} : { sessions }),
    rates: sharedRates(nodeCount),
    ...recording,
    ...metersOf(swarm, network.related, routes, recording),
    ...(isOpen(swarm) ? { census: sharedInt32(CENSUS_LENGTH) } : {}),
    ...(isOpen(swarm) || recording.timelineMs !== undefined
      ? { copies: sharedUint32(2 * swarm.pieces) }
      : {}),
  };
}

/**
 * The plan as workers need it: without the description of the network, which is large, and of which
 * each would get a copy.
 */
export function planForWorkers(data: PlanData): PlanData {
  const { swarm } = data;
  const { topology } = swarm;
  if (!isFromFile(topology)) return data;
  const network = { kind: 'table', names: [], latencyMs: [] } as const;
  return { ...data, swarm: { ...swarm, topology: { ...topology, network } } };
}

/**
 * What traffic between AS is metered by, if it has prices or is recorded.
 *
 * @throws SwarmError if there is a price without a relationship, or there are too many intervals
 */
function metersOf(
  { prices, horizonMs = 0 }: Swarm,
  related: RelatedAs,
  routes: Routes | undefined,
  { bordersMs }: Recording,
): { readonly borders?: Borders } {
  const intervalMs = prices?.intervalMs ?? bordersMs;
  if (intervalMs === undefined || routes === undefined) return {};
  if (prices !== undefined) checkRelationships(prices, related);
  const counters = sharedBorderCounters(routes.links.from.length, horizonMs / intervalMs);
  return { borders: { intervalMs, routes, counters } };
}
