/**
 * A latency model with shortest paths over a transit–stub topology, without a table of all pairs.
 *
 * A path from one AS to another leaves through a gateway of the first and enters through one of the
 * second, so its length is the minimum over both gateways of
 *
 *     node to gateway, intra-AS  +  gateway to gateway, anywhere  +  gateway to node, intra-AS
 *
 * All three parts are in tables. Two nodes of the same AS also have a path that never leaves it.
 * Its length is computed on demand, from one node to all others of its AS, and cached while there
 * is space. Some nodes communicate with many others, so the row is computed for the node of the
 * pair that has had more misses.
 */

import { assert } from '@cachetorrent/std';

import type { Latencies } from './latencies.ts';
import type { RoutedTables } from './routed-tables.ts';
import { ShortestPaths } from './shortest-paths.ts';

export type { RoutedTables } from './routed-tables.ts';

/** The size of the cache on each thread. */
const CACHE_BYTES = 16 * 2 ** 20;

export class RoutedLatency implements Latencies {
  readonly asCount: number;
  readonly #tables: RoutedTables;
  readonly #asOfNode: Uint32Array;
  readonly #firstNode: Uint32Array;
  readonly #firstGateway: Uint32Array;
  readonly #nodeGatewayMs: Uint16Array;
  readonly #nodeGatewayStart: Uint32Array;
  readonly #gatewayMs: Uint16Array;
  readonly #gatewayCount: number;
  readonly #siteOfNode: Uint32Array | undefined;
  readonly #sameSiteMs: number;

  /** The cache: rows of latencies from a node to all nodes of its AS; a slot per row. */
  readonly #rows: Uint16Array;
  readonly #slotSize: number;
  readonly #slotCount: number;
  /** For each slot, the node of its row, or NONE; for each node, the slot of its row, or NONE. */
  readonly #nodeOfSlot: Int32Array;
  readonly #slotOfNode: Int32Array;
  #nextSlot = 0;
  /** For each node, the number of cache misses, at most 255. */
  readonly #misses: Uint8Array;
  #search: ShortestPaths | undefined;

  constructor(tables: RoutedTables, cacheBytes: number = CACHE_BYTES) {
    const nodeCount = tables.asOfNode.length;
    this.asCount = tables.asCount;
    this.#tables = tables;
    this.#asOfNode = tables.asOfNode;
    this.#firstNode = tables.firstNode;
    this.#firstGateway = tables.firstGateway;
    this.#nodeGatewayMs = tables.nodeGatewayMs;
    this.#nodeGatewayStart = tables.nodeGatewayStart;
    this.#gatewayMs = tables.gatewayMs;
    this.#gatewayCount = tables.gatewayMinMs.length;
    this.#siteOfNode = tables.siteOfNode;
    this.#sameSiteMs = tables.sameSiteMs ?? 0;

    this.#slotSize = largestStep(tables.firstNode);
    const slotsThatFit = Math.floor(cacheBytes / (2 * this.#slotSize));
    this.#slotCount = Math.max(1, Math.min(nodeCount, slotsThatFit));
    this.#rows = new Uint16Array(this.#slotCount * this.#slotSize);
    this.#nodeOfSlot = new Int32Array(this.#slotCount).fill(NONE);
    this.#slotOfNode = new Int32Array(nodeCount).fill(NONE);
    this.#misses = new Uint8Array(nodeCount);
  }

  latencyMs(nodeA: number, nodeB: number): number {
    assert(nodeA !== nodeB, 'a message goes to another node');
    const sites = this.#siteOfNode;
    if (sites === undefined) return this.#betweenMs(nodeA, nodeB);
    const siteA = sites[nodeA]!;
    const siteB = sites[nodeB]!;
    return siteA === siteB ? this.#sameSiteMs : this.#betweenMs(siteA, siteB);
  }

  /** The latency between two routers that have nodes; below, a node stands for its router. */
  #betweenMs(nodeA: number, nodeB: number): number {
    const asA = this.#asOfNode[nodeA]!;
    const asB = this.#asOfNode[nodeB]!;
    if (asA === asB) return this.#intraAsMs(asA, nodeA, nodeB);
    return this.#viaGatewaysMs(asA, nodeA, asB, nodeB);
  }

  minLatencyMs(asA: number, asB: number): number {
    const { minIntraAsMs, gatewayMinMs, gatewayMs } = this.#tables;
    if (asA === asB) return minIntraAsMs[asA]!;
    let minMs = Infinity;
    for (let a = this.#firstGateway[asA]!; a < this.#firstGateway[asA + 1]!; a++) {
      for (let b = this.#firstGateway[asB]!; b < this.#firstGateway[asB + 1]!; b++) {
        const pathMs = gatewayMinMs[a]! + gatewayMs[a * this.#gatewayCount + b]! + gatewayMinMs[b]!;
        if (pathMs < minMs) minMs = pathMs;
      }
    }
    return minMs;
  }

  /** The minimum over all gateways of both AS, which may be the same AS. */
  #viaGatewaysMs(asA: number, nodeA: number, asB: number, nodeB: number): number {
    const firstA = this.#firstGateway[asA]!;
    const firstB = this.#firstGateway[asB]!;
    const countA = this.#firstGateway[asA + 1]! - firstA;
    const countB = this.#firstGateway[asB + 1]! - firstB;
    const startA = this.#nodeGatewayStart[asA]! + (nodeA - this.#firstNode[asA]!) * countA;
    const startB = this.#nodeGatewayStart[asB]! + (nodeB - this.#firstNode[asB]!) * countB;
    let minMs = Infinity;
    for (let a = 0; a < countA; a++) {
      const row = (firstA + a) * this.#gatewayCount + firstB;
      const outMs = this.#nodeGatewayMs[startA + a]!;
      for (let b = 0; b < countB; b++) {
        const pathMs = outMs + this.#gatewayMs[row + b]! + this.#nodeGatewayMs[startB + b]!;
        if (pathMs < minMs) minMs = pathMs;
      }
    }
    return minMs;
  }

  #intraAsMs(asId: number, nodeA: number, nodeB: number): number {
    const first = this.#firstNode[asId]!;
    const slotA = this.#slotOfNode[nodeA]!;
    if (slotA !== NONE) return this.#rows[slotA * this.#slotSize + nodeB - first]!;
    const slotB = this.#slotOfNode[nodeB]!;
    if (slotB !== NONE) return this.#rows[slotB * this.#slotSize + nodeA - first]!;

    const missesA = this.#countMiss(nodeA);
    const fromB = this.#countMiss(nodeB) > missesA;
    const slot = this.#fillSlot(asId, fromB ? nodeB : nodeA);
    return this.#rows[slot * this.#slotSize + (fromB ? nodeA : nodeB) - first]!;
  }

  #countMiss(node: number): number {
    const misses = this.#misses[node]!;
    if (misses < 255) this.#misses[node] = misses + 1;
    return misses;
  }

  /** Computes the row of `node`, which replaces the oldest one. */
  #fillSlot(asId: number, node: number): number {
    const { topology, stubOfAs, routerOfNode } = this.#tables;
    const slot = this.#nextSlot;
    this.#nextSlot = (slot + 1) % this.#slotCount;
    const evicted = this.#nodeOfSlot[slot]!;
    if (evicted !== NONE) this.#slotOfNode[evicted] = NONE;
    this.#nodeOfSlot[slot] = node;
    this.#slotOfNode[node] = slot;

    this.#search ??= new ShortestPaths(topology.graph, largestStep(topology.stubStart));
    const stub = stubOfAs[asId]!;
    const firstRouter = topology.stubStart[stub]!;
    const distanceMs = this.#search.from(
      routerOfNode[node]!,
      firstRouter,
      topology.stubStart[stub + 1]!,
    );
    const first = this.#firstNode[asId]!;
    const start = slot * this.#slotSize;
    for (let other = first; other < this.#firstNode[asId + 1]!; other++) {
      const insideMs = distanceMs[routerOfNode[other]! - firstRouter]!;
      const outsideMs = this.#viaGatewaysMs(asId, node, asId, other);
      this.#rows[start + other - first] = Math.min(insideMs, outsideMs);
    }
    return slot;
  }
}

const NONE = -1;

/** Returns the greatest difference between two consecutive numbers. */
function largestStep(starts: Uint32Array): number {
  let largest = 0;
  for (let i = 1; i < starts.length; i++) largest = Math.max(largest, starts[i]! - starts[i - 1]!);
  return largest;
}
