/**
 * The tables of the shortest-path latency model, computed once for all threads. They cover only the
 * AS that have nodes. Plain data in shared memory.
 */

import { findGateways, type Gateways } from './gateways.ts';
import type { RouterPlacement } from './placement.ts';
import { sharedFloat64, sharedUint16, sharedUint32 } from './shared-arrays.ts';
import { ShortestPaths } from './shortest-paths.ts';
import type { Topology } from './transit-stub.ts';

export interface RoutedTables {
  readonly model: 'routed';
  readonly asCount: number;
  readonly topology: Topology;
  readonly asOfNode: Uint32Array;
  readonly firstNode: Uint32Array;
  readonly stubOfAs: Uint32Array;
  readonly routerOfNode: Uint32Array;
  /** The first gateway of each AS, followed by the number of all gateways. */
  readonly firstGateway: Uint32Array;
  /** Distances between all gateways, row by row, in ms. */
  readonly gatewayMs: Uint16Array;
  /** For each gateway, the intra-AS distance of the nearest node of its AS, in ms. */
  readonly gatewayMinMs: Uint16Array;
  /**
   * The intra-AS distance from each node to the gateways of its AS, in ms: node by node, and for
   * each AS from `nodeGatewayStart` on.
   */
  readonly nodeGatewayMs: Uint16Array;
  readonly nodeGatewayStart: Uint32Array;
  /** For each AS, a lower bound of the latencies between its nodes, in ms. */
  readonly minIntraAsMs: Float64Array;
  /**
   * If nodes share routers, the tables above are about sites, the routers that have nodes, and this
   * is the site of each node (`shared-routers.ts`).
   */
  readonly siteOfNode?: Uint32Array;
  /** The latency between two nodes of one site. */
  readonly sameSiteMs?: number;
}

/** What has a router of its own: a node, or a site with several nodes. */
export type Sites = Pick<
  RouterPlacement,
  'asCount' | 'asOfNode' | 'firstNode' | 'domainOfAs' | 'routerOfNode'
>;

export function routedTables(topology: Topology, placement: Sites): RoutedTables {
  const { asCount, asOfNode, firstNode, domainOfAs, routerOfNode } = placement;
  const search = new ShortestPaths(topology.graph, largestStub(topology));
  const gateways = findGateways(topology, search);
  const selected = selectGateways(gateways, domainOfAs);
  const { gatewayOf, firstGateway } = selected;

  const nodeGatewayStart = sharedUint32(asCount + 1);
  for (let asId = 0; asId < asCount; asId++) {
    const gatewayCount = firstGateway[asId + 1]! - firstGateway[asId]!;
    const nodeCount = firstNode[asId + 1]! - firstNode[asId]!;
    nodeGatewayStart[asId + 1] = nodeGatewayStart[asId]! + nodeCount * gatewayCount;
  }

  const nodeGatewayMs = sharedUint16(nodeGatewayStart[asCount]!);
  const gatewayMinMs = sharedUint16(gatewayOf.length).fill(0xffff);
  for (let asId = 0; asId < asCount; asId++) {
    const firstRouter = topology.stubStart[domainOfAs[asId]!]!;
    let entry = nodeGatewayStart[asId]!;
    for (let node = firstNode[asId]!; node < firstNode[asId + 1]!; node++) {
      for (let own = firstGateway[asId]!; own < firstGateway[asId + 1]!; own++) {
        const row = gateways.intraStubStart[gatewayOf[own]!]!;
        const distanceMs = gateways.intraStubMs[row + routerOfNode[node]! - firstRouter]!;
        nodeGatewayMs[entry++] = distanceMs;
        gatewayMinMs[own] = Math.min(gatewayMinMs[own]!, distanceMs);
      }
    }
  }

  const tables = {
    model: 'routed' as const,
    asCount,
    topology,
    asOfNode,
    firstNode,
    stubOfAs: domainOfAs,
    routerOfNode,
    firstGateway,
    gatewayMs: selected.gatewayMs,
    gatewayMinMs,
    nodeGatewayMs,
    nodeGatewayStart,
  };
  return { ...tables, minIntraAsMs: minIntraAs(tables, search) };
}

/** Selects the gateways of the stubs that have nodes, and the distances between them. */
function selectGateways(
  gateways: Gateways,
  stubOfAs: Uint32Array,
): {
  gatewayOf: Uint32Array;
  firstGateway: Uint32Array;
  gatewayMs: Uint16Array;
} {
  const asCount = stubOfAs.length;
  const firstGateway = sharedUint32(asCount + 1);
  const selected: number[] = [];
  for (let asId = 0; asId < asCount; asId++) {
    const stub = stubOfAs[asId]!;
    const end = gateways.firstOfStub[stub + 1]!;
    for (let gateway = gateways.firstOfStub[stub]!; gateway < end; gateway++)
      selected.push(gateway);
    firstGateway[asId + 1] = selected.length;
  }

  const gatewayMs = sharedUint16(selected.length * selected.length);
  for (let a = 0; a < selected.length; a++) {
    const row = selected[a]! * gateways.count;
    for (let b = 0; b < selected.length; b++) {
      gatewayMs[a * selected.length + b] = gateways.distanceMs[row + selected[b]!]!;
    }
  }
  return { gatewayOf: Uint32Array.from(selected), firstGateway, gatewayMs };
}

/**
 * Returns `minIntraAsMs`: for each AS, the minimum of the intra-AS distances between two of its
 * nodes, which is exact, and of the paths out through one gateway and in through another, which may
 * begin and end at the same node.
 */
function minIntraAs(
  tables: Omit<RoutedTables, 'minIntraAsMs'>,
  search: ShortestPaths,
): Float64Array {
  const { asCount, topology, firstNode, stubOfAs, routerOfNode, firstGateway } = tables;
  const gatewayCount = tables.gatewayMinMs.length;
  const shortestEdgeMs = topology.graph.lengthMs.reduce((a, b) => Math.min(a, b), 0xffff);
  const minMs = sharedFloat64(asCount).fill(Infinity);
  for (let asId = 0; asId < asCount; asId++) {
    const first = firstNode[asId]!;
    const end = firstNode[asId + 1]!;
    if (end - first === 1) continue;

    const stub = stubOfAs[asId]!;
    const firstRouter = topology.stubStart[stub]!;
    let nearestMs = Infinity;
    for (let node = first; node + 1 < end && nearestMs > shortestEdgeMs; node++) {
      const distanceMs = search.from(
        routerOfNode[node]!,
        firstRouter,
        topology.stubStart[stub + 1]!,
        nearestMs,
      );
      for (let other = node + 1; other < end; other++) {
        nearestMs = Math.min(nearestMs, distanceMs[routerOfNode[other]! - firstRouter]!);
      }
    }
    for (let out = firstGateway[asId]!; out < firstGateway[asId + 1]!; out++) {
      for (let back = firstGateway[asId]!; back < firstGateway[asId + 1]!; back++) {
        if (out === back) continue;
        const outsideMs =
          tables.gatewayMinMs[out]! +
          tables.gatewayMinMs[back]! +
          tables.gatewayMs[out * gatewayCount + back]!;
        nearestMs = Math.min(nearestMs, outsideMs);
      }
    }
    minMs[asId] = nearestMs;
  }
  return minMs;
}

function largestStub({ stubStart }: Topology): number {
  let largest = 0;
  for (let stub = 1; stub < stubStart.length; stub++) {
    largest = Math.max(largest, stubStart[stub]! - stubStart[stub - 1]!);
  }
  return largest;
}
