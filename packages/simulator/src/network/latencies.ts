/** The interface of all latency models, and the simplest model: one latency for all messages. */

import type { Placement } from './placement.ts';

/** The time that a message takes from one node to another. */
export interface Latencies {
  readonly asCount: number;
  /** Returns the latency from one node to another, in whole ms, at least 1. */
  latencyMs(nodeA: number, nodeB: number): number;
  /**
   * Returns the least latency from a node of one AS to a node of another, in ms. Within one AS it
   * is a lower bound, and Infinity if the AS has a single node.
   */
  minLatencyMs(asA: number, asB: number): number;
}

export interface FixedTables {
  readonly model: 'fixed';
  readonly asCount: number;
  readonly fixedMs: number;
}

/** `fixedMs` is a whole number, at least 1. */
export function fixedTables({ asCount }: Placement, fixedMs: number): FixedTables {
  return { model: 'fixed', asCount, fixedMs };
}

export class FixedLatency implements Latencies {
  readonly asCount: number;
  readonly #fixedMs: number;

  constructor({ asCount, fixedMs }: FixedTables) {
    this.asCount = asCount;
    this.#fixedMs = fixedMs;
  }

  latencyMs(): number {
    return this.#fixedMs;
  }

  minLatencyMs(): number {
    return this.#fixedMs;
  }
}
