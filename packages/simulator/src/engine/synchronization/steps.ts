/**
 * The sequence of steps of a run: windows, rounds of synchronizations, and the end. Every worker
 * computes it for itself from the state that all have published. It is a pure function of that
 * state, so all workers take the same steps, however many there are.
 */

import { unreachable } from '@cachetorrent/std';

/** The state of all actors, taken together. */
export interface GlobalState {
  /** The earliest time at which anything can happen anywhere; Infinity if nothing can. */
  readonly nextMs: number;
  /** Whether any actor needs the next synchronization instant. */
  readonly needsSync: boolean;
  /** Whether any actor needs another round of the current synchronization. */
  readonly needsRound: boolean;
  readonly pendingCount: number;
  /** The last time at which something useful happened anywhere. */
  readonly lastActiveMs: number;
  /** The time of the actor that is furthest ahead. */
  readonly nowMs: number;
}

/**
 * Why a run ended: nothing is pending any more, nothing useful has happened for long, or no events
 * are left.
 */
export type Outcome = 'finished' | 'stalled' | 'idle';

export type Step =
  | { readonly kind: 'stop'; readonly outcome: Outcome }
  | { readonly kind: 'sync'; readonly round: number; readonly atMs: number }
  /** Each actor runs up to the end of its own window, but not beyond `capMs`. */
  | { readonly kind: 'window'; readonly startMs: number; readonly capMs: number };

export interface StepRules {
  /** Synchronization instants are multiples of this; Infinity if there are none. */
  readonly syncIntervalMs: number;
  /** The run stalls when nothing useful has happened for this long. No window is longer. */
  readonly stallMs: number;
}

/** Computes step after step. It remembers the last step and the next synchronization instant. */
export class StepSequence {
  readonly #rules: StepRules;
  /** The next synchronization instant is this multiple of the interval. */
  #nextSync = 1;
  #step: Step = { kind: 'window', startMs: 0, capMs: 0 };
  windowCount = 0;
  /** The number of synchronizations, not of their rounds. */
  syncCount = 0;

  constructor(rules: StepRules) {
    this.#rules = rules;
  }

  /** Returns the step that follows the last one, given the state of all actors. */
  next(state: GlobalState): Step {
    this.#step = this.#stepAfter(this.#step, state);
    switch (this.#step.kind) {
      case 'window':
        this.windowCount++;
        break;
      case 'sync':
        if (this.#step.round === 0) this.syncCount++;
        break;
      case 'stop':
        break;
      default:
        unreachable(this.#step);
    }
    return this.#step;
  }

  #stepAfter(last: Step, state: GlobalState): Step {
    if (last.kind === 'sync' && state.needsRound) {
      return { kind: 'sync', round: last.round + 1, atMs: last.atMs };
    }
    const { syncIntervalMs, stallMs } = this.#rules;
    const { nextMs, lastActiveMs } = state;
    if (state.pendingCount === 0) return { kind: 'stop', outcome: 'finished' };

    let syncMs = this.#nextSync * syncIntervalMs;
    const isSync = state.needsSync && syncMs <= nextMs && syncMs < Infinity;
    const startMs = isSync ? syncMs : nextMs;
    if (startMs === Infinity) return { kind: 'stop', outcome: 'idle' };
    if (startMs - lastActiveMs > stallMs) return { kind: 'stop', outcome: 'stalled' };
    if (isSync) {
      this.#nextSync++;
      return { kind: 'sync', round: 0, atMs: syncMs };
    }
    if (syncMs <= nextMs) {
      this.#nextSync = Math.floor(nextMs / syncIntervalMs) + 1;
      if (this.#nextSync * syncIntervalMs <= nextMs) this.#nextSync++;
      syncMs = this.#nextSync * syncIntervalMs;
    }
    return { kind: 'window', startMs, capMs: Math.min(syncMs, startMs + stallMs) };
  }
}
