/**
 * How peers come and go, as plain data. A class of peers without an arrival process belongs to the
 * crowd that is there from the start; a class without a session stays until the end of the run.
 *
 * What is drawn of it for each peer before a run is in `PlanData`: `arrivesAtMs` and `sessions`.
 */

/**
 * When peers arrive. The arrivals of a class are those of all its processes together: a flash crowd
 * on top of a constant rate is a second process. All times are since the start of the run, and
 * arrivals are at whole milliseconds.
 */
export type ArrivalProcess =
  /** So many at the same time. */
  | { readonly process: 'at-once'; readonly atMs: number; readonly count: number }
  | PoissonProcess
  /** At given times, in their order. */
  | { readonly process: 'trace'; readonly peers: readonly TracedPeer[] };

/** A Poisson process, whose rate is constant or decays, for a time or until the end of the run. */
export interface PoissonProcess {
  /** The kind of process. */
  readonly process: 'poisson';
  /** The rate at `fromMs`, in peers per ms. */
  readonly perMs: number;
  /** When it begins. */
  readonly fromMs: number;
  /** When it ends; absent: with the run. */
  readonly untilMs?: number;
  /**
   * The time in which the rate falls to 1/e, as the interest in a torrent does (Guo et al. 2005,
   * section 4); absent: the rate is constant.
   */
  readonly decayMs?: number;
}

/** A peer of a trace. What is absent is drawn as for the other peers of its class. */
export interface TracedPeer {
  /** When it arrives. */
  readonly atMs: number;
  /** When it leaves, whatever it holds. */
  readonly leavesAtMs?: number;
  /** Its upload capacity, in kbit/s. */
  readonly uploadKbps?: number;
  /** Its download capacity, in kbit/s. */
  readonly downloadKbps?: number;
  /** The index of its AS in the topology. */
  readonly as?: number;
}

/** A distribution of positive numbers, in the unit of what is drawn. */
export type Distribution =
  | { readonly distribution: 'fixed'; readonly value: number }
  | { readonly distribution: 'exponential'; readonly mean: number }
  /** Stutzbach and Rejaie 2006, section 4, find shapes of 0.34 to 0.59 for BitTorrent sessions. */
  | { readonly distribution: 'weibull'; readonly scale: number; readonly shape: number }
  /** The logarithm of the number is normal, with standard deviation `sigma`. */
  | { readonly distribution: 'log-normal'; readonly median: number; readonly sigma: number };

/** A random duration, in ms. */
export type Duration = Distribution;

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

/** What ends a run before its time is over. */
export type RunEvent =
  /** Nobody lacks pieces, and nobody is to come. */
  | { readonly event: 'complete' }
  /** So many downloads have been completed since the warm-up. */
  | { readonly event: 'completions'; readonly count: number }
  /** Nobody is there any more. */
  | { readonly event: 'empty' }
  /** The last copy of a piece has gone, and no seed is to come. */
  | { readonly event: 'died' }
  /**
   * The numbers of leechers and seeds are steady, for this time at least: `windowMs`; see
   * `steady-state.ts`.
   */
  | { readonly event: 'steady'; readonly windowMs: number };

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

/** Capacities that differ between the peers of a class. */
export interface DrawnCapacities {
  /** One row for each peer, drawn by the shares. */
  readonly table?: readonly CapacityRow[];
  /** Upload capacities without a table, in kbit/s; absent: as the class says. */
  readonly upload?: BoundedDistribution;
  /** Download capacities without a table, in kbit/s; absent: as the class says. */
  readonly download?: BoundedDistribution;
}

/** Capacities of a share of the peers, in kbit/s. */
export interface CapacityRow {
  /** The share of the peers; shares are relative to their sum. */
  readonly share: number;
  /** The upload capacity of each. */
  readonly uploadKbps: number;
  /** The download capacity of each. */
  readonly downloadKbps: number;
}

/** Numbers below `least` become `least`, and those above `most` become `most`. */
export interface BoundedDistribution {
  /** The numbers before they are bounded. */
  readonly distribution: Distribution;
  /** The least number. */
  readonly least: number;
  /** The greatest number; absent: no bound. */
  readonly most?: number;
}

/** An AS in which peers of a class live, by its index in the topology. */
export interface Home {
  /** The index of the AS. */
  readonly as: number;
  /** The share of the peers that live there; shares are relative to their sum. */
  readonly share: number;
}
