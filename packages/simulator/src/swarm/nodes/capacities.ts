/**
 * The capacities that the nodes of an AS have at present. They change at the times of the schedule
 * of faults, of all nodes of a class at once.
 */

import type { PeerId } from '@cachetorrent/protocol';

import type { Capacity, Plan } from '../plan/plan.ts';

export class Capacities {
  readonly #plan: Plan;
  /** The time of the last change that has been made here. */
  #asOfMs = -1;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  of(id: PeerId): Capacity {
    return this.#plan.capacityAt(id, this.#asOfMs);
  }

  /** Changes that are due at `nowMs` apply from now on. */
  advance(nowMs: number): void {
    this.#asOfMs = nowMs;
  }
}
