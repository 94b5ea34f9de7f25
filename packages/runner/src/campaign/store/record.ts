/**
 * The record of a run: a JSON text with its results, which ends with a checksum of the preceding
 * text.
 *
 *     {"schema":1,"key":"3f…","config":{…},"seed":7,…,"timing":{…},"sha256":"9c…"}
 *      └───────────────────── covered by the checksum ─────────────────────┘
 *
 * Everything but `timing` is the same in every execution of the run, on every machine.
 */

import { hash } from 'node:crypto';

import {
  type Departure,
  downloadTimesMs,
  type SwarmRole,
  type SwarmResult,
  type Timeline,
} from '@cachetorrent/simulator';

import { documentOf, type FinishedRun, type RunDocument } from '../../results/document.ts';
import { RESULTS_VERSION, type RunKey } from '../experiment/key.ts';

/** The version of the record format. */
export const RECORD_SCHEMA = 2;

export interface RunRecord extends Omit<RunDocument, 'result'> {
  readonly schema: number;
  readonly key: RunKey;
  readonly resultsVersion: number;
  readonly result: RunDocument['result'] & {
    readonly asCount: number;
    /** Bytes of pieces from AS (row) to AS (column). */
    readonly trafficBytes: readonly (readonly number[])[];
    readonly peers: PeerColumns;
    readonly timeline: TimelineColumns;
  };
}

/** The timeline of the whole swarm, column by column, with a row for each interval. */
export interface TimelineColumns {
  /** End of the interval, in simulated ms since the start of the run. */
  readonly toMs: readonly number[];
  /** At the end of the interval: pieces that peers hold, and connections with active flows. */
  readonly piecesHeld: readonly number[];
  readonly activeConnections: readonly number[];
  /** Bytes of complete pieces that arrived during the interval, inter-AS and intra-AS. */
  readonly outsideBytes: readonly number[];
  readonly insideBytes: readonly number[];
  /**
   * At the end of the interval: connections of leechers to peers that were no seeds from the start,
   * and those on which they are interested. Absent in records of earlier versions.
   */
  readonly leecherConnections?: readonly number[];
  readonly interestedConnections?: readonly number[];
  /** At the end of the interval: peers that are there. Absent in records of earlier versions. */
  readonly leechers?: readonly number[];
  readonly seeds?: readonly number[];
  readonly leaders?: readonly number[];
  /** Of the leechers, those to which nothing flows. */
  readonly unserved?: readonly number[];
  /** During the interval: peers that came, completed the file, and left, by reason. */
  readonly arrivals?: readonly number[];
  readonly completions?: readonly number[];
  readonly finished?: readonly number[];
  readonly aborted?: readonly number[];
  readonly crashed?: readonly number[];
  /** How many peers hold the rarest piece. */
  readonly availability?: readonly number[];
  /** The share of the upload capacity of those who were there that was used. */
  readonly uploadUtilisation?: readonly number[];
  /** Bytes of complete pieces that arrived during the interval for peers that had left. */
  readonly lostBytes?: readonly number[];
}

/** The peers, column by column, sorted by id; the first id is 1. */
export interface PeerColumns {
  readonly as: readonly number[];
  readonly role: readonly SwarmRole[];
  /** Absent in records of earlier versions. */
  readonly class?: readonly string[];
  readonly uploadKbps: readonly number[];
  readonly downloadKbps: readonly number[];
  /** How long its download took, from its arrival; null if the peer is incomplete. */
  readonly completionMs: readonly (number | null)[];
  /**
   * When it came, was complete, and left, in ms since the start of the run, and why it left; null
   * for what has not happened. Absent in records of earlier versions.
   */
  readonly arrivedMs?: readonly number[];
  readonly completedMs?: readonly (number | null)[];
  readonly leftMs?: readonly (number | null)[];
  readonly departure?: readonly (Departure | null)[];
  /** See `PeerTable`; null if it is not known. Absent in records of earlier versions. */
  readonly unservedMs?: readonly (number | null)[];
}

/** Creates the record of a run that has been simulated with a timeline. */
export function createRecord(key: RunKey, run: FinishedRun): RunRecord {
  const { config, seed, version, result, timing } = documentOf(run);
  const { asCount, peers } = run.simulation.result;
  const trafficBytes = trafficRows(run.simulation.result);
  const timeline = timelineColumns(run.simulation.timeline!, asCount);
  return {
    schema: RECORD_SCHEMA,
    key,
    config,
    seed,
    version,
    resultsVersion: RESULTS_VERSION,
    result: { ...result, asCount, trafficBytes, peers: peerColumns(peers), timeline },
    timing,
  };
}

const CHECKSUM_FIELD = ',"sha256":"';
const HEX_DIGITS = 64;

/** Returns the text of a record, with its checksum. */
export function serializeRecord(record: RunRecord): string {
  const body = JSON.stringify(record).slice(0, -1);
  return `${body}${CHECKSUM_FIELD}${hash('sha256', body, 'hex')}"}\n`;
}

/** A record is damaged. The message continues a sentence: "is malformed". */
export class DamagedRecord extends Error {
  override readonly name = 'Damaged';
}

/**
 * Parses the text of a record.
 *
 * @throws DamagedRecord if the checksum is wrong, or the record is not that of `key`
 */
export function parseRecord(text: string, key: RunKey): RunRecord {
  const bodyEnd = text.length - CHECKSUM_FIELD.length - HEX_DIGITS - '"}\n'.length;
  if (bodyEnd <= 0 || !text.startsWith(CHECKSUM_FIELD, bodyEnd) || !text.endsWith('"}\n')) {
    throw new DamagedRecord(text === '' ? 'is empty' : 'is malformed');
  }
  const body = text.slice(0, bodyEnd);
  const expected = text.slice(bodyEnd + CHECKSUM_FIELD.length, -'"}\n'.length);
  if (hash('sha256', body, 'hex') !== expected) throw new DamagedRecord('has a wrong checksum');
  const record = JSON.parse(`${body}}`) as RunRecord;
  if (record.key !== key) throw new DamagedRecord(`is the record of another run, ${record.key}`);
  return record;
}

function trafficRows({ asCount, trafficBits }: SwarmResult): number[][] {
  return Array.from({ length: asCount }, (_, from) =>
    Array.from(trafficBits.subarray(from * asCount, (from + 1) * asCount), (bits) => bits / 8),
  );
}

function peerColumns(peers: SwarmResult['peers']): PeerColumns {
  return {
    as: Array.from(peers.as),
    role: peers.role,
    class: peers.class,
    uploadKbps: Array.from(peers.uploadKbps),
    downloadKbps: Array.from(peers.downloadKbps),
    completionMs: withNulls(downloadTimesMs(peers)),
    arrivedMs: Array.from(peers.arrivedAtMs),
    completedMs: withNulls(peers.completedAtMs),
    leftMs: withNulls(peers.leftAtMs),
    departure: peers.departure.map((reason) => reason ?? null),
    unservedMs: withNulls(peers.unservedMs),
  };
}

/** JSON has no NaN. */
function withNulls(times: Float64Array): (number | null)[] {
  return Array.from(times, (ms) => (Number.isNaN(ms) ? null : ms));
}

/** Sums the timeline over all ASes. */
function timelineColumns(timeline: Timeline, asCount: number): TimelineColumns {
  const intervals = Array.from({ length: timeline.toMs.length / asCount }, (_, i) => i);
  const sums = (column: Float64Array, divisor = 1) =>
    intervals.map((i) => {
      const rows = column.subarray(i * asCount, (i + 1) * asCount);
      return rows.reduce((sum, value) => sum + value, 0) / divisor;
    });
  return {
    toMs: intervals.map((i) => timeline.toMs[i * asCount]!),
    piecesHeld: sums(timeline.piecesHeld),
    activeConnections: sums(timeline.activeConnections),
    outsideBytes: sums(timeline.outsideBits, 8),
    insideBytes: sums(timeline.insideBits, 8),
    leecherConnections: sums(timeline.leecherConnections),
    interestedConnections: sums(timeline.interestedConnections),
    leechers: sums(timeline.leechers),
    seeds: sums(timeline.seeds),
    leaders: sums(timeline.leaders),
    unserved: sums(timeline.unserved),
    arrivals: sums(timeline.arrivals),
    completions: sums(timeline.completions),
    finished: sums(timeline.finished),
    aborted: sums(timeline.aborted),
    crashed: sums(timeline.crashed),
    uploadUtilisation: utilisations(sums(timeline.sentBits), sums(timeline.capacityBits)),
    lostBytes: sums(timeline.lostBits, 8),
    availability: intervals.map((i) => timeline.availability[i * asCount]!),
  };
}

/** The share of each capacity that was used; 0 where there was none. */
function utilisations(sent: readonly number[], capacities: readonly number[]): number[] {
  return sent.map((bits, i) => (capacities[i] === 0 ? 0 : bits / capacities[i]!));
}
