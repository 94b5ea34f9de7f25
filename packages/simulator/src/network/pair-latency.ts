/** Latency by AS alone: a table says how long a message takes from each AS to each. */

import type { Latencies } from './latencies.ts';

/** Plain data over shared memory. */
export interface PairTables {
  readonly model: 'pairs';
  readonly asCount: number;
  readonly asOfNode: Uint32Array;
  /** For each AS, its first node; then the number of all nodes. */
  readonly firstNode: Uint32Array;
  /** From AS to AS, row by row, in whole ms, at least 1; on the diagonal, within the AS. */
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

  leastBetween(asA: number, asB: number): number {
    const { firstNode, pairMs } = this.#tables;
    const isAlone = asA === asB && firstNode[asA + 1]! - firstNode[asA]! === 1;
    return isAlone ? Infinity : pairMs[asA * this.asCount + asB]!;
  }
}
