/**
 * Meters what one AS sends over the links between AS, by interval. All AS count in the same shared
 * memory (`network/border-counters.ts`).
 *
 * A block counts when its last bit has been sent, in each link on its way at once. So counts are
 * whole blocks: over all intervals they are exactly what was sent. A span of blocks is one event,
 * at its end; at the end of an interval, and of the run, the blocks that have gone of the spans in
 * progress count, and at the end of the span only the others.
 *
 * An interval ends before the first event at or after its end, as for a timeline: no event has to
 * be scheduled, and a run that is metered is the same run as without.
 */

import { assert } from '@cachetorrent/std';

import { BorderCounters } from '../../network/border-counters.ts';
import type { Routes } from '../../network/routes.ts';
import type { Plan } from '../plan/plan.ts';
import type { Flows } from './flows.ts';

export class BorderMeter {
  readonly #asId: number;
  readonly #asCount: number;
  readonly #intervalMs: number;
  readonly #routes: Routes;
  readonly #counters: BorderCounters;
  readonly #flows: Flows;
  /** Bits sent to each AS in the current interval. */
  readonly #bitsTo: Float64Array;
  /** For each flow, the bits of its span in progress that have counted; 0 if there are none. */
  readonly #counted: number[] = [];
  /** Where the first interval begins: at the end of the warm-up. */
  #startMs = 0;
  #interval = 0;
  /** The end of the current interval; Infinity during the warm-up. */
  #endMs: number;

  /** The meter of an AS; undefined if the run is not metered. */
  static of(plan: Plan, asId: number, flows: Flows): BorderMeter | undefined {
    return plan.meter === undefined ? undefined : new BorderMeter(plan, asId, flows);
  }

  private constructor(plan: Plan, asId: number, flows: Flows) {
    const { intervalMs, routes, counters } = plan.meter!;
    this.#asId = asId;
    this.#asCount = plan.asCount;
    this.#intervalMs = intervalMs;
    this.#routes = routes;
    this.#counters = new BorderCounters(counters);
    this.#flows = flows;
    this.#bitsTo = new Float64Array(plan.asCount);
    this.#endMs = plan.swarm.warmUpMs === undefined ? intervalMs : Infinity;
  }

  /** The current interval ends before anything at or after this time. */
  get dueAtMs(): number {
    return this.#endMs;
  }

  /** The warm-up is over at `atMs`: what is sent from then on counts. */
  measure(atMs: number): void {
    this.#countSpans(atMs);
    this.#bitsTo.fill(0);
    this.#startMs = atMs;
    this.#endMs = atMs + this.#intervalMs;
  }

  /** A flow has sent blocks, the first of its span in progress, to another AS or to this one. */
  sent(flow: number, toAsId: number, bits: number): void {
    const counted = this.#counted[flow] ?? 0;
    assert(counted <= bits, 'what has counted of a span has been sent');
    if (counted > 0) this.#counted[flow] = 0;
    this.#bitsTo[toAsId]! += bits - counted;
  }

  /** An event of time `nowMs` is next: ends the intervals before it. */
  sample(nowMs: number): void {
    while (this.#endMs <= nowMs) {
      this.#countSpans(this.#endMs);
      this.#add();
      // Nothing was sent in the intervals that follow if nothing flowed.
      const idle = this.#flows.activeCount === 0;
      const ended = idle ? Math.floor((nowMs - this.#startMs) / this.#intervalMs) : 0;
      this.#interval = Math.max(this.#interval + 1, ended);
      this.#endMs = this.#startMs + (this.#interval + 1) * this.#intervalMs;
    }
  }

  /** The run has ended at `atMs`. */
  finish(atMs: number): void {
    if (this.#endMs === Infinity) return;
    this.sample(atMs);
    this.#countSpans(atMs);
    this.#add();
  }

  /** Counts the blocks of spans in progress that have been sent at `atMs`. */
  #countSpans(atMs: number): void {
    this.#flows.forEachSpan(atMs, (flow, toAsId, sentBits) => {
      this.#bitsTo[toAsId]! += sentBits - (this.#counted[flow] ?? 0);
      this.#counted[flow] = sentBits;
    });
  }

  /** Adds what was sent in the current interval to the links on its way. */
  #add(): void {
    const { start, steps } = this.#routes;
    for (const [toAsId, bits] of this.#bitsTo.entries()) {
      if (bits === 0) continue;
      const pair = this.#asId * this.#asCount + toAsId;
      for (let i = start[pair]!; i < start[pair + 1]!; i++) {
        this.#counters.add(this.#interval, steps[i]!, bits);
      }
    }
    this.#bitsTo.fill(0);
  }
}
