/**
 * A latency model with one latency per pair of AS, from a table. Not used by a simulation yet.
 */

import type { Latencies } from './latencies.ts';

/** Plain data in shared memory. */
export interface PairTables {
  readonly model: 'pairs';
  readonly asCount: number;
  readonly asOfNode: Uint32Array;
  /** The first node of each AS, followed by the number of all nodes. */
  readonly firstNode: Uint32Array;
  /** The latency from AS to AS, row by row, in whole ms, at least 1; the diagonal is intra-AS. */
  readonly pairMs: Float64Array;
}

export class PairLatency implements Latencies {
  readonly asCount: number;
  readonly #tables: PairTables;

  constructor(tables: PairTables) {
    this.asCount = tables.asCount;
    this.#tables = tables;
  }

  latencyMs(nodeA: number, nodeB: number): number {
    const { asOfNode, pairMs } = this.#tables;
    return pairMs[asOfNode[nodeA]! * this.asCount + asOfNode[nodeB]!]!;
  }

  minLatencyMs(asA: number, asB: number): number {
    const { firstNode, pairMs } = this.#tables;
    const isAlone = asA === asB && firstNode[asA + 1]! - firstNode[asA]! === 1;
    return isAlone ? Infinity : pairMs[asA * this.asCount + asB]!;
  }
}
