/**
 * A finished run as one JSON document: its input, its result, and how long it took. Runs of the
 * same configuration, seed and version agree in everything but `timing`.
 */

import type {
  Churn,
  Completion,
  Death,
  FaultRecord,
  LeaderShortage,
  RunEnd,
  Simulation,
  SwarmResult,
} from '@cachetorrent/simulator';
import type { CompleteSwarmConfig } from '@cachetorrent/simulator/configuration';

import { VERSION } from '../version.ts';
import { type BordersDocument, bordersDocument } from './borders.ts';

/** A run as JSON: its input, its result, and how long it took. */
export interface RunDocument {
  /** The configuration, including all defaults. */
  readonly config: CompleteSwarmConfig;
  /** The random seed. */
  readonly seed: number;
  /** The version of CacheTorrent. */
  readonly version: string;
  /** The result, which is the same on every machine, byte for byte. */
  readonly result: {
    /** Downloads of a piece into an AS from outside; see `SwarmResult` for the two definitions. */
    readonly redundancy: number;
    /** Absent in records of earlier versions, as is `measuredFromMs`. */
    readonly importsPerPiece?: number;
    /** How often a piece is transferred in the whole swarm, on average. */
    readonly traffic: number;
    /** The share of the transferred bits that is inter-AS traffic, 0 to 1. */
    readonly interAsShare: number;
    /** The simulated time that figures cover: see `SwarmResult`. */
    readonly durationMs: number;
    /** From when on figures count, in ms since the start: 0, or the end of the warm-up. */
    readonly measuredFromMs?: number;
    readonly completion: CompletionDocument;
    /**
     * See `SwarmResult`; null if no leecher can upload. Absent in records of earlier versions, as
     * are `lastPiecesPace` and `classTraffic`.
     */
    readonly uploadUtilisation?: number | null;
    /** See `SwarmResult`; null if the file has too few pieces. */
    readonly lastPiecesPace?: number | null;
    readonly leaders: CompletionDocument;
    readonly followers: CompletionDocument;
    /** See `SwarmResult`; absent for plain BitTorrent, as is `missingLeaderShare`. */
    readonly leaderShortages?: readonly LeaderShortage[];
    readonly missingLeaderShare?: number;
    /** The leechers of each class. */
    readonly classes: readonly ClassDocument[];
    /** Bytes of pieces that peers of a class have sent to peers of a class, seeds included. */
    readonly classTraffic?: readonly ClassTraffic[];
    /** The traffic at the borders of AS, and its bills; absent if it is not metered. */
    readonly borders?: BordersDocument;
    /** The number of messages of each kind. */
    readonly messages: Readonly<Record<string, number>>;
    /** How many peers have come and gone; absent if all arrive at the start and stay. */
    readonly churn?: Churn;
    /** How the run has ended; absent if all arrive at the start and stay. */
    readonly end?: RunEnd;
    /** How the swarm has died; absent if it has not. */
    readonly death?: Death;
    /** The name of each AS, by its number in tables; absent in a transit–stub topology. */
    readonly asNames?: readonly string[];
    /** What has become of the schedule of faults; absent if there is none. */
    readonly faults?: readonly FaultDocument[];
    /** Equal results have equal hashes. */
    readonly resultHash: string;
  };
  /** Duration, threads and memory of the run; differs between equal runs. */
  readonly timing: Timing;
}

/** See `FaultRecord`; null if the run was over before. */
export interface FaultDocument extends Omit<FaultRecord, 'peers'> {
  readonly peers: number | null;
}

/**
 * The download times of a group of peers, as in a `SwarmResult`: each counts from the arrival of
 * the peer. Null if the group is empty.
 */
export interface CompletionDocument {
  /** The time that half of the group took at most; null if no peer was complete. */
  readonly p50Ms: number | null;
  /** The time that nine tenths of the group took at most. */
  readonly p90Ms: number | null;
  /** The mean over the complete peers. */
  readonly meanMs: number | null;
  /** The number of complete peers. */
  readonly count: number;
}

/** The leechers of a class. */
export interface ClassDocument extends CompletionDocument {
  readonly name: string;
  /** See `SwarmResult`; null if they cannot upload. */
  readonly uploadUtilisation: number | null;
}

/** Bytes of pieces that peers of one class have sent to those of another. */
export interface ClassTraffic {
  /** The name of the class that has sent them. */
  readonly from: string;
  /** The name of the class that has received them. */
  readonly to: string;
  readonly bytes: number;
  /** Those of them that were sent by leechers before they completed. */
  readonly leecherBytes: number;
}

/** The part of a document that depends on the machine. */
export interface Timing {
  /** The wall time from start to end. */
  readonly wallMs: number;
  /** The number of worker threads. */
  readonly workers: number;
  /** The number of windows in which they ran. */
  readonly windows: number;
  /** The peak resident memory of the process, including all of its threads. */
  readonly peakRssBytes: number;
  /** Messages of the simulated peers per second of wall time. */
  readonly messagesPerSecond: number;
}

/** The input of `documentOf`. */
export interface FinishedRun {
  /** The configuration, including all defaults. */
  readonly config: CompleteSwarmConfig;
  /** The random seed. */
  readonly seed: number;
  /** The return value of `simulate`. */
  readonly simulation: Simulation;
  /** The wall time from start to end. */
  readonly wallMs: number;
  /** The peak resident memory of the process. */
  readonly peakRssBytes: number;
}

/** Returns a run as the document that is written and printed. */
export function documentOf(run: FinishedRun): RunDocument {
  const { config, seed, simulation, wallMs, peakRssBytes } = run;
  const { result, workers, windows } = simulation;
  return {
    config,
    seed,
    version: VERSION,
    result: {
      redundancy: result.redundancy,
      importsPerPiece: result.importsPerPiece,
      traffic: result.traffic,
      interAsShare: result.interAsShare,
      durationMs: result.durationMs,
      measuredFromMs: result.measuredFromMs,
      completion: withNulls(result.completion),
      uploadUtilisation: result.uploadUtilisation ?? null,
      lastPiecesPace: result.lastPiecesPace ?? null,
      leaders: withNulls(result.leaders),
      followers: withNulls(result.followers),
      ...leadersMissingIn(result),
      classes: result.classes.map((each) => ({
        name: each.name,
        ...withNulls(each),
        uploadUtilisation: each.uploadUtilisation ?? null,
      })),
      classTraffic: classTrafficOf(config, result),
      ...bordersDocument(result),
      messages: result.messages,
      ...(result.churn === undefined ? {} : { churn: result.churn }),
      ...(result.end === undefined ? {} : { end: result.end }),
      ...(result.death === undefined ? {} : { death: result.death }),
      ...(result.asNames === undefined ? {} : { asNames: result.asNames }),
      ...faultsOf(result),
      resultHash: result.resultHash,
    },
    timing: {
      wallMs: Math.round(wallMs),
      workers,
      windows,
      peakRssBytes,
      messagesPerSecond: Math.round(totalMessages(result.messages) / (wallMs / 1000)),
    },
  };
}

/** Returns the number of messages of all kinds. */
export function totalMessages(messages: Readonly<Record<string, number>>): number {
  return Object.values(messages).reduce((sum, count) => sum + count, 0);
}

function leadersMissingIn({
  leaderShortages,
  missingLeaderShare,
}: SwarmResult): Pick<RunDocument['result'], 'leaderShortages' | 'missingLeaderShare'> {
  if (leaderShortages === undefined || missingLeaderShare === undefined) return {};
  return { leaderShortages, missingLeaderShare };
}

function faultsOf({ faults }: SwarmResult): { readonly faults?: readonly FaultDocument[] } {
  if (faults === undefined) return {};
  return { faults: faults.map(({ peers, ...event }) => ({ ...event, peers: peers ?? null })) };
}

/** Seeds that differ in capacity count as one class. */
function classTrafficOf(
  { seeds, classes, faults = [], cache }: CompleteSwarmConfig,
  { classTrafficBits, leecherTrafficBits }: SwarmResult,
): ClassTraffic[] {
  // In the order of `Swarm.classes`.
  const arriving = faults.filter(({ seed }) => seed !== undefined);
  const names = [
    ...seeds.map(() => 'seed'),
    ...classes.map(({ name }) => name),
    ...arriving.map(() => 'seed'),
    ...(cache.providerCaches ?? []).map(() => 'cache'),
  ];
  const distinct = [...new Set(names)];
  const bytesBetween = (bits: Float64Array, from: string, to: string): number =>
    bits.reduce((sum, each, cell) => {
      const isIncluded =
        names[Math.floor(cell / names.length)] === from && names[cell % names.length] === to;
      return isIncluded ? sum + each / 8 : sum;
    }, 0);
  return distinct.flatMap((from) =>
    distinct.map((to) => ({
      from,
      to,
      bytes: bytesBetween(classTrafficBits, from, to),
      leecherBytes: bytesBetween(leecherTrafficBits, from, to),
    })),
  );
}

function withNulls({ p50Ms, p90Ms, meanMs, count }: Completion): CompletionDocument {
  return { p50Ms: p50Ms ?? null, p90Ms: p90Ms ?? null, meanMs: meanMs ?? null, count };
}
