/**
 * What all do next, decided by every worker for itself from what all have published: a pure
 * function, so that all come to the same decision, however many they are.
 */

import { unreachable } from '@cachetorrent/std';

/** What the actors have published, taken together. */
export interface GlobalState {
  /** The earliest time at which anything can happen anywhere; Infinity where nothing can. */
  readonly nextMs: number;
  /** Whether any actor wants the next instant of a meeting to be held. */
  readonly wantsMeeting: boolean;
  /** Whether any actor needs another round of the meeting that is being held. */
  readonly needsRound: boolean;
  readonly pendingCount: number;
  /** The last time at which something useful happened anywhere. */
  readonly lastActiveMs: number;
  /** The time that the actor has reached which is furthest. */
  readonly nowMs: number;
}

/** Why a run has ended: all has come about, nothing useful has for long, or nothing ever can. */
export type Outcome = 'finished' | 'stalled' | 'idle';

export type Step =
  | { readonly kind: 'stop'; readonly outcome: Outcome }
  | { readonly kind: 'meeting'; readonly round: number; readonly atMs: number }
  /** Everything before `capMs` may happen, as far as each actor's own window goes. */
  | { readonly kind: 'window'; readonly startMs: number; readonly capMs: number };

export interface StepRules {
  /** Meetings are at multiples of this; Infinity where there are none. */
  readonly meetingIntervalMs: number;
  /** The run stalls when nothing useful has happened for this long. No window is longer. */
  readonly stallMs: number;
}

/** Decides step by step. It remembers the step before, and which meeting is the next. */
export class StepSequence {
  readonly #rules: StepRules;
  /** The next meeting is at this multiple of the interval. */
  #meeting = 1;
  #step: Step = { kind: 'window', startMs: 0, capMs: 0 };
  windows = 0;
  meetings = 0;

  constructor(rules: StepRules) {
    this.#rules = rules;
  }

  /** What follows the last step, now that all stand as they do. */
  next(standing: GlobalState): Step {
    this.#step = this.#after(this.#step, standing);
    switch (this.#step.kind) {
      case 'window':
        this.windows++;
        break;
      case 'meeting':
        if (this.#step.round === 0) this.meetings++;
        break;
      case 'stop':
        break;
      default:
        unreachable(this.#step);
    }
    return this.#step;
  }

  #after(last: Step, standing: GlobalState): Step {
    if (last.kind === 'meeting' && standing.needsRound) {
      return { kind: 'meeting', round: last.round + 1, atMs: last.atMs };
    }
    const { meetingIntervalMs, stallMs } = this.#rules;
    const { nextMs, lastActiveMs } = standing;
    if (standing.pendingCount === 0) return { kind: 'stop', outcome: 'finished' };

    let meetingMs = this.#meeting * meetingIntervalMs;
    const meets = standing.wantsMeeting && meetingMs <= nextMs && meetingMs < Infinity;
    const startMs = meets ? meetingMs : nextMs;
    if (startMs === Infinity) return { kind: 'stop', outcome: 'idle' };
    if (startMs - lastActiveMs > stallMs) return { kind: 'stop', outcome: 'stalled' };
    if (meets) {
      this.#meeting++;
      return { kind: 'meeting', round: 0, atMs: meetingMs };
    }
    if (meetingMs <= nextMs) {
      this.#meeting = Math.floor(nextMs / meetingIntervalMs) + 1;
      if (this.#meeting * meetingIntervalMs <= nextMs) this.#meeting++;
      meetingMs = this.#meeting * meetingIntervalMs;
    }
    return { kind: 'window', startMs, capMs: Math.min(meetingMs, startMs + stallMs) };
  }
}
