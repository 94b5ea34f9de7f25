/**
 * The sequence of steps of a run: windows, rounds of synchronizations, checks, and the end. Every
 * worker computes it for itself from the state that all have published. It is a pure function of
 * that state, so all workers take the same steps, however many there are.
 *
 * A run has stalled if no actor can make progress any more: that is a fact about what is pending,
 * not a time limit. In a check, each actor is asked for it. Checks take place only while no actor
 * is active, after a quiet time of `quietMs`, twice as much, four times as much, and so on. So a
 * run that is only slow has few of them.
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
  /** Whether any actor may still make progress, as of the last check. */
  readonly mayProgress: boolean;
  readonly pendingCount: number;
  /** Whether any actor says that the run is over. */
  readonly isOver: boolean;
  /** The last time at which any actor was active. */
  readonly lastActiveMs: number;
  /** The time of the actor that is furthest ahead. */
  readonly nowMs: number;
}

/**
 * Why a run ended: no result is outstanding any more, its time is over, or an actor says that it
 * is; no actor can make progress; or no events are left.
 */
export type Outcome = 'finished' | 'stalled' | 'idle';

export type Step =
  | { readonly kind: 'stop'; readonly outcome: Outcome }
  | { readonly kind: 'sync'; readonly round: number; readonly atMs: number }
  /** Each actor says whether it may still make progress; none was active for `quietMs`. */
  | { readonly kind: 'check'; readonly atMs: number; readonly quietMs: number }
  /** Each actor runs up to the end of its own window, but not beyond `capMs`. */
  | { readonly kind: 'window'; readonly startMs: number; readonly capMs: number };

export interface StepRules {
  /** Synchronization instants are multiples of this; Infinity if there are none. */
  readonly syncIntervalMs: number;
  /** The quiet time after which actors are checked for the first time. No window is longer. */
  readonly quietMs: number;
  /** The run ends before anything that happens at this time or later; Infinity for never. */
  readonly horizonMs: number;
}

/** Computes step after step. It remembers the last step and the next synchronization instant. */
export class StepSequence {
  readonly #rules: StepRules;
  /** The next synchronization instant is this multiple of the interval. */
  #nextSync = 1;
  #step: Step = { kind: 'window', startMs: 0, capMs: 0 };
  /** The last time at which an actor was active, and the quiet time since then to check after. */
  #lastActiveMs = -Infinity;
  #checkAfterMs = Infinity;
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
      case 'check':
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
    const { syncIntervalMs, quietMs, horizonMs } = this.#rules;
    const { nextMs } = state;
    if (state.pendingCount === 0 || state.isOver) return { kind: 'stop', outcome: 'finished' };
    if (last.kind === 'check' && !state.mayProgress) return { kind: 'stop', outcome: 'stalled' };

    let syncMs = this.#nextSync * syncIntervalMs;
    const isSync = state.needsSync && syncMs <= nextMs && syncMs < Infinity;
    const startMs = isSync ? syncMs : nextMs;
    if (startMs >= horizonMs && horizonMs < Infinity) return { kind: 'stop', outcome: 'finished' };
    if (startMs === Infinity) return { kind: 'stop', outcome: 'idle' };
    if (this.#isCheckDue(startMs, state.lastActiveMs)) {
      return { kind: 'check', atMs: startMs, quietMs: startMs - state.lastActiveMs };
    }
    if (isSync) {
      this.#nextSync++;
      return { kind: 'sync', round: 0, atMs: syncMs };
    }
    if (syncMs <= nextMs) {
      this.#nextSync = Math.floor(nextMs / syncIntervalMs) + 1;
      if (this.#nextSync * syncIntervalMs <= nextMs) this.#nextSync++;
      syncMs = this.#nextSync * syncIntervalMs;
    }
    return { kind: 'window', startMs, capMs: Math.min(syncMs, startMs + quietMs, horizonMs) };
  }

  /** Whether to check before the step that begins at `startMs`; then the next check is later. */
  #isCheckDue(startMs: number, lastActiveMs: number): boolean {
    if (lastActiveMs > this.#lastActiveMs) {
      this.#lastActiveMs = lastActiveMs;
      this.#checkAfterMs = this.#rules.quietMs;
    }
    const quietMs = startMs - lastActiveMs;
    if (quietMs <= this.#checkAfterMs) return false;
    this.#checkAfterMs = 2 * quietMs;
    return true;
  }
}
