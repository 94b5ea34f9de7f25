/** One latency for all: every message takes the same time, wherever it goes. */

import type { Latencies } from './latencies.ts';
import type { Placement } from './placement.ts';

export interface FixedTables {
  readonly model: 'fixed';
  readonly asCount: number;
  readonly fixedMs: number;
}

/** `fixedMs` is whole and at least 1. */
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

  leastBetween(): number {
    return this.#fixedMs;
  }
}
