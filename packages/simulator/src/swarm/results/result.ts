/** The result of a simulated swarm: plain data, which does not depend on the machine or on time. */

import type { MessageKind, Role } from '@cachetorrent/protocol';

import type { Departure, RunEvent } from '../plan/dynamics.ts';
import type { BorderTraffic } from './border-traffic.ts';

/**
 * Download times of the peers of a group that have completed the file, in ms; with a warm-up, of
 * those that have arrived since. The time of a peer
 * counts from its arrival, or, if that is later, from the first completion: the time at which the
 * first seed has joined and knows that it is a seed.
 */
export interface Completion {
  /** The element at `floor(n · 50 / 100)` of the sorted times; undefined if the group is empty. */
  readonly p50Ms: number | undefined;
  /** The element at `floor(n · 90 / 100)` of the sorted times; undefined if the group is empty. */
  readonly p90Ms: number | undefined;
  /** The mean; undefined if the group is empty. */
  readonly meanMs: number | undefined;
  /** The number of these peers. */
  readonly count: number;
}

/**
 * The role of a peer; or `seed`, for a peer that had the file from the start, or `cache`, for a
 * cache of a provider.
 */
export type SwarmRole = 'seed' | Role | 'cache';

/** The roles in the order in which the reports of the AS number them. */
export const SWARM_ROLES: readonly SwarmRole[] = ['seed', 'peer', 'leader', 'follower', 'cache'];

/** One row for each peer that has come, in order of peer id; the tracker is not included. */
export interface PeerTable {
  /** The id of each peer, from 1. */
  readonly id: Uint32Array;
  /** The AS of each peer. */
  readonly as: Uint32Array;
  /** The role of each peer. A peer that is a leader in any sub-torrent is a `leader`. */
  readonly role: readonly SwarmRole[];
  /** The name of the class of each peer, as in `Swarm.classes`. */
  readonly class: readonly string[];
  /** Upload capacity, in kbit/s. */
  readonly uploadKbps: Float64Array;
  /** Download capacity, in kbit/s. */
  readonly downloadKbps: Float64Array;
  /** Simulated time at which it arrived first, in ms since the start of the run. */
  readonly arrivedAtMs: Float64Array;
  /** Simulated time at which it completed the file, on the same clock; NaN if it never did. */
  readonly completedAtMs: Float64Array;
  /** Simulated time at which it left, on the same clock; NaN if it was there at the end. */
  readonly leftAtMs: Float64Array;
  /**
   * Its time without service, in ms: for how long it was there, lacked pieces, and nothing flowed
   * to it. NaN with the quirk `wholePieces`, with which a receiver does not know what flows to it.
   */
  readonly unservedMs: Float64Array;
  /** Why it left; undefined if it was there at the end. */
  readonly departure: readonly (Departure | undefined)[];
}

/** The completion of the leechers of a class. */
export interface ClassCompletion extends Completion {
  /** The name of the class, as in `Swarm.classes`. */
  readonly name: string;
  /** See `SwarmResult`. */
  readonly uploadUtilisation: number | undefined;
}

/**
 * Churn: how many peers have come and gone since the start, or since the warm-up. One who has left
 * and come back counts again.
 */
export interface Churn {
  /** Peers that were there at the start, or when the warm-up was over, and lacked pieces. */
  readonly leechersAtStart: number;
  /** Peers that were there then and had the whole file. */
  readonly seedsAtStart: number;
  /** Arrivals, those of the seeds included. */
  readonly arrivals: number;
  /** Downloads that were completed. */
  readonly completions: number;
  /** Departures of peers that had completed the file and stayed for as long as they wanted. */
  readonly finished: number;
  /** Departures of peers that had not completed the file. */
  readonly aborted: number;
  /** Departures without a word. */
  readonly crashed: number;
  /** Bytes of pieces that have arrived for peers that had left, or on closed connections. */
  readonly lostBytes: number;
  /** Peers that were there at the end and lacked pieces. */
  readonly leechersAtEnd: number;
  /** Peers that were there at the end and had the whole file. */
  readonly seedsAtEnd: number;
  /** The mean number of peers that lacked pieces, over the time that figures cover. */
  readonly meanLeechers: number;
  /** The mean number of peers that had the whole file. */
  readonly meanSeeds: number;
}

/** The end of a run in which peers come and go. */
export interface RunEnd {
  /** The event that has ended it; `time` if its time was over. */
  readonly reason: 'time' | RunEvent['event'];
  /** When, in ms since the start of the run. */
  readonly atMs: number;
  /** From when on the numbers of leechers and seeds were steady, if that has ended it. */
  readonly steadyFromMs?: number;
}

/** The death of a swarm: the last copy of a piece has gone, and no seed was to come. */
export interface Death {
  /** The allocation instant at which nobody held some pieces any more, in ms since the start. */
  readonly atMs: number;
  /** These pieces, by their numbers in the file. */
  readonly pieces: readonly number[];
  /** The ids of the peers that were there then. */
  readonly peers: readonly number[];
}

/** An AS that had fewer leaders than asked for. */
export interface LeaderShortage {
  /** The AS. */
  readonly as: number;
  /** Leaders asked for, on average over the time in which the AS had peers. */
  readonly asked: number;
  /** Leaders that were missing, on average over the time in which any were. */
  readonly missing: number;
  /** For how long any were missing, in ms. */
  readonly shortMs: number;
  /** For how long the AS had peers, in ms. */
  readonly presentMs: number;
}

/** What a run has made of an event of its schedule. */
export interface FaultRecord {
  /** When it was to happen, in ms since the start of the run. */
  readonly atMs: number;
  /** What it is, such as `crash of leaders`. */
  readonly event: string;
  /** The number of peers that it has hit; undefined if the run was over before. */
  readonly peers: number | undefined;
}

/** The result of a run: the same for the same swarm and seed. */
export interface SwarmResult {
  /**
   * Redundancy as the original has it: how often an AS downloads a piece from outside, as the mean
   * over all pairs of AS and piece that were downloaded at least once; 0 if there is none.
   */
  readonly redundancy: number;
  /**
   * How often an AS downloads a piece from outside, as the mean over all pairs of AS and piece that
   * the AS had a chance to need: a leecher there lacked the piece. 0 if there is none. It compares
   * what different swarms move over borders, also where peers come and go.
   */
  readonly importsPerPiece: number;
  /** Transfers of a piece in the whole swarm, on average (ideal: the number of leechers). */
  readonly traffic: number;
  /** The share of the transferred bits that went from one AS to another, 0 to 1. */
  readonly interAsShare: number;
  /**
   * Simulated time from the first completion (a seed's), or from the end of the warm-up, to the
   * end, in ms: to the last completion, or to when the run was ended. 0 if nobody completes.
   */
  readonly durationMs: number;
  /**
   * From when on figures count, in ms since the start of the run: 0, or the end of the warm-up.
   * Traffic, utilisation and messages are those from then on. Completions are those of the peers
   * that have arrived since.
   */
  readonly measuredFromMs: number;
  /** Completion of the leechers: all peers but the seeds and the caches of providers. */
  readonly completion: Completion;
  /**
   * The share of their upload capacity that leechers have used before they completed: what all have
   * sent, of what they could have sent since the start; undefined if they cannot upload.
   */
  readonly uploadUtilisation: number | undefined;
  /**
   * How much longer a leecher needs for the last 5 % of the pieces than for 5 % of all pieces: the
   * mean over all leechers; undefined if there are fewer than 20 pieces.
   */
  readonly lastPiecesPace: number | undefined;
  /** Completion of the leaders. */
  readonly leaders: Completion;
  /**
   * The AS that had fewer leaders than asked for, for more than 1 % of the time in which they had
   * peers; absent if there are no elections.
   */
  readonly leaderShortages?: readonly LeaderShortage[];
  /**
   * The share of the leaders asked for that were missing, 0 to 1, over all AS and the whole run;
   * absent if there are no elections.
   */
  readonly missingLeaderShare?: number;
  /** Completion of the followers. */
  readonly followers: Completion;
  /**
   * Completion of the leechers of each class that has any, in the order of `Swarm.classes`; one
   * class, `peer`, if the configuration names none. Caches of providers are a class of their own.
   */
  readonly classes: readonly ClassCompletion[];
  /** The number of messages sent, by kind. */
  readonly messages: Readonly<Record<MessageKind, number>>;
  /**
   * SHA-256, in hex, over the completion time of each peer and the downloads of each AS; and over
   * the departures, if peers come and go.
   */
  readonly resultHash: string;
  /** How many peers have come and gone; absent if all arrive at the start and stay. */
  readonly churn?: Churn;
  /** How the run has ended; absent if all arrive at the start and stay. */
  readonly end?: RunEnd;
  /** How the swarm has died; absent if it has not. */
  readonly death?: Death;
  /** What has become of the schedule of faults, in its order; absent if there is none. */
  readonly faults?: readonly FaultRecord[];
  /** The number of AS: rows and columns of `trafficBits`. */
  readonly asCount: number;
  /** The name of each AS in the file of the topology; absent in a transit–stub topology. */
  readonly asNames?: readonly string[];
  /** All peers. */
  readonly peers: PeerTable;
  /** Bits of pieces sent from AS i (row) to AS j (column): `asCount * asCount`, row-major. */
  readonly trafficBits: Float64Array;
  /**
   * Bits of pieces that peers of class j (column) have received from peers of class i (row), as
   * `Swarm.classes` lists them, seeds included: row-major.
   */
  readonly classTrafficBits: Float64Array;
  /** The same for what leechers have sent before they completed. */
  readonly leecherTrafficBits: Float64Array;
  /** The traffic at the borders of AS, and its bills; absent if it is not metered. */
  readonly borders?: BorderTraffic;
}
