/**
 * What latency by shortest path is looked up in, computed once for all threads. Only what is
 * needed of AS that host somebody is kept. Plain data over shared memory.
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
  /** For each AS, its first gateway; then the number of all. */
  readonly firstGateway: Uint32Array;
  /** From gateway to gateway, in ms; as many to a row as there are gateways. */
  readonly gatewayMs: Uint16Array;
  /** For each gateway, how far the nearest node of its AS is inside, in ms. */
  readonly gatewayLeastMs: Uint16Array;
  /**
   * From each node to the gateways of its AS, inside it, in ms: node by node, and for each AS
   * from `nodeGatewayStart` on.
   */
  readonly nodeGatewayMs: Uint16Array;
  readonly nodeGatewayStart: Uint32Array;
  /** For each AS, no more than the latency between any two of its nodes, in ms. */
  readonly withinMs: Float64Array;
}

export function routedTables(topology: Topology, placement: RouterPlacement): RoutedTables {
  const { asCount, asOfNode, firstNode, domainOfAs, routerOfNode } = placement;
  const search = new ShortestPaths(topology.graph, largestStub(topology));
  const gateways = findGateways(topology, search);
  const kept = keepGateways(gateways, domainOfAs);
  const { gatewayOf, firstGateway } = kept;

  const nodeGatewayStart = sharedUint32(asCount + 1);
  for (let as = 0; as < asCount; as++) {
    const gatewayCount = firstGateway[as + 1]! - firstGateway[as]!;
    const nodeCount = firstNode[as + 1]! - firstNode[as]!;
    nodeGatewayStart[as + 1] = nodeGatewayStart[as]! + nodeCount * gatewayCount;
  }

  const nodeGatewayMs = sharedUint16(nodeGatewayStart[asCount]!);
  const gatewayLeastMs = sharedUint16(gatewayOf.length).fill(0xffff);
  for (let as = 0; as < asCount; as++) {
    const firstRouter = topology.stubStart[domainOfAs[as]!]!;
    let place = nodeGatewayStart[as]!;
    for (let node = firstNode[as]!; node < firstNode[as + 1]!; node++) {
      for (let own = firstGateway[as]!; own < firstGateway[as + 1]!; own++) {
        const row = gateways.insideStart[gatewayOf[own]!]!;
        const distanceMs = gateways.insideMs[row + routerOfNode[node]! - firstRouter]!;
        nodeGatewayMs[place++] = distanceMs;
        gatewayLeastMs[own] = Math.min(gatewayLeastMs[own]!, distanceMs);
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
    gatewayMs: kept.gatewayMs,
    gatewayLeastMs,
    nodeGatewayMs,
    nodeGatewayStart,
  };
  return { ...tables, withinMs: leastWithin(tables, search) };
}

/** The gateways of the stubs that host somebody: which they are, and how far from each other. */
function keepGateways(
  gateways: Gateways,
  stubOfAs: Uint32Array,
): {
  gatewayOf: Uint32Array;
  firstGateway: Uint32Array;
  gatewayMs: Uint16Array;
} {
  const asCount = stubOfAs.length;
  const firstGateway = sharedUint32(asCount + 1);
  const kept: number[] = [];
  for (let as = 0; as < asCount; as++) {
    const stub = stubOfAs[as]!;
    const end = gateways.firstOfStub[stub + 1]!;
    for (let gateway = gateways.firstOfStub[stub]!; gateway < end; gateway++) kept.push(gateway);
    firstGateway[as + 1] = kept.length;
  }

  const gatewayMs = sharedUint16(kept.length * kept.length);
  for (let a = 0; a < kept.length; a++) {
    const row = kept[a]! * gateways.count;
    for (let b = 0; b < kept.length; b++) {
      gatewayMs[a * kept.length + b] = gateways.distanceMs[row + kept[b]!]!;
    }
  }
  return { gatewayOf: Uint32Array.from(kept), firstGateway, gatewayMs };
}

/**
 * For each AS, the least of what two of its nodes are apart inside it, which is exact, and of the
 * ways out by one gateway and in by another, which may begin and end at the same node.
 */
function leastWithin(tables: Omit<RoutedTables, 'withinMs'>, search: ShortestPaths): Float64Array {
  const { asCount, topology, firstNode, stubOfAs, routerOfNode, firstGateway } = tables;
  const gatewayCount = tables.gatewayLeastMs.length;
  const shortestEdgeMs = topology.graph.lengthMs.reduce((a, b) => Math.min(a, b), 0xffff);
  const leastMs = sharedFloat64(asCount).fill(Infinity);
  for (let as = 0; as < asCount; as++) {
    const first = firstNode[as]!;
    const end = firstNode[as + 1]!;
    if (end - first === 1) continue;

    const stub = stubOfAs[as]!;
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
    for (let out = firstGateway[as]!; out < firstGateway[as + 1]!; out++) {
      for (let back = firstGateway[as]!; back < firstGateway[as + 1]!; back++) {
        if (out === back) continue;
        const aroundMs =
          tables.gatewayLeastMs[out]! +
          tables.gatewayLeastMs[back]! +
          tables.gatewayMs[out * gatewayCount + back]!;
        nearestMs = Math.min(nearestMs, aroundMs);
      }
    }
    leastMs[as] = nearestMs;
  }
  return leastMs;
}

function largestStub({ stubStart }: Topology): number {
  let largest = 0;
  for (let stub = 1; stub < stubStart.length; stub++) {
    largest = Math.max(largest, stubStart[stub]! - stubStart[stub - 1]!);
  }
  return largest;
}
