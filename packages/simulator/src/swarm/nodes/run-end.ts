/**
 * Whether a run in which peers come and go is over, and whether its swarm has died. This is decided
 * in one AS, at allocation instants, on numbers of all AS that are exact at that time: so it does
 * not depend on the number of workers.
 *
 * A swarm dies when the last copy of a piece goes: nobody who is there, or comes back, holds it, no
 * seed is to come, and somebody lacks it or will. That is certain when all that was on its way has
 * arrived.
 */

import { Census } from '../plan/census.ts';
import type { RunEvent } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';
import type { Copies } from './copies.ts';
import { SteadyState } from './steady-state.ts';

/** What the AS that decides reports of the end. */
export interface EndReport {
  /** The event that has ended the run; absent if its time was over, or all were complete. */
  readonly event?: RunEvent['event'];
  /** From when on the numbers of leechers and seeds were steady, if that is the event. */
  readonly steadyFromMs?: number;
  /** The first allocation instant at which copies were lost, and the pieces; absent: none were. */
  readonly death?: { readonly atMs: number; readonly pieces: readonly number[] };
}

export class RunEnd {
  readonly #plan: Plan;
  readonly #census: Census;
  readonly #copies: Copies;
  readonly #steady: SteadyState | undefined;
  readonly #warmUpMs: number;
  /** The downloads that were completed before the warm-up was over. */
  #completionsBefore = 0;
  #isWarm = false;
  /** The first instant at which copies were lost, of those without interruption until now. */
  #lostAtMs = Infinity;
  #report: EndReport = {};
  isOver = false;

  constructor(plan: Plan, copies: Copies) {
    const { endsOn, warmUpMs = 0, allocationIntervalMs } = plan.swarm;
    this.#plan = plan;
    this.#census = new Census(plan.census);
    this.#copies = copies;
    this.#warmUpMs = warmUpMs;
    if (endsOn?.event === 'steady') {
      this.#steady = new SteadyState(2, endsOn.windowMs / allocationIntervalMs);
    }
  }

  /** An allocation instant is held at `atMs`; a message arrives within `onTheWayMs`. */
  instant(atMs: number, onTheWayMs: number): void {
    this.#lookForDeath(atMs, onTheWayMs);
    if (atMs < this.#warmUpMs) return;
    if (!this.#isWarm) this.#completionsBefore = this.#census.read('completions');
    this.#isWarm = true;
    this.#steady?.observe([this.#census.read('leechers'), this.#census.read('seeds')]);
    const event = this.#eventThatEnds();
    if (event === undefined) return;
    const { transient } = this.#steady ?? {};
    const { allocationIntervalMs } = this.#plan.swarm;
    this.#report = {
      ...this.#report,
      event,
      ...(transient === undefined
        ? {}
        : { steadyFromMs: this.#warmUpMs + transient * allocationIntervalMs }),
    };
    this.isOver = true;
    this.#census.add('over', 1);
  }

  get report(): EndReport {
    return this.#report;
  }

  #lookForDeath(atMs: number, onTheWayMs: number): void {
    if (this.#report.death !== undefined) return;
    const census = this.#census;
    const isLacked = census.read('leechers') > 0 || census.read('awaited') > 0;
    const mayDie = isLacked && census.read('awaitedSeeds') === 0 && this.#copies.lacksOne;
    const pieces = mayDie ? this.#copies.lost : [];
    if (pieces.length === 0) {
      this.#lostAtMs = Infinity;
      return;
    }
    this.#lostAtMs = Math.min(this.#lostAtMs, atMs);
    if (atMs - this.#lostAtMs <= onTheWayMs) return;
    this.#report = { death: { atMs: this.#lostAtMs, pieces } };
  }

  #eventThatEnds(): RunEvent['event'] | undefined {
    const { endsOn, horizonMs } = this.#plan.swarm;
    const census = this.#census;
    const died = this.#report.death !== undefined;
    // Without a time, it would go on until all are complete, which they will never be.
    if (horizonMs === undefined) return died ? 'died' : undefined;
    switch (endsOn?.event) {
      case undefined:
        return undefined;
      case 'complete':
        return census.read('leechers') + census.read('awaited') === 0 ? 'complete' : undefined;
      case 'completions':
        return census.read('completions') - this.#completionsBefore >= endsOn.count
          ? 'completions'
          : undefined;
      case 'empty':
        return census.read('arrivals') > 0 && census.read('leechers') + census.read('seeds') === 0
          ? 'empty'
          : undefined;
      case 'died':
        return died ? 'died' : undefined;
      case 'steady':
        return this.#steady?.transient === undefined ? undefined : 'steady';
    }
  }
}
