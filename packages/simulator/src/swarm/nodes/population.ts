/**
 * How many nodes of one AS are in the swarm, and how many have come, completed and left. A node
 * counts from its arrival, as in the table of peers, until it leaves. Caches of providers, which
 * are always there, only count with their capacity.
 */

import type { PeerId } from '@cachetorrent/protocol';

import { Census } from '../plan/census.ts';
import { type Departure, DEPARTURES } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';
import type { Capacities } from './capacities.ts';
import { Service } from './service.ts';

/** The numbers of an AS, at the end or since the warm-up, which `assemble` sums up. */
export interface PopulationReport {
  readonly arrivals: number;
  readonly completions: number;
  readonly finished: number;
  readonly aborted: number;
  readonly crashed: number;
  readonly leechersAtStart: number;
  readonly seedsAtStart: number;
  readonly leechersAtEnd: number;
  readonly seedsAtEnd: number;
  /** The integrals of the numbers of leechers and seeds over time, until `untilMs`. */
  readonly leecherMs: number;
  readonly seedMs: number;
  readonly untilMs: number;
}

export class Population {
  /** How long each of them is without service. */
  readonly service: Service;
  readonly #plan: Plan;
  readonly #capacities: Capacities;
  readonly #census: Census;
  leechers = 0;
  seeds = 0;
  arrivals = 0;
  completions = 0;
  /** The departures so far by reason, in the order of `DEPARTURES`. */
  readonly departures: number[] = DEPARTURES.map(() => 0);
  #presentKbps = 0;
  #capacityBits = 0;
  #leecherMs = 0;
  #seedMs = 0;
  #sinceMs = 0;
  /** What had been counted when the warm-up was over. */
  #before: PopulationReport | undefined;

  constructor(plan: Plan, capacities: Capacities, nodeCount: number) {
    this.#plan = plan;
    this.#capacities = capacities;
    this.#census = new Census(plan.census);
    this.service = new Service(nodeCount);
  }

  /** A node is to come, for the first time or again. */
  expected(id: PeerId, isFirst: boolean): void {
    if (this.#plan.isCache(id)) return;
    this.#census.add('awaited', 1);
    if (isFirst && this.#plan.holdsFile(id)) this.#census.add('awaitedSeeds', 1);
  }

  /** A node arrives; `isComplete`: it has the whole file already. */
  arrived(id: PeerId, isComplete: boolean, nowMs: number): void {
    this.#changeCapacity(this.#capacities.of(id).uploadKbps, nowMs);
    if (this.#plan.isCache(id)) return;
    if (!isComplete) this.service.begin(this.#plan.localNodeOf(id), nowMs);
    this.arrivals++;
    this.#census.add('arrivals', 1);
    this.#census.add('awaited', -1);
    this.#change(isComplete, 1);
  }

  /** A node takes part, after it has heard from the tracker. */
  started(id: PeerId, isFirst: boolean): void {
    if (isFirst && this.#plan.holdsFile(id)) this.#census.add('awaitedSeeds', -1);
  }

  /** A node that was there has completed the file. */
  completed(id: PeerId, nowMs: number): void {
    if (this.#plan.isCache(id)) return;
    this.#advance(nowMs);
    this.service.end(this.#plan.localNodeOf(id), nowMs);
    this.completions++;
    this.#census.add('completions', 1);
    this.#change(false, -1);
    this.#change(true, 1);
  }

  left(id: PeerId, isComplete: boolean, reason: Departure, nowMs: number): void {
    this.#changeCapacity(-this.#capacities.of(id).uploadKbps, nowMs);
    if (this.#plan.isCache(id)) return;
    this.service.end(this.#plan.localNodeOf(id), nowMs);
    this.departures[DEPARTURES.indexOf(reason)]!++;
    this.#change(isComplete, -1);
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

  /** The warm-up is over: what was counted before does not count. */
  measure(nowMs: number): void {
    this.#before = this.report(nowMs);
  }

  /** The numbers of a run that ends at `nowMs`. */
  report(nowMs: number): PopulationReport {
    this.#advance(nowMs);
    const [finished, aborted, crashed] = this.departures;
    const before = this.#before;
    return {
      arrivals: this.arrivals - (before?.arrivals ?? 0),
      completions: this.completions - (before?.completions ?? 0),
      finished: finished! - (before?.finished ?? 0),
      aborted: aborted! - (before?.aborted ?? 0),
      crashed: crashed! - (before?.crashed ?? 0),
      leechersAtStart: before?.leechersAtEnd ?? 0,
      seedsAtStart: before?.seedsAtEnd ?? 0,
      leechersAtEnd: this.leechers,
      seedsAtEnd: this.seeds,
      leecherMs: this.#leecherMs - (before?.leecherMs ?? 0),
      seedMs: this.#seedMs - (before?.seedMs ?? 0),
      untilMs: nowMs,
    };
  }

  /** The bits that the nodes could have sent since the start, while each was there. */
  capacityBits(nowMs: number): number {
    return this.#capacityBits + this.#presentKbps * (nowMs - this.#sinceMs);
  }

  #changeCapacity(byKbps: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#presentKbps += byKbps;
  }

  #change(areSeeds: boolean, by: number): void {
    if (areSeeds) this.seeds += by;
    else this.leechers += by;
    this.#census.add(areSeeds ? 'seeds' : 'leechers', by);
  }

  /** Brings the integrals up to `nowMs`. */
  #advance(nowMs: number): void {
    const elapsedMs = nowMs - this.#sinceMs;
    this.#capacityBits += this.#presentKbps * elapsedMs;
    this.#leecherMs += this.leechers * elapsedMs;
    this.#seedMs += this.seeds * elapsedMs;
    this.#sinceMs = nowMs;
  }
}
