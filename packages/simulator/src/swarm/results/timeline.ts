/**
 * How a swarm fills: for each AS and interval of simulated time, what it held, what came in, and
 * how busy it was.
 *
 * An AS changes only when something happens in it. So it looks at itself just before the first
 * event at or after the end of an interval: nothing has to be scheduled for it, and a run with a
 * timeline is the same run. What it writes down are running totals, a row for each interval;
 * where the rows end, nothing happened any more, and the last look of all stands for the rest.
 */

import type { AsId } from '@cachetorrent/protocol';

import type { AsReport } from './observations.ts';
import type { Plan } from '../plan/plan.ts';

/** The columns of a row, in its order. */
export interface TimelineSample {
  /** Pieces that its peers hold, all together. */
  readonly piecesHeld: number;
  /** Connections whose pieces flow. */
  readonly activeConnections: number;
  /** Since the start, in bits of whole pieces: what arrived from other AS, and from this one. */
  readonly outsideBits: number;
  readonly insideBits: number;
  /** Since the start, in bits of whole pieces: what its peers have sent. */
  readonly sentBits: number;
}

const COLUMNS = 5;

/** Takes down the looks of one AS. */
export class TimelineRecorder {
  readonly #intervalMs: number;
  #rows = new Float64Array(64 * COLUMNS);
  #count = 0;
  /** The end of the interval that is under way: before anything at or after it, look. */
  dueAtMs: number;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.dueAtMs = intervalMs;
  }

  /** Time has come to `nowMs`: this is how all intervals ended that are over. */
  record(look: TimelineSample, nowMs: number): void {
    while (this.dueAtMs <= nowMs) {
      this.#add(look);
      this.dueAtMs = (this.#count + 1) * this.#intervalMs;
    }
  }

  /** All rows; the last of them is `look`, how it stands at the end. */
  finish(look: TimelineSample): Float64Array {
    this.#add(look);
    return this.#rows.slice(0, this.#count * COLUMNS);
  }

  #add({ piecesHeld, activeConnections, outsideBits, insideBits, sentBits }: TimelineSample): void {
    const start = this.#count++ * COLUMNS;
    if (start === this.#rows.length) {
      const rows = new Float64Array(2 * this.#rows.length);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows.set([piecesHeld, activeConnections, outsideBits, insideBits, sentBits], start);
  }
}

/** Column by column; interval after interval, and in each AS after AS. */
export interface Timeline {
  /** Where each interval begins, in simulated time. */
  readonly fromMs: Float64Array;
  /** The end of the interval, which does not belong to it. */
  readonly toMs: Float64Array;
  /** Which AS a row is about. */
  readonly as: Uint32Array;
  /** At its end: pieces that the peers of the AS hold. */
  readonly piecesHeld: Float64Array;
  /** At its end: connections whose pieces flow. */
  readonly activeConnections: Float64Array;
  /** During it: whole pieces that arrived from other AS. */
  readonly outsideBits: Float64Array;
  /** During it: whole pieces that arrived from the same AS. */
  readonly insideBits: Float64Array;
  /** During it, the share of the peers' upload capacity that whole pieces have used. */
  readonly uploadUtilisation: Float64Array;
}

/** Puts the rows of all AS together. The last interval ends with the last completion. */
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
  };
  for (let system = 0 as AsId; system < plan.asCount; system++) {
    const rows = reports[system]!.timeline!;
    const capacityKbps = plan.uploadKbpsOf(system);
    let before = BEFORE;
    for (let interval = 0; interval < intervals; interval++) {
      const look = interval === intervals - 1 ? lookAt(rows, Infinity) : lookAt(rows, interval);
      const fromMs = interval * intervalMs;
      const toMs = Math.min(fromMs + intervalMs, endMs);
      const capacityBits = capacityKbps * (toMs - fromMs);
      const at = interval * plan.asCount + system;
      timeline.fromMs[at] = fromMs;
      timeline.toMs[at] = toMs;
      timeline.as[at] = system;
      timeline.piecesHeld[at] = look.piecesHeld;
      timeline.activeConnections[at] = look.activeConnections;
      timeline.outsideBits[at] = look.outsideBits - before.outsideBits;
      timeline.insideBits[at] = look.insideBits - before.insideBits;
      const sentBits = look.sentBits - before.sentBits;
      timeline.uploadUtilisation[at] = capacityBits === 0 ? 0 : sentBits / capacityBits;
      before = look;
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

const BEFORE: TimelineSample = {
  piecesHeld: 0,
  activeConnections: 0,
  outsideBits: 0,
  insideBits: 0,
  sentBits: 0,
};

/** The look at the end of an interval; where nothing happened that late, the last of all. */
function lookAt(rows: Float64Array, interval: number): TimelineSample {
  const start = Math.min(interval * COLUMNS, rows.length - COLUMNS);
  return {
    piecesHeld: rows[start]!,
    activeConnections: rows[start + 1]!,
    outsideBits: rows[start + 2]!,
    insideBits: rows[start + 3]!,
    sentBits: rows[start + 4]!,
  };
}
