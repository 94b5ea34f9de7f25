/**
 * How many nodes of one AS are in the swarm, and how many have come, completed and left. A node
 * counts from when it takes part, after it has heard from the tracker.
 */

import type { PeerId } from '@cachetorrent/protocol';

import { type Departure, DEPARTURES } from '../plan/dynamics.ts';
import type { Churn } from '../results/result.ts';
import type { Capacities } from './capacities.ts';

export class Population {
  readonly #capacities: Capacities;
  leechers = 0;
  seeds = 0;
  arrivals = 0;
  completions = 0;
  /** The departures so far by reason, in the order of `DEPARTURES`. */
  readonly departures: number[] = DEPARTURES.map(() => 0);
  #presentKbps = 0;
  #capacityBits = 0;
  #sinceMs = 0;

  constructor(capacities: Capacities) {
    this.#capacities = capacities;
  }

  /** A node arrives; `isComplete`: it has the whole file already. */
  arrived(id: PeerId, isComplete: boolean, nowMs: number): void {
    this.arrivals++;
    if (isComplete) this.seeds++;
    else this.leechers++;
    this.#changeCapacity(this.#capacities.of(id).uploadKbps, nowMs);
  }

  /** A node that was there has completed the file. */
  completed(): void {
    this.completions++;
    this.leechers--;
    this.seeds++;
  }

  left(id: PeerId, isComplete: boolean, reason: Departure, nowMs: number): void {
    this.departures[DEPARTURES.indexOf(reason)]!++;
    if (isComplete) this.seeds--;
    else this.leechers--;
    this.#changeCapacity(-this.#capacities.of(id).uploadKbps, nowMs);
  }

  /** `change` changes the capacities of nodes that take part. */
  changeCapacities(ids: readonly PeerId[], nowMs: number, change: () => void): void {
    const beforeKbps = this.#uploadKbpsOf(ids);
    change();
    this.#changeCapacity(this.#uploadKbpsOf(ids) - beforeKbps, nowMs);
  }

  #uploadKbpsOf(ids: readonly PeerId[]): number {
    return ids.reduce((sum, id) => sum + this.#capacities.of(id).uploadKbps, 0);
  }

  /** The present numbers, as those of the end of the run. */
  get churn(): Churn {
    const [finished, aborted, crashed] = this.departures;
    return {
      arrivals: this.arrivals,
      completions: this.completions,
      finished: finished!,
      aborted: aborted!,
      crashed: crashed!,
      leechersAtEnd: this.leechers,
      seedsAtEnd: this.seeds,
    };
  }

  /** The bits that the nodes could have sent since the start, while each was there. */
  capacityBits(nowMs: number): number {
    return this.#capacityBits + this.#presentKbps * (nowMs - this.#sinceMs);
  }

  #changeCapacity(byKbps: number, nowMs: number): void {
    this.#capacityBits = this.capacityBits(nowMs);
    this.#sinceMs = nowMs;
    this.#presentKbps += byKbps;
  }
}
