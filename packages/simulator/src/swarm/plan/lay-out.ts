/**
 * Lays out the network of a run: where the nodes are, the latencies between them, and the routes
 * between the AS that have nodes.
 */

import { seededRandom } from '@cachetorrent/std';

import { SwarmError } from '../../errors.ts';
import { type AsNetwork, pairTables } from '../../network/as-network.ts';
import { GraphNetwork } from '../../network/graph-network.ts';
import { fixedTables } from '../../network/latencies.ts';
import type { LatencyTables } from '../../network/latency-tables.ts';
import {
  drawRouters,
  placeInDomains,
  placeOnRouters,
  type Placement,
} from '../../network/placement.ts';
import { type RelatedAs, relatedByUplinks } from '../../network/related-as.ts';
import { RelationshipNetwork } from '../../network/relationship-network.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { type Routes, uplinkRoutes } from '../../network/routes.ts';
import { placeOnSharedRouters, sharedRouterTables } from '../../network/shared-routers.ts';
import { TableNetwork } from '../../network/table-network.ts';
import { type Topology as Routers, transitStub } from '../../network/transit-stub.ts';
import {
  type CacheTable,
  cacheTable,
  type PlannedCache,
  plannedCaches,
  routersOfCaches,
  withCaches,
  withValuesOfCaches,
} from './caches.ts';
import { hostsOfNetwork, hostsOfStubs } from './hosting.ts';
import { asOfNodes, hasHomes, routersIn, routersOf } from './homes.ts';
import { parentsOf } from './parents.ts';
import type { PlannedPeers } from './planned-peers.ts';
import {
  type FileTopology,
  hasCaches,
  isFromFile,
  stubName,
  type Swarm,
  type TransitStub,
} from './swarm.ts';

/** The network of a run. */
export interface LaidOut {
  /** All peers, caches of providers included. */
  readonly peers: PlannedPeers;
  /** Absent if the swarm has no caches of providers. */
  readonly caches?: CacheTable;
  /** The parent of each AS, or -1; absent if no AS has one. */
  readonly parents?: Int32Array;
  readonly placement: Placement;
  readonly latencies: LatencyTables;
  /** Finds the routes between AS, which takes time and memory in proportion to their square. */
  readonly routes: () => Routes;
  /** The name of each AS, by its id. */
  readonly names: readonly string[];
  /** Who is related to whom, on a route or not. */
  readonly related: RelatedAs;
}

/**
 * Places the peers, and the caches of providers among them.
 *
 * @throws SwarmError if the swarm does not fit the network, or two AS have no route
 */
export function layOut(swarm: Swarm, peers: PlannedPeers, seed: number): LaidOut {
  const { topology } = swarm;
  return isFromFile(topology)
    ? layOutNetwork(swarm, topology, peers, seed)
    : layOutStubs(swarm, topology, peers, seed);
}

/**
 * The network that a file describes.
 *
 * @throws SwarmError if the file does not describe one
 */
export function openNetwork({ network, file, hopMs, intraMs }: FileTopology): AsNetwork {
  switch (network.kind) {
    case 'relationships':
      return new RelationshipNetwork(network, file.name, { hopMs: hopMs!, intraMs });
    case 'table':
      return new TableNetwork(network, file.name);
    case 'graph':
      return new GraphNetwork(network, file.name, {
        intraMs,
        ...(hopMs === undefined ? {} : { hopMs }),
      });
  }
}

/** The relationships of a transit–stub topology: every AS has an uplink. */
export function relatedStubs(stubDomains: number): RelatedAs {
  return relatedByUplinks([stubName(0)], (name) => {
    const index = /^AS(0|[1-9]\d*)$/.exec(name)?.[1];
    return index !== undefined && Number(index) < stubDomains;
  });
}

function layOutStubs(
  swarm: Swarm,
  options: TransitStub,
  peers: PlannedPeers,
  seed: number,
): LaidOut {
  const topology = transitStub(options, seededRandom(seed, 'topology'));
  const ofPlacement = <Placed extends Placement>(
    placement: Placed,
    latenciesOf: (topology: Routers, placement: Placed) => LatencyTables,
  ): Omit<LaidOut, 'peers'> => {
    const names = Array.from(placement.domainOfAs, stubName);
    return {
      placement,
      latencies: fixedLatencies(swarm, placement) ?? latenciesOf(topology, placement),
      routes: () => uplinkRoutes(names),
      names,
      related: relatedStubs(options.stubDomains),
      ...tableOfParents(swarm, placement, undefined),
    };
  };
  if (!hasHomes(swarm) && !hasCaches(swarm)) {
    const { nodeCount } = peers;
    const placement = placeOnRouters(topology, nodeCount, seededRandom(seed, 'placement'));
    return { peers, ...ofPlacement(placement, routedTables) };
  }
  const routers = routersOfPeers(swarm, options, topology, peers, seed);
  const caches = plannedCaches(swarm, stubsOf(routers, topology));
  const ofCaches = routersOfCaches(caches, topology.stubStart, seed);
  const placement = placeOnSharedRouters(topology, withValuesOfCaches(routers, ofCaches, swarm));
  return {
    peers: withCaches(peers, swarm.seeds, caches),
    ...ofPlacement(placement, sharedRouterTables),
    ...tableOfCaches(swarm, caches, placement),
  };
}

/** The router of each node but caches, by id. */
function routersOfPeers(
  swarm: Swarm,
  { sizes, ...options }: TransitStub,
  topology: Routers,
  peers: PlannedPeers,
  seed: number,
): Uint32Array {
  if (!hasHomes(swarm)) {
    return drawRouters(topology, peers.nodeCount, seededRandom(seed, 'placement'));
  }
  if (sizes === undefined) return routersOf(swarm, topology, peers, seed);
  const as = asOfNodes(swarm, peers, seed, positive(hostsOfStubs(options, sizes)));
  return routersIn(topology, as, seed);
}

/** The stub domain of each of some routers. */
function stubsOf(routers: Uint32Array, { stubStart }: Routers): Uint32Array {
  const stubOfRouter = new Uint32Array(stubStart.at(-1)!);
  for (let stub = 0; stub + 1 < stubStart.length; stub++) {
    stubOfRouter.fill(stub, stubStart[stub], stubStart[stub + 1]);
  }
  return routers.map((router) => stubOfRouter[router]!);
}

/** An AS has no routers: a cache is one more node of its AS. */
function layOutNetwork(
  swarm: Swarm,
  topology: FileTopology,
  peers: PlannedPeers,
  seed: number,
): LaidOut {
  const network = openNetwork(topology);
  const hosts = positive(hostsOfNetwork(swarm, network, seed));
  const asOfPeers = asOfNodes(swarm, peers, seed, hosts);
  const caches = plannedCaches(swarm, asOfPeers);
  const ofCaches = caches.map(({ place }) => place.as);
  const as = withValuesOfCaches(asOfPeers, ofCaches, swarm);
  const placement = placeInDomains(as, network.asCount);
  const { domainOfAs } = placement;
  const tables = pairTables(network, placement);
  checkRoutes(tables.pairMs, (id) => network.nameOf(domainOfAs[id]!), placement.asCount);
  return {
    peers: withCaches(peers, swarm.seeds, caches),
    placement,
    latencies: fixedLatencies(swarm, placement) ?? tables,
    routes: () => network.routes(domainOfAs),
    names: Array.from(domainOfAs, (index) => network.nameOf(index)),
    related: network.related,
    ...tableOfCaches(swarm, caches, placement),
    ...tableOfParents(swarm, placement, network),
  };
}

function tableOfParents(
  swarm: Swarm,
  placement: Placement,
  network: AsNetwork | undefined,
): { readonly parents?: Int32Array } {
  const parents = parentsOf(swarm, placement, network);
  return parents === undefined ? {} : { parents };
}

function tableOfCaches(
  swarm: Swarm,
  caches: readonly PlannedCache[],
  placement: Placement,
): { readonly caches?: CacheTable } {
  const table = cacheTable(swarm, caches, placement);
  return table === undefined ? {} : { caches: table };
}

function positive<Entry extends { readonly share: number }>(hosts: readonly Entry[]): Entry[] {
  return hosts.filter(({ share }) => share > 0);
}

function fixedLatencies({ latency }: Swarm, placement: Placement): LatencyTables | undefined {
  return latency.model === 'fixed' ? fixedTables(placement, latency.fixedMs) : undefined;
}

/** Refuses AS that cannot send to each other. */
function checkRoutes(
  pairMs: Float64Array,
  nameOf: (asId: number) => string,
  asCount: number,
): void {
  const cell = pairMs.indexOf(Infinity);
  if (cell === -1) return;
  const [from, to] = [nameOf(Math.floor(cell / asCount)), nameOf(cell % asCount)];
  const count = pairMs.reduce((sum, ms) => sum + (ms === Infinity ? 1 : 0), 0);
  const others = count > 2 ? `, nor between ${count - 2} other pairs` : '';
  const problem = `there is no route from ${from} to ${to}${others}`;
  const fix = `let ${to} host no peers, or add what is missing to the file: a provider, or a link`;
  throw new SwarmError({ at: 'topology.hosts', problem, fix });
}
