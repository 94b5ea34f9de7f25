/** Makes the plan of a run from a swarm and a seed, on the main thread. */

import { SwarmError } from '../../errors.ts';
import { sharedRates } from '../../network/allocation.ts';
import { sharedBorderCounters } from '../../network/border-counters.ts';
import { sharedBorders } from '../../network/border-shares.ts';
import { borderTable } from '../../network/borders.ts';
import type { Routes } from '../../network/routes.ts';
import { sharedInt32, sharedUint32 } from '../../network/shared-arrays.ts';
import { capacitiesOf } from './borders.ts';
import { CENSUS_LENGTH } from './census.ts';
import { checkLinks } from './check-links.ts';
import { type LaidOut, layOut } from './lay-out.ts';
import { leaderPercents } from './leader-shares.ts';
import type { Meter, PlanData, Recording } from './plan.ts';
import { drawPeers } from './planned-peers.ts';
import { drawCapacities, drawSessions } from './sessions.ts';
import { isFromFile, isOpen, type Swarm, usesRoutes } from './swarm.ts';

/** @throws SwarmError if the swarm does not fit the network, or nobody arrives with this seed */
export function makePlan(swarm: Swarm, seed: number, recording: Recording = {}): PlanData {
  const network = layOut(swarm, drawPeers(swarm, seed), seed);
  const { peers, caches, parents, placement, latencies } = network;
  const { nodeCount, arrivesAtMs, classOfPeer } = peers;
  const sessions = drawSessions(swarm, seed, peers);
  return {
    swarm,
    seed,
    placement,
    latencies,
    ...(isFromFile(swarm.topology) ? { asNames: network.names } : {}),
    ...(caches === undefined ? {} : { caches }),
    ...(parents === undefined ? {} : { parentOfAs: parents }),
    arrivesAtMs,
    classOfPeer,
    ...drawCapacities(swarm, seed, peers, placement.nodeOfArrival),
    ...(sessions === undefined ? {} : { sessions }),
    rates: sharedRates(nodeCount),
    ...routesAndBorders(swarm, network, recording),
    ...recording,
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
 * The routes between AS, if something of the run uses them, and what follows from them: borders
 * that have a capacity, a meter of what crosses them, and leaders that are divided by price.
 *
 * @throws SwarmError if a border or a price is that of a link that the network does not have, or
 *   there are too many intervals
 */
function routesAndBorders(
  swarm: Swarm,
  network: LaidOut,
  { bordersMs }: Recording,
): Pick<PlanData, 'routes' | 'borders' | 'meter' | 'leaderPercentOfAs'> {
  checkLinks(swarm, network.related, (at, problem, fix) => {
    throw new SwarmError({ at, problem, fix });
  });
  const intervalMs = swarm.prices?.intervalMs ?? bordersMs;
  if (!usesRoutes(swarm) && intervalMs === undefined) return {};
  const routes = network.routes();
  return {
    routes,
    ...bordersOf(swarm, routes, network.placement.asCount),
    ...(intervalMs === undefined ? {} : { meter: meterOf(swarm, routes, intervalMs) }),
    ...leaderSharesOf(swarm, routes, network.placement.asCount),
  };
}

function leaderSharesOf(
  { leaderPercent, leaderShare, prices }: Swarm,
  routes: Routes,
  asCount: number,
): Pick<PlanData, 'leaderPercentOfAs'> {
  if (leaderPercent === undefined || leaderShare === undefined || prices === undefined) return {};
  return { leaderPercentOfAs: leaderPercents(leaderPercent, prices, routes, asCount) };
}

function bordersOf(
  { borders: limits }: Swarm,
  routes: Routes,
  asCount: number,
): Pick<PlanData, 'borders'> {
  if (limits === undefined) return {};
  const table = borderTable(routes, asCount, capacitiesOf(limits, routes, asCount));
  if (table.capacityKbps.length === 0) return {};
  return { borders: { table, shared: sharedBorders(table) } };
}

function meterOf({ horizonMs = 0 }: Swarm, routes: Routes, intervalMs: number): Meter {
  const counters = sharedBorderCounters(routes.links.from.length, horizonMs / intervalMs);
  return { intervalMs, routes, counters };
}
