/** What one AS contributes to the timeline of a run; see `results/timeline.ts`. */

import type { PieceIndex } from '@cachetorrent/protocol';

import type { Plan } from '../plan/plan.ts';
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
import type { Flows } from './flows.ts';
import type { Members } from './members.ts';
import type { Node } from './node.ts';
import type { Population } from './population.ts';
import { firstPieces, subTorrentRange } from './sub-torrents.ts';

/** What the samples are taken from. */
export interface TimelineSources {
  readonly members: Members;
  readonly observations: Observations;
  readonly flows: Flows;
  readonly population: Population;
}

export class AsTimeline {
  readonly #plan: Plan;
  readonly #sources: TimelineSources;
  readonly #firstPieces: readonly number[];
  /** How many nodes hold each piece of the file, counted by all AS. */
  readonly #holders: Uint32Array;
  readonly #recorder: TimelineRecorder;
  /** In one of the AS only. */
  readonly #availability: AvailabilityRecorder | undefined;

  constructor(plan: Plan, intervalMs: number, hasTracker: boolean, sources: TimelineSources) {
    this.#plan = plan;
    this.#sources = sources;
    this.#firstPieces = firstPieces(plan.swarm);
    this.#holders = plan.holders!;
    this.#recorder = new TimelineRecorder(intervalMs);
    if (hasTracker) this.#availability = new AvailabilityRecorder(this.#holders, intervalMs);
  }

  /** A sample is due before anything at or after this time. */
  get dueAtMs(): number {
    return this.#recorder.dueAtMs;
  }

  /** Whether an allocation instant has to be held even if nothing flows: peers may leave. */
  get needsInstant(): boolean {
    return this.#plan.isOpen && this.#availability !== undefined;
  }

  /** An event of time `nowMs` is next: records the state at the ends of intervals before it. */
  sample(nowMs: number): void {
    if (nowMs >= this.dueAtMs) this.#recorder.record((atMs) => this.#sampleAt(atMs), nowMs);
  }

  /** An allocation instant is held at `atMs`. */
  instant(atMs: number): void {
    this.#availability?.instant(atMs);
  }

  /** A peer holds another piece of its sub-torrent. */
  stored(subTorrent: number, piece: PieceIndex): void {
    Atomics.add(this.#holders, this.#firstPieces[subTorrent]! + piece, 1);
  }

  /** A node leaves, with the pieces that it holds. */
  left({ peers }: Node): void {
    for (const { peer, subTorrent } of peers) {
      const first = this.#firstPieces[subTorrent]!;
      const { pieces } = subTorrentRange(this.#plan.swarm, subTorrent);
      for (let piece = 0 as PieceIndex; piece < pieces; piece++) {
        if (peer.hasPiece(piece)) Atomics.sub(this.#holders, first + piece, 1);
      }
    }
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
    const { outsideBits, insideBits } = observations;
    const { activeCount: activeConnections, sentBits } = flows;
    const { leecherConnections, interestedConnections } = interestOf(members.present);
    return {
      leechers,
      seeds,
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
      sentBits,
      leecherConnections,
      interestedConnections,
      capacityBits: population.capacityBits(atMs),
    };
  }
}
