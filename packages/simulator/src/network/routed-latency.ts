/**
 * Latency by the shortest path over a transit-stub network, without a table of all pairs.
 *
 * A path from one AS to another leaves by a gateway of the first and comes in by one of the
 * second, so its length is the least, over both, of
 *
 *     node to gateway, inside     gateway to gateway, anywhere     gateway to node, inside
 *
 * and all three parts are in tables. Inside an AS there is also the way that never leaves it; that
 * is searched for when it is first asked for, from one node to all others of its AS, and kept
 * while there is room. Hubs are asked about by many, so of two nodes the one that has been asked
 * about more often is searched from, and answers for all the others.
 */

import { assert } from '@cachetorrent/std';

import type { Latencies } from './latencies.ts';
import type { RoutedTables } from './routed-tables.ts';
import { ShortestPaths } from './shortest-paths.ts';

export type { RoutedTables } from './routed-tables.ts';

/** Of the rows that are kept, all together, on each thread. */
const KEPT_BYTES = 16 * 2 ** 20;

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

  /** Rows of distances from a node to each of its AS, in slots of `#slotSize` entries. */
  readonly #rows: Uint16Array;
  readonly #slotSize: number;
  readonly #slotCount: number;
  /** For each slot, the node whose row it holds, or NONE; for each node, its slot, or NONE. */
  readonly #nodeOfSlot: Int32Array;
  readonly #slotOfNode: Int32Array;
  #nextSlot = 0;
  /** For each node, how often it was asked about and no row was there. */
  readonly #misses: Uint8Array;
  #search: ShortestPaths | undefined;

  constructor(tables: RoutedTables, keptBytes: number = KEPT_BYTES) {
    const nodeCount = tables.asOfNode.length;
    this.asCount = tables.asCount;
    this.#tables = tables;
    this.#asOfNode = tables.asOfNode;
    this.#firstNode = tables.firstNode;
    this.#firstGateway = tables.firstGateway;
    this.#nodeGatewayMs = tables.nodeGatewayMs;
    this.#nodeGatewayStart = tables.nodeGatewayStart;
    this.#gatewayMs = tables.gatewayMs;
    this.#gatewayCount = tables.gatewayLeastMs.length;

    this.#slotSize = largestStep(tables.firstNode);
    const slotsThatFit = Math.floor(keptBytes / (2 * this.#slotSize));
    this.#slotCount = Math.max(1, Math.min(nodeCount, slotsThatFit));
    this.#rows = new Uint16Array(this.#slotCount * this.#slotSize);
    this.#nodeOfSlot = new Int32Array(this.#slotCount).fill(NONE);
    this.#slotOfNode = new Int32Array(nodeCount).fill(NONE);
    this.#misses = new Uint8Array(nodeCount);
  }

  latencyMs(nodeA: number, nodeB: number): number {
    assert(nodeA !== nodeB, 'a message goes to another node');
    const asA = this.#asOfNode[nodeA]!;
    const asB = this.#asOfNode[nodeB]!;
    if (asA === asB) return this.#withinMs(asA, nodeA, nodeB);
    return this.#byGatewaysMs(asA, nodeA, asB, nodeB);
  }

  leastBetween(asA: number, asB: number): number {
    const { withinMs, gatewayLeastMs, gatewayMs } = this.#tables;
    if (asA === asB) return withinMs[asA]!;
    let leastMs = Infinity;
    for (let a = this.#firstGateway[asA]!; a < this.#firstGateway[asA + 1]!; a++) {
      for (let b = this.#firstGateway[asB]!; b < this.#firstGateway[asB + 1]!; b++) {
        const byBothMs =
          gatewayLeastMs[a]! + gatewayMs[a * this.#gatewayCount + b]! + gatewayLeastMs[b]!;
        if (byBothMs < leastMs) leastMs = byBothMs;
      }
    }
    return leastMs;
  }

  /** The least over all ways out of one AS and into the other, which may be the same. */
  #byGatewaysMs(asA: number, nodeA: number, asB: number, nodeB: number): number {
    const firstA = this.#firstGateway[asA]!;
    const firstB = this.#firstGateway[asB]!;
    const countA = this.#firstGateway[asA + 1]! - firstA;
    const countB = this.#firstGateway[asB + 1]! - firstB;
    const startA = this.#nodeGatewayStart[asA]! + (nodeA - this.#firstNode[asA]!) * countA;
    const startB = this.#nodeGatewayStart[asB]! + (nodeB - this.#firstNode[asB]!) * countB;
    let leastMs = Infinity;
    for (let a = 0; a < countA; a++) {
      const row = (firstA + a) * this.#gatewayCount + firstB;
      const outMs = this.#nodeGatewayMs[startA + a]!;
      for (let b = 0; b < countB; b++) {
        const byBothMs = outMs + this.#gatewayMs[row + b]! + this.#nodeGatewayMs[startB + b]!;
        if (byBothMs < leastMs) leastMs = byBothMs;
      }
    }
    return leastMs;
  }

  #withinMs(as: number, nodeA: number, nodeB: number): number {
    const first = this.#firstNode[as]!;
    const slotA = this.#slotOfNode[nodeA]!;
    if (slotA !== NONE) return this.#rows[slotA * this.#slotSize + nodeB - first]!;
    const slotB = this.#slotOfNode[nodeB]!;
    if (slotB !== NONE) return this.#rows[slotB * this.#slotSize + nodeA - first]!;

    const missesA = this.#countMiss(nodeA);
    const fromB = this.#countMiss(nodeB) > missesA;
    const slot = this.#fillSlot(as, fromB ? nodeB : nodeA);
    return this.#rows[slot * this.#slotSize + (fromB ? nodeA : nodeB) - first]!;
  }

  #countMiss(node: number): number {
    const misses = this.#misses[node]!;
    if (misses < 255) this.#misses[node] = misses + 1;
    return misses;
  }

  /** Searches from `node` to all others of its AS, and puts the row in place of the oldest. */
  #fillSlot(as: number, node: number): number {
    const { topology, stubOfAs, routerOfNode } = this.#tables;
    const slot = this.#nextSlot;
    this.#nextSlot = (slot + 1) % this.#slotCount;
    const evicted = this.#nodeOfSlot[slot]!;
    if (evicted !== NONE) this.#slotOfNode[evicted] = NONE;
    this.#nodeOfSlot[slot] = node;
    this.#slotOfNode[node] = slot;

    this.#search ??= new ShortestPaths(topology.graph, largestStep(topology.stubStart));
    const stub = stubOfAs[as]!;
    const firstRouter = topology.stubStart[stub]!;
    const insideMs = this.#search.from(
      routerOfNode[node]!,
      firstRouter,
      topology.stubStart[stub + 1]!,
    );
    const first = this.#firstNode[as]!;
    const start = slot * this.#slotSize;
    for (let other = first; other < this.#firstNode[as + 1]!; other++) {
      const staysMs = insideMs[routerOfNode[other]! - firstRouter]!;
      const leavesMs = this.#byGatewaysMs(as, node, as, other);
      this.#rows[start + other - first] = Math.min(staysMs, leavesMs);
    }
    return slot;
  }
}

const NONE = -1;

/** The greatest difference between a number and the next. */
function largestStep(starts: Uint32Array): number {
  let largest = 0;
  for (let i = 1; i < starts.length; i++) largest = Math.max(largest, starts[i]! - starts[i - 1]!);
  return largest;
}
