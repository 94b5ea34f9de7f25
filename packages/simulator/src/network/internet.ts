/**
 * A table of AS from their real relationships: some AS that only pay for transit, drawn at random,
 * host the nodes, and the routes between them say how far apart they are. Relationship files know
 * no latencies, so every border takes the same time. Routers, and the distance between two AS on
 * the globe, are not modelled.
 */

import type { Random } from '@cachetorrent/std';

import { SwarmError } from '../errors.ts';
import type { AsTable } from './as-table.ts';
import type { Relationships } from './relationships.ts';
import { hopsTo, NO_ROUTE } from './valley-free.ts';

export interface InternetOptions {
  /** How many AS host nodes, and how many nodes each has room for. */
  readonly asCount: number;
  readonly asSize: number;
  /** How long a message takes inside an AS, and over a border between two; whole ms, at least 1. */
  readonly withinMs: number;
  readonly hopMs: number;
}

/**
 * Latency is `withinMs` inside an AS, and `withinMs` more than `hopMs` for each border between
 * two. Routes, and so latencies, may differ between the two directions.
 *
 * @throws SwarmError if there are not as many AS without customers, or two have no route
 */
export function internetTable(
  relationships: Relationships,
  { asCount, asSize, withinMs, hopMs }: InternetOptions,
  random: Random,
): AsTable {
  const hosts = drawHosts(relationships, asCount, random);
  const names = hosts.map((as) => `AS${relationships.asNumbers[as]}`);
  const latencyMs = hosts.map(() => new Array<number>(asCount).fill(withinMs));
  for (const [to, destination] of hosts.entries()) {
    const hops = hopsTo(relationships, destination);
    for (const [from, source] of hosts.entries()) {
      if (from === to) continue;
      if (hops[source] === NO_ROUTE) throw noRoute(names[from]!, names[to]!);
      latencyMs[from]![to] = withinMs + hops[source]! * hopMs;
    }
  }
  return { names, sizes: hosts.map(() => asSize), latencyMs };
}

/** So many of the AS that have no customers, in order of AS number. */
function drawHosts({ customers }: Relationships, asCount: number, random: Random): number[] {
  const candidates = [...customers.keys()].filter((as) => customers[as]!.length === 0);
  if (asCount > candidates.length) {
    throw new SwarmError({
      at: 'asCount',
      problem: `${asCount} AS are to host nodes, but only ${candidates.length} have no customers`,
      fix: `set asCount to ${candidates.length} or less`,
    });
  }
  for (let place = 0; place < asCount; place++) {
    const drawn = place + random.below(candidates.length - place);
    const as = candidates[drawn]!;
    candidates[drawn] = candidates[place]!;
    candidates[place] = as;
  }
  return candidates.slice(0, asCount).sort((a, b) => a - b);
}

function noRoute(from: string, to: string): SwarmError {
  return new SwarmError({
    at: 'relationships',
    problem: `there is no route from ${from} to ${to} that somebody is paid for`,
    fix: 'add the providers that are missing, or remove one of the two',
  });
}
