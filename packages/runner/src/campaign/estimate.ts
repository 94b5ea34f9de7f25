/**
 * Estimates the time and memory of a run before it is executed. The estimates determine the order
 * of runs, how many run concurrently, and what progress reports show; never a result.
 */

import {
  expectedTrafficOf,
  footprintOf,
  minimumDistributionTimeMs,
  type Swarm,
} from '@cachetorrent/simulator';

import type { RunRecord } from './store/record.ts';

/** Messages per second on one core, as long as no run has been measured. */
const DEFAULT_MESSAGES_PER_SECOND = 800_000;
/** The time of a run with hardly any messages: it builds the network and starts threads. */
const RUN_OVERHEAD_MS = 200;

/** Estimates the duration of runs from the runs that have been measured so far. */
export class RunTimeEstimator {
  #messages = 0;
  #threadMs = 0;

  /** Adds a run that has been executed. */
  addSample({ result, timing }: Pick<RunRecord, 'result' | 'timing'>): void {
    this.#messages += Object.values(result.messages).reduce((sum, count) => sum + count, 0);
    this.#threadMs += timing.wallMs * timing.workers;
  }

  /** Whether the estimate is based on measured runs. */
  get isMeasured(): boolean {
    return this.#threadMs > 0;
  }

  /** Returns the expected duration of a run with one thread. */
  expectedMs(swarm: Swarm): number {
    const perMs = this.isMeasured
      ? this.#messages / this.#threadMs
      : DEFAULT_MESSAGES_PER_SECOND / 1000;
    return RUN_OVERHEAD_MS + expectedTrafficOf(swarm).messages / perMs;
  }
}

/** Estimates the memory of a run with one thread, as `run --plan` does; an upper estimate. */
export function runMemoryBytes(swarm: Swarm): number {
  return footprintOf(swarm, 1).bytes;
}

/**
 * Returns the interval of a run's timeline: about fifty rows until the minimum distribution time,
 * or two hundred until the end of a run that ends at a time; rounded up to 1, 2 or 5 times a power
 * of ten.
 */
export function timelineIntervalMs(swarm: Swarm): number {
  const { horizonMs } = swarm;
  const rowMs = horizonMs === undefined ? minimumDistributionTimeMs(swarm) / 50 : horizonMs / 200;
  const targetMs = Math.max(1, rowMs);
  const decade = 10 ** Math.floor(Math.log10(targetMs));
  return [1, 2, 5, 10].map((n) => n * decade).find((step) => step >= targetMs) ?? 10 * decade;
}
