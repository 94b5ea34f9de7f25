/**
 * What a run is expected to take, in time and memory, before it is made. It decides the order of
 * runs, how many sit side by side, and what is told; never a result.
 */

import {
  expectationOf,
  footprintOf,
  minimumDistributionTimeMs,
  type Swarm,
} from '@cachetorrent/simulator';

import type { RunRecord } from './store/record.ts';

/** On one core, where nothing has been measured yet. */
const MESSAGES_PER_SECOND = 800_000;
/** Of a run that sends hardly any messages: its network is laid out, its threads start. */
const LEAST_MS = 200;

/** How long runs take here, learnt from those that are done. */
export class Pace {
  #messages = 0;
  #threadMs = 0;

  learn({ result, timing }: Pick<RunRecord, 'result' | 'timing'>): void {
    this.#messages += Object.values(result.messages).reduce((sum, count) => sum + count, 0);
    this.#threadMs += timing.wallMs * timing.workers;
  }

  /** Whether it is more than a guess. */
  get isLearnt(): boolean {
    return this.#threadMs > 0;
  }

  /** With one thread. */
  expectedMs(swarm: Swarm): number {
    const perMs = this.isLearnt ? this.#messages / this.#threadMs : MESSAGES_PER_SECOND / 1000;
    return LEAST_MS + expectationOf(swarm).messages / perMs;
  }
}

/** What a run takes with one thread, as `run --plan` says; a little less beside other runs. */
export function memoryBytes(swarm: Swarm): number {
  return footprintOf(swarm, 1).bytes;
}

/**
 * The time between two rows of a timeline: some fifty rows until the file can be everywhere, on a
 * number that people count in: 1, 2 or 5, and zeros.
 */
export function timelineStepMs(swarm: Swarm): number {
  const wantedMs = Math.max(1, minimumDistributionTimeMs(swarm) / 50);
  const decade = 10 ** Math.floor(Math.log10(wantedMs));
  return [1, 2, 5, 10].map((n) => n * decade).find((step) => step >= wantedMs) ?? 10 * decade;
}
