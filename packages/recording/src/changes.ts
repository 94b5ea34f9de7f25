/** What can change in a recording: a vocabulary of one method for each kind of change. */

import type { CounterName, DepartureReason, Holdings, RecordedRole } from './format.ts';

/** When and where a change happens. */
export interface Moment {
  /**
   * The simulated time, in whole ms; a change within a millisecond has the time of its beginning.
   * Counters and traffic have the time at which their frame ends.
   */
  readonly atMs: number;
  /** The AS that has recorded it. */
  readonly as: number;
}

/**
 * Receives the changes of an AS in the order in which they happened. `peer` is the id of a peer of
 * this AS; other ids may be those of peers elsewhere.
 */
export interface ChangeVisitor {
  /** A peer arrives. `stay` is 0 for the first time; `isComplete`: it has the whole file. */
  arrived(moment: Moment, peer: number, stay: number, isComplete: boolean): void;
  /** A peer has heard from the tracker and takes part. */
  started(moment: Moment, peer: number, holdings: Holdings): void;
  /** A peer leaves, and with it its side of all its connections. */
  left(moment: Moment, peer: number, reason: DepartureReason): void;
  /** A peer gets a role, or other leaders to follow. */
  role(
    moment: Moment,
    peer: number,
    subTorrent: number,
    role: RecordedRole,
    leaders: readonly number[],
  ): void;
  /** A peer has stored a piece, whose last blocks came from the peer `from`. */
  stored(moment: Moment, peer: number, piece: number, from: number): void;
  /** A peer's side of a connection is established, or whether it may download on it changes. */
  connected(
    moment: Moment,
    peer: number,
    subTorrent: number,
    remote: number,
    mayDownload: boolean,
  ): void;
  /** A peer has closed its side of a connection. */
  disconnected(moment: Moment, peer: number, subTorrent: number, remote: number): void;
  /** A peer unchokes or chokes another. */
  unchoked(
    moment: Moment,
    peer: number,
    subTorrent: number,
    remote: number,
    isUnchoked: boolean,
  ): void;
  /** Something is to flow from a peer to another; `flow` is a number of the AS until it ends. */
  flowOpened(moment: Moment, flow: number, peer: number, subTorrent: number, remote: number): void;
  /** Nothing flows any more. */
  flowClosed(moment: Moment, flow: number): void;
  /** A flow has another rate: the code that `rateKbpsOf` decodes is `delta` more than before. */
  rate(moment: Moment, flow: number, delta: number): void;
  /** A fault on purpose: its index in the header, which of its times, and how many it has hit. */
  fault(moment: Moment, index: number, step: number, peersHit: number): void;
  /** A counter of the AS has grown during the frame by `delta`. */
  counter(moment: Moment, counter: CounterName, delta: number): void;
  /** During the frame, so many bits of blocks have arrived from an AS. */
  traffic(moment: Moment, fromAs: number, bits: number): void;
}
