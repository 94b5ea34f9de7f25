/** What a kind of fault is: how it is checked, and what it does to an AS. */

import type { PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import type { Departure } from '../plan/dynamics.ts';
import type { Fault } from '../plan/faults.ts';
import type { Plan } from '../plan/plan.ts';
import type { FaultCheck } from './fault-check.ts';

/** What decides whether a fault hits a node. */
export interface FaultedNode {
  readonly id: PeerId;
  /** Whether it has heard from the tracker. */
  readonly hasStarted: boolean;
  /** The number of sub-torrents in which it lacks pieces. */
  readonly incompleteSubTorrents: number;
  /** Its peers by sub-torrent, and whether each leads. */
  readonly peers: readonly { readonly leads: boolean }[];
}

/** An AS to which faults happen. */
export interface FaultedAs {
  readonly plan: Plan;
  readonly asId: number;
  /** The nodes that are there, those that have not started included. */
  nodes(): readonly FaultedNode[];
  /** Makes a node leave that is there and has started. */
  leave(id: PeerId, reason: Departure): void;
  /** Capacities may change now. */
  capacitiesChange(): void;
  /** A cut begins or ends, or has lasted for as long as connections do. */
  bordersChange(): void;
  /** In the AS in which the tracker lives. */
  readonly tracker?: FaultedTracker | undefined;
}

/** The tracker, as faults see it. */
export interface FaultedTracker {
  /** Ignores what it is told, until `answer` is called; `ignored` is called once for each peer. */
  beSilent(because: Fault, ignored: () => void): void;
  /** The reason for its silence is over. */
  answer(because: Fault): void;
}

/** One of the times at which an event changes something, in one AS. */
export interface Occurrence {
  /** Which of the times of the event it is, from 0. */
  readonly step: number;
  /** The random stream of the event in this AS. */
  random(): Random;
  /** So many peers are hit by the event, now or later. */
  hit(peers: number): void;
}

/** A kind of fault. */
export interface FaultKind<Event extends Fault = Fault> {
  /** What reports call an event. */
  describe(event: Event): string;
  /** Refuses values that make no sense, or have no effect; its time has been checked. */
  check(event: Event, check: FaultCheck): void;
  /** The times at which the event changes something, in ms: its begin, and maybe its end. */
  times(event: Event): readonly number[];
  /** Applies the event to an AS, at one of its times. */
  apply(event: Event, as: FaultedAs, occurrence: Occurrence): void;
}
