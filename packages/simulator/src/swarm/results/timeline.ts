/**
 * How a swarm develops: for each AS and each interval of simulated time, the pieces that it holds,
 * the pieces that arrived, and how busy it was.
 *
 * The state of an AS changes only when an event happens. So an AS takes a sample just before the
 * first event at or after the end of an interval. No event has to be scheduled for that, and a run
 * with a timeline is the same run as without. A sample holds totals since the start; there is one
 * row for each interval. The last row is the state at the end of the run, which no event changed.
 */

import type { AsId } from '@cachetorrent/protocol';

import type { Plan } from '../plan/plan.ts';
import type { AsReport } from './observations.ts';

/** The state of an AS; the columns of a row, in their order. */
export interface TimelineSample {
  /** Pieces that its peers hold, all together. */
  readonly piecesHeld: number;
  /** Connections on which pieces are being sent. */
  readonly activeConnections: number;
  /** Bits of whole blocks that have arrived from other AS since the start. */
  readonly outsideBits: number;
  /** Bits of whole blocks that have arrived from this AS since the start. */
  readonly insideBits: number;
  /** Bits that its peers have sent since the start, also of pieces that are not complete. */
  readonly sentBits: number;
  /** Connections of its leechers to peers that were no seeds from the start. */
  readonly leecherConnections: number;
  /** Those of them on which its leecher is interested. */
  readonly interestedConnections: number;
}

const COLUMNS = 7;

/** Records the samples of one AS. */
export class TimelineRecorder {
  readonly #intervalMs: number;
  #rows = new Float64Array(64 * COLUMNS);
  #count = 0;
  /** The end of the current interval: a sample is due before any event at or after it. */
  dueAtMs: number;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.dueAtMs = intervalMs;
  }

  /** Records `sample` as the state at the end of all intervals that have ended by `nowMs`. */
  record(sample: TimelineSample, nowMs: number): void {
    while (this.dueAtMs <= nowMs) {
      this.#add(sample);
      this.dueAtMs = (this.#count + 1) * this.#intervalMs;
    }
  }

  /** Adds `sample`, the state at the end of the run, and returns all rows. */
  finish(sample: TimelineSample): Float64Array {
    this.#add(sample);
    return this.#rows.slice(0, this.#count * COLUMNS);
  }

  #add(sample: TimelineSample): void {
    const { piecesHeld, activeConnections, outsideBits, insideBits, sentBits } = sample;
    const { leecherConnections, interestedConnections } = sample;
    const start = this.#count++ * COLUMNS;
    if (start === this.#rows.length) {
      const rows = new Float64Array(2 * this.#rows.length);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows.set([piecesHeld, activeConnections, outsideBits, insideBits, sentBits], start);
    this.#rows.set([leecherConnections, interestedConnections], start + 5);
  }
}

/** A timeline by column. Its rows are ordered by interval, and within an interval by AS. */
export interface Timeline {
  /** The start of the interval, in simulated time. */
  readonly fromMs: Float64Array;
  /** The end of the interval, exclusive. */
  readonly toMs: Float64Array;
  /** The AS that the row is about. */
  readonly as: Uint32Array;
  /** Pieces that the peers of the AS hold, at the end of the interval. */
  readonly piecesHeld: Float64Array;
  /** Connections on which pieces are being sent, at the end of the interval. */
  readonly activeConnections: Float64Array;
  /** Bits of whole blocks that arrived from other AS during the interval. */
  readonly outsideBits: Float64Array;
  /** Bits of whole blocks that arrived from the same AS during the interval. */
  readonly insideBits: Float64Array;
  /** The share of the peers' upload capacity that was used during the interval. */
  readonly uploadUtilisation: Float64Array;
  /** Connections of its leechers to peers that were no seeds from the start, at the end. */
  readonly leecherConnections: Float64Array;
  /** Those of them on which the leecher of the AS is interested. */
  readonly interestedConnections: Float64Array;
}

/** Assembles the rows of all AS. The last interval ends with the last completion. */
export function assembleTimeline(
  plan: Plan,
  reports: readonly AsReport[],
  intervalMs: number,
): Timeline {
  const endMs = lastCompletionMs(reports);
  const intervals = Math.max(1, Math.ceil(endMs / intervalMs));
  const size = intervals * plan.asCount;
  const column = (): Float64Array => new Float64Array(size);
  const timeline = {
    fromMs: column(),
    toMs: column(),
    as: new Uint32Array(size),
    piecesHeld: column(),
    activeConnections: column(),
    outsideBits: column(),
    insideBits: column(),
    uploadUtilisation: column(),
    leecherConnections: column(),
    interestedConnections: column(),
  };
  for (let asId = 0 as AsId; asId < plan.asCount; asId++) {
    const rows = reports[asId]!.timeline!;
    const capacityKbps = plan.uploadKbpsOf(asId);
    let before = START;
    for (let interval = 0; interval < intervals; interval++) {
      const isLast = interval === intervals - 1;
      const sample = sampleAt(rows, isLast ? Infinity : interval);
      const fromMs = interval * intervalMs;
      const toMs = Math.min(fromMs + intervalMs, endMs);
      const capacityBits = capacityKbps * (toMs - fromMs);
      const row = interval * plan.asCount + asId;
      timeline.fromMs[row] = fromMs;
      timeline.toMs[row] = toMs;
      timeline.as[row] = asId;
      timeline.piecesHeld[row] = sample.piecesHeld;
      timeline.activeConnections[row] = sample.activeConnections;
      timeline.outsideBits[row] = sample.outsideBits - before.outsideBits;
      timeline.insideBits[row] = sample.insideBits - before.insideBits;
      const sentBits = sample.sentBits - before.sentBits;
      timeline.uploadUtilisation[row] = capacityBits === 0 ? 0 : sentBits / capacityBits;
      timeline.leecherConnections[row] = sample.leecherConnections;
      timeline.interestedConnections[row] = sample.interestedConnections;
      before = sample;
    }
  }
  return timeline;
}

function lastCompletionMs(reports: readonly AsReport[]): number {
  let lastMs = 0;
  for (const { completedAtMs } of reports) {
    for (const atMs of completedAtMs) if (atMs > lastMs) lastMs = atMs;
  }
  return lastMs;
}

/** The state at the start of the run. */
const START: TimelineSample = {
  piecesHeld: 0,
  activeConnections: 0,
  outsideBits: 0,
  insideBits: 0,
  sentBits: 0,
  leecherConnections: 0,
  interestedConnections: 0,
};

/** The sample at the end of an interval; the last one, if no event happened after it. */
function sampleAt(rows: Float64Array, interval: number): TimelineSample {
  const start = Math.min(interval * COLUMNS, rows.length - COLUMNS);
  return {
    piecesHeld: rows[start]!,
    activeConnections: rows[start + 1]!,
    outsideBits: rows[start + 2]!,
    insideBits: rows[start + 3]!,
    sentBits: rows[start + 4]!,
    leecherConnections: rows[start + 5]!,
    interestedConnections: rows[start + 6]!,
  };
}
