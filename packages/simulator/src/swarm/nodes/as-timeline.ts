/** What one AS contributes to the timeline of a run; see `results/timeline.ts`. */

import {
  type AsReport,
  interestOf,
  leadersOf,
  type Observations,
  piecesHeldBy,
} from '../results/observations.ts';
import {
  AvailabilityRecorder,
  TimelineRecorder,
  type TimelineSample,
} from '../results/timeline.ts';
import type { Copies } from './copies.ts';
import type { Flows } from './flows.ts';
import type { Members } from './members.ts';
import type { Population } from './population.ts';

/** What the samples are taken from. */
export interface TimelineSources {
  readonly copies: Copies;
  readonly members: Members;
  readonly observations: Observations;
  readonly flows: Flows;
  readonly population: Population;
}

export class AsTimeline {
  readonly #sources: TimelineSources;
  readonly #recorder: TimelineRecorder;
  /** In one of the AS only. */
  readonly #availability: AvailabilityRecorder | undefined;

  constructor(intervalMs: number, hasTracker: boolean, sources: TimelineSources) {
    this.#sources = sources;
    this.#recorder = new TimelineRecorder(intervalMs);
    if (hasTracker) this.#availability = new AvailabilityRecorder(intervalMs);
  }

  /** A sample is due before anything at or after this time. */
  get dueAtMs(): number {
    return this.#recorder.dueAtMs;
  }

  /** An event of time `nowMs` is next: records the state at the ends of intervals before it. */
  sample(nowMs: number): void {
    if (nowMs >= this.dueAtMs) this.#recorder.record((atMs) => this.#sampleAt(atMs), nowMs);
  }

  /** An allocation instant is held at `atMs`. */
  instant(atMs: number): void {
    this.#availability?.instant(atMs, this.#sources.copies.rarest);
  }

  /** What the AS reports of a run that ends at `atMs`. */
  report(atMs: number): Pick<AsReport, 'timeline' | 'availability'> {
    const timeline = this.#recorder.finish(this.#sampleAt(atMs));
    if (this.#availability === undefined) return { timeline };
    return { timeline, availability: this.#availability.finish() };
  }

  /** The state at `atMs`, after which nothing has happened yet. */
  #sampleAt(atMs: number): TimelineSample {
    const { members, observations, flows, population } = this.#sources;
    const { leechers, seeds, arrivals, completions, departures } = population;
    const [finished, aborted, crashed] = departures;
    const { outsideBits, insideBits, lostBits } = observations;
    const { activeCount: activeConnections, sentBits } = flows;
    const { leecherConnections, interestedConnections } = interestOf(members.present);
    return {
      leechers,
      seeds,
      unserved: population.service.unservedCount,
      leaders: leadersOf(members.nodes),
      arrivals,
      completions,
      finished: finished!,
      aborted: aborted!,
      crashed: crashed!,
      piecesHeld: piecesHeldBy(members.present),
      activeConnections,
      outsideBits,
      insideBits,
      lostBits,
      sentBits,
      leecherConnections,
      interestedConnections,
      capacityBits: population.capacityBits(atMs),
    };
  }
}
