/**
 * The placement of nodes on routers that host any number of them, for swarms in which more nodes
 * come in the course of time than are there at once. A router that hosts a node is a site. Sites
 * are numbered by AS, as nodes are, and the tables of latencies have rows for sites:
 *
 *     node          0 1 2 | 3 4 5 6
 *     site          0 0 1 | 2 3 2 3
 *     router        4 4 7 | 9 12 9 12
 *
 * Two nodes of one router have the latency of the shortest link of a domain.
 */

import { assert } from '@cachetorrent/std';

import { placeInDomains, type Placement } from './placement.ts';
import { type RoutedTables, routedTables, type Sites } from './routed-tables.ts';
import { sharedUint32 } from './shared-arrays.ts';
import { INTRA_DOMAIN, type Topology } from './transit-stub.ts';

/** The latency between two nodes of one router. */
export const SAME_ROUTER_MS: number = INTRA_DOMAIN.minMs;

/** A placement whose nodes share routers. */
export interface SharedPlacement extends Placement {
  readonly sites: Sites;
  readonly siteOfNode: Uint32Array;
}

/** Places the nodes on stub routers that have been chosen for them, in order of arrival. */
export function placeOnSharedRouters(
  topology: Topology,
  routerOfArrival: Uint32Array,
): SharedPlacement {
  const { backboneCount, stubStart } = topology;
  const stubCount = stubStart.length - 1;
  const isSite = new Uint8Array(stubStart[stubCount]!);
  for (const router of routerOfArrival) {
    assert(router >= backboneCount && router < isSite.length, 'a node has a router of a stub');
    isSite[router] = 1;
  }

  const stubOfRouter = new Uint32Array(isSite.length);
  for (let stub = 0; stub < stubCount; stub++) {
    stubOfRouter.fill(stub, stubStart[stub]!, stubStart[stub + 1]!);
  }
  const placement = placeInDomains(
    routerOfArrival.map((router) => stubOfRouter[router]!),
    stubCount,
  );

  // Routers are numbered stub by stub, and so are AS: sites in the order of routers are, too.
  const routerOfSite = sharedUint32(isSite.reduce((count, one) => count + one, 0));
  const siteOfRouter = new Uint32Array(isSite.length);
  const asOfSite = sharedUint32(routerOfSite.length);
  const firstSite = sharedUint32(placement.asCount + 1);
  let site = 0;
  for (let asId = 0; asId < placement.asCount; asId++) {
    const stub = placement.domainOfAs[asId]!;
    for (let router = stubStart[stub]!; router < stubStart[stub + 1]!; router++) {
      if (isSite[router] === 0) continue;
      siteOfRouter[router] = site;
      routerOfSite[site] = router;
      asOfSite[site++] = asId;
    }
    firstSite[asId + 1] = site;
  }

  const siteOfNode = sharedUint32(placement.nodeCount);
  for (const [arrival, router] of routerOfArrival.entries()) {
    siteOfNode[placement.nodeOfArrival[arrival]!] = siteOfRouter[router]!;
  }
  const sites = {
    asCount: placement.asCount,
    domainOfAs: placement.domainOfAs,
    asOfNode: asOfSite,
    firstNode: firstSite,
    routerOfNode: routerOfSite,
  };
  return { ...placement, sites, siteOfNode };
}

/** The tables of latencies between nodes that share routers. */
export function sharedRouterTables(topology: Topology, placement: SharedPlacement): RoutedTables {
  const { sites, siteOfNode, firstNode } = placement;
  const tables = routedTables(topology, sites);
  const { minIntraAsMs } = tables;
  for (let asId = 0; asId < placement.asCount; asId++) {
    const nodeCount = firstNode[asId + 1]! - firstNode[asId]!;
    const siteCount = sites.firstNode[asId + 1]! - sites.firstNode[asId]!;
    if (nodeCount > siteCount) {
      minIntraAsMs[asId] = Math.min(minIntraAsMs[asId]!, SAME_ROUTER_MS);
    }
  }
  return { ...tables, siteOfNode, sameSiteMs: SAME_ROUTER_MS };
}
