/**
 * What a run is expected to take, in time and memory, before it is made. It decides the order of
 * runs, how many sit side by side, and what is told; never a result.
 */

import { expectedTrafficOf, footprintOf, type Swarm } from '@cachetorrent/simulator';

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
    return LEAST_MS + expectedTrafficOf(swarm).messages / perMs;
  }
}

/** What a run takes with one thread, as `run --plan` says; a little less beside other runs. */
export function memoryBytes(swarm: Swarm): number {
  return footprintOf(swarm, 1).bytes;
}

/** The least time in which a file can reach all peers (Kumar and Ross 2006). */
function leastDistributionMs({ capacities, seeds, pieces, pieceBits }: Swarm): number {
  const fileBits = pieces * pieceBits;
  let first = 0;
  let uploadKbps = 0;
  let seedKbps = 0;
  let slowestKbps = Infinity;
  let leechers = 0;
  for (const { count, uploadKbps: upload, downloadKbps: download } of capacities) {
    // The tracker is node 0, then come the seeds.
    const seedsHere = overlap(first, first + count, 1, 1 + seeds);
    const leechersHere = overlap(first, first + count, 1 + seeds, Infinity);
    seedKbps += seedsHere * upload;
    uploadKbps += (seedsHere + leechersHere) * upload;
    leechers += leechersHere;
    if (leechersHere > 0) slowestKbps = Math.min(slowestKbps, download);
    first += count;
  }
  const bounds = [fileBits / seedKbps, fileBits / slowestKbps, (leechers * fileBits) / uploadKbps];
  return Math.max(...bounds);
}

/** How many whole numbers are in both [a, b) and [c, d). */
function overlap(a: number, b: number, c: number, d: number): number {
  return Math.max(0, Math.min(b, d) - Math.max(a, c));
}

/**
 * The time between two rows of a timeline: some fifty rows until the file can be everywhere, on a
 * number that people count in: 1, 2 or 5, and zeros.
 */
export function timelineStepMs(swarm: Swarm): number {
  const wantedMs = Math.max(1, leastDistributionMs(swarm) / 50);
  const decade = 10 ** Math.floor(Math.log10(wantedMs));
  return [1, 2, 5, 10].map((n) => n * decade).find((step) => step >= wantedMs) ?? 10 * decade;
}
