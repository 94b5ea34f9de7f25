/**
 * Faults on purpose: what is to happen in a run at given times, as plain data. What the events do
 * is in `swarm/faults/`, a file for each kind.
 */

/** An event of the schedule. */
export type Fault = MassDeparture | TrackerSilence | AsCut | CapacityChange | SeedArrival;

/** What all events have. */
export interface Scheduled {
  /** When it happens, in ms since the start of the run. */
  readonly atMs: number;
}

/** Peers that crash or leave at the same time. */
export interface MassDeparture extends Scheduled {
  /** Whether they go without a word, or say goodbye. */
  readonly fault: 'crash' | 'leave';
  /** Whether only peers go that lead their AS at that time. */
  readonly who: 'leaders' | 'peers';
  /** The percentage of them that goes. */
  readonly percent: number;
  /** The AS in which they live, by their indices among the stub domains; absent: any. */
  readonly as?: readonly number[];
  /** The name of their class; absent: any but those who had the file from the start. */
  readonly className?: string;
}

/** The tracker does not answer: what it is told is lost. */
export interface TrackerSilence extends Scheduled {
  /** The kind of event. */
  readonly fault: 'tracker-silence';
  /** For how long, in ms. */
  readonly forMs: number;
}

/** Some AS are cut off from all others: nothing crosses the borders between them and the others. */
export interface AsCut extends Scheduled {
  /** The kind of event. */
  readonly fault: 'cut';
  /** The AS that are cut off, by their indices among the stub domains. */
  readonly as: readonly number[];
  /** For how long, in ms. */
  readonly forMs: number;
}

/** The capacities of all peers of a class change. */
export interface CapacityChange extends Scheduled {
  /** The kind of event. */
  readonly fault: 'capacity';
  /** The name of the class. */
  readonly className: string;
  /** The upload capacity of each, in kbit/s; absent: it does not change. */
  readonly uploadKbps?: number;
  /** The download capacity of each, in kbit/s; absent: it does not change. */
  readonly downloadKbps?: number;
  /** For how long, in ms; absent: for good. */
  readonly forMs?: number;
}

/** Seeds arrive. */
export interface SeedArrival extends Scheduled {
  /** The kind of event. */
  readonly fault: 'seed';
  /** Their class, an index into `Swarm.classes`, which arrives at this time. */
  readonly classIndex: number;
}
