/**
 * The capacities and losses of borders between AS, as a swarm states them, and what they are for
 * the AS of a plan. A border is all that leaves an AS, all that enters it, or one direction of a
 * link between two.
 */

import { type BorderCapacities, noCapacities } from '../../network/borders.ts';
import type { Routes } from '../../network/routes.ts';

/** What may cross the borders of AS to all others, over all their links together. */
export interface AsBorder {
  /** The AS by name, such as `AS3`; absent: all that host peers and have no entry of their own. */
  readonly as?: readonly string[];
  /** What may leave each, in kbit/s; absent: no limit. */
  readonly upKbps?: number;
  /** What may enter each, in kbit/s; absent: no limit. */
  readonly downKbps?: number;
  /** The percentage of the packets that each link of these AS loses; absent: as `tcp` has it. */
  readonly lossPercent?: number;
}

/** What may cross a link between two AS in each direction. */
export interface LinkBorder {
  /** The AS at its ends, by name. */
  readonly between: readonly [string, string];
  /** In each direction, in kbit/s; absent: no limit. */
  readonly capacityKbps?: number;
  /** The percentage of the packets that the link loses; absent: as its AS or `tcp` have it. */
  readonly lossPercent?: number;
}

/** One entry of the borders of a swarm. */
export type BorderLimit = AsBorder | LinkBorder;

/** Whether an entry is about a link. */
export function isOfLink(limit: BorderLimit): limit is LinkBorder {
  return 'between' in limit;
}

/** Whether an entry is about the borders of AS to all others. */
export function isOfAs(limit: BorderLimit): limit is AsBorder {
  return !isOfLink(limit);
}

/** Whether an entry has a border without capacity. */
export function isClosed(limit: BorderLimit): boolean {
  if (isOfLink(limit)) return limit.capacityKbps === 0;
  return limit.upKbps === 0 || limit.downKbps === 0;
}

/**
 * The capacities that a swarm states, for the AS and links of its routes, the first `asCount` of
 * which host nodes. An entry about an AS that is not on any route has no effect: nobody is there.
 */
export function capacitiesOf(
  limits: readonly BorderLimit[],
  routes: Routes,
  asCount: number,
): BorderCapacities {
  const capacities = noCapacities(routes);
  const { outOfAs, intoAs, overLink } = capacities;
  const indexOf = new Map(routes.names.map((name, index) => [name, index]));
  const hosts = routes.names.slice(0, asCount);
  // What an entry says of an AS by name holds instead of what one says of all.
  const ofAll = limits.filter((limit) => !isOfLink(limit) && limit.as === undefined);
  const named = limits.filter((limit) => !ofAll.includes(limit));
  for (const limit of [...ofAll, ...named]) {
    if (isOfLink(limit)) {
      for (const step of stepsBetween(routes, limit.between, indexOf)) {
        overLink[step] = limit.capacityKbps ?? overLink[step]!;
      }
      continue;
    }
    for (const name of limit.as ?? hosts) {
      const index = indexOf.get(name);
      if (index === undefined) continue;
      outOfAs[index] = limit.upKbps ?? outOfAs[index]!;
      intoAs[index] = limit.downKbps ?? intoAs[index]!;
    }
  }
  return capacities;
}

/**
 * The percentage of the packets that each link of the routes loses. The most specific entry holds:
 * one about the link, or about an AS at one of its ends, or about all AS that host peers; otherwise
 * it is `lossPercent`. Where both AS have an entry, the greater loss counts.
 */
export function lossesOf(
  limits: readonly BorderLimit[],
  lossPercent: number,
  routes: Routes,
  asCount: number,
): Float64Array {
  const { names, links } = routes;
  const ofAll = limits.find(
    (limit) => isOfAs(limit) && limit.as === undefined && limit.lossPercent !== undefined,
  )?.lossPercent;
  const ofAs = new Map<string, number>();
  const ofLink = new Map<number, number>();
  const indexOf = new Map(names.map((name, index) => [name, index]));
  for (const limit of limits) {
    if (limit.lossPercent === undefined) continue;
    if (isOfLink(limit)) {
      for (const step of stepsBetween(routes, limit.between, indexOf)) {
        ofLink.set(step >>> 1, limit.lossPercent);
      }
    } else for (const name of limit.as ?? []) ofAs.set(name, limit.lossPercent);
  }
  return Float64Array.from(links.from, (from, link) => {
    const ends = [from, links.to[link]!];
    const byName = ends.flatMap((end) => ofAs.get(names[end]!) ?? []);
    const byAll = ends.some((end) => end < asCount) ? ofAll : undefined;
    const named = byName.length === 0 ? undefined : Math.max(...byName);
    return ofLink.get(link) ?? named ?? byAll ?? lossPercent;
  });
}

/** The steps in both directions over the links between two AS. */
function stepsBetween(
  { links: { from, to } }: Routes,
  [one, other]: readonly [string, string],
  indexOf: ReadonlyMap<string, number>,
): number[] {
  const a = indexOf.get(one);
  const b = indexOf.get(other);
  return [...from.keys()].flatMap((link) => {
    const joins = (from[link] === a && to[link] === b) || (from[link] === b && to[link] === a);
    return joins ? [2 * link, 2 * link + 1] : [];
  });
}
