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
import { placeInDomains, placeOnRouters, type Placement } from '../../network/placement.ts';
import { type RelatedAs, relatedByUplinks } from '../../network/related-as.ts';
import { RelationshipNetwork } from '../../network/relationship-network.ts';
import { routedTables } from '../../network/routed-tables.ts';
import { type Routes, uplinkRoutes } from '../../network/routes.ts';
import { placeOnSharedRouters, sharedRouterTables } from '../../network/shared-routers.ts';
import { TableNetwork } from '../../network/table-network.ts';
import { transitStub } from '../../network/transit-stub.ts';
import { hostsOfNetwork, hostsOfStubs } from './hosting.ts';
import { asOfNodes, hasHomes, routersIn, routersOf } from './homes.ts';
import type { PlannedPeers } from './planned-peers.ts';
import { type FileTopology, isFromFile, stubName, type Swarm, type TransitStub } from './swarm.ts';

/** The network of a run. */
export interface LaidOut {
  readonly placement: Placement;
  readonly latencies: LatencyTables;
  /** Finds the routes between AS, which takes time and memory in proportion to their square. */
  readonly routes: () => Routes;
  /** The name of each AS, by its id. */
  readonly names: readonly string[];
  /** Who is related to whom, on a route or not. */
  readonly related: RelatedAs;
}

/** @throws SwarmError if the swarm does not fit the network, or two AS have no route */
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
  { sizes, ...options }: TransitStub,
  peers: PlannedPeers,
  seed: number,
): LaidOut {
  const topology = transitStub(options, seededRandom(seed, 'topology'));
  const laidOut = (placement: Placement, latencies: () => LatencyTables): LaidOut => {
    const names = Array.from(placement.domainOfAs, stubName);
    return {
      placement,
      latencies: fixedLatencies(swarm, placement) ?? latencies(),
      routes: () => uplinkRoutes(names),
      names,
      related: relatedStubs(options.stubDomains),
    };
  };
  if (hasHomes(swarm)) {
    const routers =
      sizes === undefined
        ? routersOf(swarm, topology, peers, seed)
        : routersIn(
            topology,
            asOfNodes(swarm, peers, seed, positive(hostsOfStubs(options, sizes))),
            seed,
          );
    const placement = placeOnSharedRouters(topology, routers);
    return laidOut(placement, () => sharedRouterTables(topology, placement));
  }
  const { nodeCount } = peers;
  const placement = placeOnRouters(topology, nodeCount, seededRandom(seed, 'placement'));
  return laidOut(placement, () => routedTables(topology, placement));
}

function layOutNetwork(
  swarm: Swarm,
  topology: FileTopology,
  peers: PlannedPeers,
  seed: number,
): LaidOut {
  const network = openNetwork(topology);
  const hosts = positive(hostsOfNetwork(swarm, network, seed));
  const as = asOfNodes(swarm, peers, seed, hosts);
  const placement = placeInDomains(as, network.asCount);
  const { domainOfAs } = placement;
  const tables = pairTables(network, placement);
  checkRoutes(tables.pairMs, (id) => network.nameOf(domainOfAs[id]!), placement.asCount);
  return {
    placement,
    latencies: fixedLatencies(swarm, placement) ?? tables,
    routes: () => network.routes(domainOfAs),
    names: Array.from(domainOfAs, (index) => network.nameOf(index)),
    related: network.related,
  };
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
