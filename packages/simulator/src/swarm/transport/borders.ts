/**
 * Which borders of an AS are closed, because it or the AS beyond is cut off (docs/dynamics.md).
 *
 * Nothing crosses a closed border. What it does to a message depends on how long the border is
 * closed, as with TCP: connections outlive a short closure, and what is sent on them meanwhile is
 * retransmitted when it is over. In a long one they time out.
 *
 *     from                  from + 120 s                    until
 *      ├───── closed ─────────────────────────────── short ──▶│   held: arrives when it is over
 *      ├───── closed ──────────┼──────────────────── long ───▶│   lost
 *                              └ connections are closed on both sides
 */

import { assert } from '@cachetorrent/std';

import type { AsCut } from '../plan/faults.ts';
import type { Plan } from '../plan/plan.ts';

/** A neighbour that says nothing for this time is taken for dead (libtorrent: `peer_timeout`). */
export const CONNECTION_TIMEOUT_MS = 120_000;

/** A time in which nothing crosses a border. */
export interface Closure {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Whether connections over a border time out before it opens again. */
export function isLong({ fromMs, untilMs }: Closure): boolean {
  return untilMs - fromMs >= CONNECTION_TIMEOUT_MS;
}

/** The borders whose state changes at the same time, as the AS beyond them. */
export interface BorderChanges {
  readonly closed: readonly number[];
  /** The connections over them have timed out. */
  readonly expired: readonly number[];
  readonly opened: readonly number[];
}

export class Borders {
  /** For each AS beyond, the closures of the whole run, in their order. */
  readonly #closures: readonly (readonly Closure[])[];
  /** For each AS beyond, how many of them are over. */
  readonly #overCount: number[];
  /** For each AS beyond, whether the border is closed now, and whether connections have expired. */
  readonly #isClosed: boolean[];
  readonly #hasExpired: boolean[];

  /** The borders of the AS `asId`. */
  constructor(plan: Plan, asId: number) {
    const cuts = (plan.swarm.faults ?? []).filter((event) => event.fault === 'cut');
    const own = plan.domainOf(asId);
    this.#closures = Array.from({ length: plan.asCount }, (_, other) =>
      closuresBetween(own, plan.domainOf(other), cuts),
    );
    this.#overCount = this.#closures.map(() => 0);
    this.#isClosed = this.#closures.map(() => false);
    this.#hasExpired = this.#closures.map(() => false);
  }

  /** The present closure of the border to an AS; undefined if it is open. */
  closureTo(asId: number): Closure | undefined {
    return this.#isClosed[asId] ? this.#next(asId) : undefined;
  }

  /** When the border to an AS opens that is closed at `atMs`; the AS may not be there yet. */
  opensMs(asId: number, atMs: number): number {
    const closure = this.#closures[asId]!.find(({ untilMs }) => atMs < untilMs);
    assert(closure !== undefined, 'only a closed border opens');
    return closure.untilMs;
  }

  /** What changes at `nowMs`, when `apply` is called with it. */
  changesAt(nowMs: number): BorderChanges {
    const changes = { closed: [] as number[], expired: [] as number[], opened: [] as number[] };
    for (const asId of this.#closures.keys()) {
      const closure = this.#next(asId);
      if (closure === undefined || closure.fromMs > nowMs) continue;
      if (!this.#isClosed[asId]) changes.closed.push(asId);
      const isDue = isLong(closure) && closure.fromMs + CONNECTION_TIMEOUT_MS <= nowMs;
      if (isDue && !this.#hasExpired[asId]) changes.expired.push(asId);
      if (closure.untilMs <= nowMs) changes.opened.push(asId);
    }
    return changes;
  }

  /** Makes the changes. */
  apply({ closed, expired, opened }: BorderChanges): void {
    for (const asId of closed) this.#isClosed[asId] = true;
    for (const asId of expired) this.#hasExpired[asId] = true;
    for (const asId of opened) {
      this.#isClosed[asId] = false;
      this.#hasExpired[asId] = false;
      this.#overCount[asId]!++;
    }
  }

  /** The present closure, or the next one. */
  #next(asId: number): Closure | undefined {
    return this.#closures[asId]![this.#overCount[asId]!];
  }
}

/** When nothing passes between two AS: cuts that overlap or follow each other are one closure. */
function closuresBetween(a: number, b: number, cuts: readonly AsCut[]): Closure[] {
  const closures: Closure[] = [];
  const separating = cuts
    .filter(({ as }) => as.includes(a) !== as.includes(b))
    .toSorted((one, other) => one.atMs - other.atMs);
  for (const { atMs, forMs } of separating) {
    const last = closures.at(-1);
    const untilMs = atMs + forMs;
    if (last === undefined || last.untilMs < atMs) closures.push({ fromMs: atMs, untilMs });
    else closures.splice(-1, 1, { ...last, untilMs: Math.max(last.untilMs, untilMs) });
  }
  return closures;
}
