/**
 * How peers come and go, as plain data. A class of peers without an arrival process belongs to the
 * crowd that arrives at the start; a class without a session stays until the end of the run.
 *
 * What is drawn of it for each peer before a run is in `PlanData.sessions`.
 */

/** When the peers of a class arrive. All times are since the start of the run. */
export type ArrivalProcess =
  /** All at the same time. */
  | { readonly process: 'at-once'; readonly atMs: number }
  /** A Poisson process, whose rate is the sum of its parts. */
  | { readonly process: 'poisson'; readonly rates: readonly ArrivalRate[] }
  /** At given times. */
  | { readonly process: 'trace'; readonly arrivals: readonly TracedPeer[] };

/** A part of the rate of arrivals, in peers per ms: `perMs` from `fromMs` until `untilMs`. */
export interface ArrivalRate {
  readonly fromMs: number;
  /** Infinity for the end of the run. */
  readonly untilMs: number;
  /** The rate at `fromMs`. */
  readonly perMs: number;
  /**
   * The time in which the rate falls to 1/e, as the interest in a torrent does (Guo et al. 2005,
   * section 4); absent: the rate is constant.
   */
  readonly decayMs?: number;
}

/** A peer of a trace. What is absent is drawn as for the other peers of its class. */
export interface TracedPeer {
  readonly atMs: number;
  /** When it leaves, whatever it holds. */
  readonly leavesAtMs?: number;
  readonly uploadKbps?: number;
  readonly downloadKbps?: number;
  /** The index of its AS. */
  readonly as?: number;
}

/** A random duration. */
export type Duration =
  | { readonly distribution: 'fixed'; readonly ms: number }
  | { readonly distribution: 'exponential'; readonly meanMs: number }
  /** Stutzbach and Rejaie 2006, section 4, find shapes of 0.34 to 0.59 for BitTorrent sessions. */
  | { readonly distribution: 'weibull'; readonly shape: number; readonly scaleMs: number }
  /** The logarithm of the duration is normal, with standard deviation `sigma`. */
  | { readonly distribution: 'log-normal'; readonly medianMs: number; readonly sigma: number };

/** How long the peers of a class stay. A peer leaves for the first reason that applies to it. */
export interface Session {
  /** How long it stays after its download is complete; absent: until the end of the run. */
  readonly seedsFor?: Duration;
  /** It leaves when it is complete and has uploaded this many times the size of the file. */
  readonly shareRatio?: number;
  /** It gives up if it is not complete so long after its arrival (θ of Qiu and Srikant 2004). */
  readonly patience?: Duration;
  /** It crashes so long after its arrival: without a word to its neighbours or the tracker. */
  readonly crashesAfter?: Duration;
  /**
   * One who has crashed or given up comes back with the pieces that it had, after this time, five
   * minutes at least; absent: never.
   */
  readonly returnsAfter?: Duration;
}

/** Why a peer is not there any more. */
export type Departure =
  /** It was complete, and has stayed for as long as it wanted, or as its ratio demanded. */
  | 'finished'
  /** It has given up before its download was complete. */
  | 'aborted'
  /** It has stopped without a word. */
  | 'crashed';

/** The reasons in the order in which events and reports number them. */
export const DEPARTURES: readonly Departure[] = ['finished', 'aborted', 'crashed'];

/** How long each peer stays, drawn before the run: by id, Infinity where it does not apply. */
export interface SessionTable {
  /** How long it stays after it has completed the file, in ms. */
  readonly seedsForMs: Float64Array;
  /** The share ratio at which it leaves after that. */
  readonly shareRatio: Float64Array;
  /** How long after its arrival it gives up, in ms. */
  readonly patienceMs: Float64Array;
  /** How long after its arrival it crashes, in ms. */
  readonly crashesAfterMs: Float64Array;
  /** How long after its arrival it leaves, whatever it holds, in ms. */
  readonly leavesAfterMs: Float64Array;
  /** How long after it has left it comes back, in ms. */
  readonly returnsAfterMs: Float64Array;
}
