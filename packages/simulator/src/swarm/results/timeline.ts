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

import { type Plan, TRACKER } from '../plan/plan.ts';
import type { AsReport } from './observations.ts';
import { endOf } from './run-end.ts';

/** The state of an AS, and totals since the start. */
export interface TimelineSample {
  /** Peers that lack pieces. */
  readonly leechers: number;
  /** Peers that have the whole file. */
  readonly seeds: number;
  /** Peers that lack pieces and to which nothing flows. */
  readonly unserved: number;
  /** Peers that are leaders. */
  readonly leaders: number;
  /** Peers that have arrived since the start; one that has come back counts again. */
  readonly arrivals: number;
  /** Peers that have completed the file since the start, without those that arrived with it. */
  readonly completions: number;
  /** Peers that have left since the start because they had finished, had given up, or crashed. */
  readonly finished: number;
  readonly aborted: number;
  readonly crashed: number;
  /** Pieces that its peers hold, all together. */
  readonly piecesHeld: number;
  /** Connections on which pieces are being sent. */
  readonly activeConnections: number;
  /** Bits of whole blocks that have arrived from other AS since the start. */
  readonly outsideBits: number;
  /** Bits of whole blocks that have arrived from this AS since the start. */
  readonly insideBits: number;
  /** Bits of whole blocks that have arrived since the start for peers that had left. */
  readonly lostBits: number;
  /** Bits that its peers have sent since the start, also of pieces that are not complete. */
  readonly sentBits: number;
  /** Connections of its leechers to peers that were no seeds from the start. */
  readonly leecherConnections: number;
  /** Those of them on which its leecher is interested. */
  readonly interestedConnections: number;
  /** Bits that its peers could have sent since the start, while each was there. */
  readonly capacityBits: number;
}

/** The columns of a row, in their order. */
const FIELDS = [
  'leechers',
  'seeds',
  'unserved',
  'leaders',
  'arrivals',
  'completions',
  'finished',
  'aborted',
  'crashed',
  'piecesHeld',
  'activeConnections',
  'outsideBits',
  'insideBits',
  'lostBits',
  'sentBits',
  'leecherConnections',
  'interestedConnections',
  'capacityBits',
] as const satisfies readonly (keyof TimelineSample)[];
const COLUMNS: number = FIELDS.length;

/**
 * How many peers hold the rarest piece, over the whole swarm: see `Copies`, which is read at
 * allocation instants only.
 */
export class AvailabilityRecorder {
  readonly #intervalMs: number;
  /** At the end of each interval that is over. */
  readonly #values: number[] = [];
  #latest = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** An allocation instant is held at `atMs`, at which so many peers hold the rarest piece. */
  instant(atMs: number, rarest: number): void {
    while (this.#endMs < atMs) this.#values.push(this.#latest);
    this.#latest = rarest;
    if (this.#endMs === atMs) this.#values.push(this.#latest);
  }

  /** The end of the first interval that has no value yet. */
  get #endMs(): number {
    return (this.#values.length + 1) * this.#intervalMs;
  }

  /** All values, the last one of which holds for the rest of the run. */
  finish(): Float64Array {
    return Float64Array.of(...this.#values, this.#latest);
  }
}

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

  /** Records the state at the end of all intervals that have ended by `nowMs`. */
  record(sampleAt: (atMs: number) => TimelineSample, nowMs: number): void {
    while (this.dueAtMs <= nowMs) {
      this.#add(sampleAt(this.dueAtMs));
      this.dueAtMs = (this.#count + 1) * this.#intervalMs;
    }
  }

  /** Adds `sample`, the state at the end of the run, and returns all rows. */
  finish(sample: TimelineSample): Float64Array {
    this.#add(sample);
    return this.#rows.slice(0, this.#count * COLUMNS);
  }

  #add(sample: TimelineSample): void {
    const start = this.#count++ * COLUMNS;
    if (start === this.#rows.length) {
      const rows = new Float64Array(2 * this.#rows.length);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    for (let column = 0; column < COLUMNS; column++) {
      this.#rows[start + column] = sample[FIELDS[column]!];
    }
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
  /** Peers of the AS that lack pieces, at the end of the interval. */
  readonly leechers: Float64Array;
  /** Peers of the AS that have the whole file, at the end of the interval. */
  readonly seeds: Float64Array;
  /** Peers of the AS that lack pieces and to which nothing flows, at the end of the interval. */
  readonly unserved: Float64Array;
  /** Peers of the AS that are leaders, at the end of the interval. */
  readonly leaders: Float64Array;
  /** Peers that arrived during the interval; one that has come back counts again. */
  readonly arrivals: Float64Array;
  /** Peers that completed the file during the interval. */
  readonly completions: Float64Array;
  /** Peers that left during the interval after they had completed the file. */
  readonly finished: Float64Array;
  /** Peers that gave up during the interval. */
  readonly aborted: Float64Array;
  /** Peers that crashed during the interval. */
  readonly crashed: Float64Array;
  /**
   * How many peers of the whole swarm hold the rarest piece, at the last allocation instant of the
   * interval: the same for all AS.
   */
  readonly availability: Float64Array;
  /** Pieces that the peers of the AS hold, at the end of the interval. */
  readonly piecesHeld: Float64Array;
  /** Connections on which pieces are being sent, at the end of the interval. */
  readonly activeConnections: Float64Array;
  /** Bits of whole blocks that arrived from other AS during the interval. */
  readonly outsideBits: Float64Array;
  /** Bits of whole blocks that arrived from the same AS during the interval. */
  readonly insideBits: Float64Array;
  /** Bits of whole blocks that arrived during the interval for peers that had left. */
  readonly lostBits: Float64Array;
  /** Bits that its peers sent during the interval, also of pieces that are not complete. */
  readonly sentBits: Float64Array;
  /** Bits that its peers could have sent during the interval. */
  readonly capacityBits: Float64Array;
  /** The share of the peers' upload capacity that was used during the interval. */
  readonly uploadUtilisation: Float64Array;
  /** Connections of its leechers to peers that were no seeds from the start, at the end. */
  readonly leecherConnections: Float64Array;
  /** Those of them on which the leecher of the AS is interested. */
  readonly interestedConnections: Float64Array;
}

/** Columns that hold the state at the end of an interval, and those that hold a change in it. */
const STATES = [
  'leechers',
  'seeds',
  'unserved',
  'leaders',
  'piecesHeld',
  'activeConnections',
  'leecherConnections',
  'interestedConnections',
] as const;
const CHANGES = [
  'arrivals',
  'completions',
  'finished',
  'aborted',
  'crashed',
  'outsideBits',
  'insideBits',
  'lostBits',
] as const;

/** Assembles the rows of all AS. The last interval ends with the run, or the last completion. */
export function assembleTimeline(
  plan: Plan,
  reports: readonly AsReport[],
  intervalMs: number,
): Timeline {
  const end = endOf(plan, reports);
  const isEnded = plan.swarm.horizonMs !== undefined || end?.reason === 'died';
  const endMs = isEnded ? end!.atMs : lastCompletionMs(reports);
  const intervals = Math.max(1, Math.ceil(endMs / intervalMs));
  const size = intervals * plan.asCount;
  const column = (): Float64Array => new Float64Array(size);
  const columnsOf = <Name extends string>(names: readonly Name[]): Record<Name, Float64Array> =>
    Object.fromEntries(names.map((name) => [name, column()])) as Record<Name, Float64Array>;
  const timeline = {
    fromMs: column(),
    toMs: column(),
    as: new Uint32Array(size),
    ...columnsOf(STATES),
    ...columnsOf(CHANGES),
    availability: column(),
    sentBits: column(),
    capacityBits: column(),
    uploadUtilisation: column(),
  };
  const availability = reports[plan.asOf(TRACKER)]!.availability!;
  for (let asId = 0 as AsId; asId < plan.asCount; asId++) {
    const rows = reports[asId]!.timeline!;
    const capacityKbps = plan.uploadKbpsOf(asId);
    let before = START;
    for (let interval = 0; interval < intervals; interval++) {
      const isLast = interval === intervals - 1;
      const sample = sampleAt(rows, isLast ? Infinity : interval);
      const fromMs = interval * intervalMs;
      const toMs = Math.min(fromMs + intervalMs, endMs);
      const row = interval * plan.asCount + asId;
      timeline.fromMs[row] = fromMs;
      timeline.toMs[row] = toMs;
      timeline.as[row] = asId;
      for (const name of STATES) timeline[name][row] = sample[name];
      for (const name of CHANGES) timeline[name][row] = sample[name] - before[name];
      timeline.availability[row] = availability[Math.min(interval, availability.length - 1)]!;
      // In a closed swarm, those who have not arrived yet count, too: all arrive at the start.
      const capacityBits = plan.isOpen
        ? sample.capacityBits - before.capacityBits
        : capacityKbps * (toMs - fromMs);
      const sentBits = sample.sentBits - before.sentBits;
      timeline.sentBits[row] = sentBits;
      timeline.capacityBits[row] = capacityBits;
      timeline.uploadUtilisation[row] = capacityBits === 0 ? 0 : sentBits / capacityBits;
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
const START = sampleOf(() => 0);

/** The sample at the end of an interval; the last one, if no event happened after it. */
function sampleAt(rows: Float64Array, interval: number): TimelineSample {
  const start = Math.min(interval * COLUMNS, rows.length - COLUMNS);
  return sampleOf((column) => rows[start + column]!);
}

function sampleOf(value: (column: number) => number): TimelineSample {
  const entries = FIELDS.map((name, column) => [name, value(column)]);
  return Object.fromEntries(entries) as unknown as TimelineSample;
}
