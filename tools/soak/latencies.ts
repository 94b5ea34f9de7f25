/** The latencies of answers during one row of the table, and how many answers did not come. */

import { quantileSorted } from 'simple-statistics';

/** What is shown of the latencies. */
export interface LatencySummary {
  readonly answered: number;
  readonly failed: number;
  /** NaN if nothing was answered. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Latencies that are collected until they are taken. */
export class Latencies {
  #ms: number[] = [];
  #failed = 0;

  add(ms: number): void {
    this.#ms.push(ms);
  }

  fail(): void {
    this.#failed++;
  }

  /** Returns what was collected since the last call. */
  take(): LatencySummary {
    const sorted = this.#ms.sort((a, b) => a - b);
    const at = (share: number): number =>
      sorted.length === 0 ? NaN : quantileSorted(sorted, share);
    const summary = {
      answered: sorted.length,
      failed: this.#failed,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
    this.#ms = [];
    this.#failed = 0;
    return summary;
  }
}
