/**
 * Makes a table of AS from real AS relationships: a random sample of the AS without customers hosts
 * the nodes, and latencies follow from the routes between them. Relationship files contain no
 * latencies, so every AS hop takes the same time. Routers, and geographic distances, are not
 * modelled. Not used by a simulation yet.
 */

import type { Random } from '@cachetorrent/std';

import { SwarmError } from '../errors.ts';
import type { AsTable } from './as-table.ts';
import type { Relationships } from './relationships.ts';
import { hopsTo, NO_ROUTE } from './valley-free.ts';

export interface InternetOptions {
  /** The number of AS that host nodes, and the greatest number of nodes of each. */
  readonly asCount: number;
  readonly asSize: number;
  /** The latency within an AS, and that of an AS hop, in whole ms, at least 1. */
  readonly intraAsMs: number;
  readonly hopMs: number;
}

/**
 * Returns a table whose latency is `intraAsMs` within an AS, and `intraAsMs` plus `hopMs` per AS
 * hop between two AS. Routes, and so latencies, may differ between the two directions.
 *
 * @throws SwarmError if there are too few AS without customers, or two AS have no route
 */
export function internetTable(
  relationships: Relationships,
  { asCount, asSize, intraAsMs, hopMs }: InternetOptions,
  random: Random,
): AsTable {
  const hosts = drawHosts(relationships, asCount, random);
  const names = hosts.map((index) => `AS${relationships.asNumbers[index]}`);
  const latencyMs = hosts.map(() => new Array<number>(asCount).fill(intraAsMs));
  for (const [to, destination] of hosts.entries()) {
    const hops = hopsTo(relationships, destination);
    for (const [from, source] of hosts.entries()) {
      if (from === to) continue;
      if (hops[source] === NO_ROUTE) throw noRoute(names[from]!, names[to]!);
      latencyMs[from]![to] = intraAsMs + hops[source]! * hopMs;
    }
  }
  return { names, sizes: hosts.map(() => asSize), latencyMs };
}

/** Draws `asCount` of the AS without customers. Returns their indices, ascending. */
function drawHosts({ customers }: Relationships, asCount: number, random: Random): number[] {
  const candidates = [...customers.keys()].filter((index) => customers[index]!.length === 0);
  if (asCount > candidates.length) {
    throw new SwarmError({
      at: 'asCount',
      problem: `is ${asCount}, but only ${candidates.length} AS have no customers`,
      fix: `set asCount to ${candidates.length} or less`,
    });
  }
  for (let i = 0; i < asCount; i++) {
    const drawn = i + random.below(candidates.length - i);
    const index = candidates[drawn]!;
    candidates[drawn] = candidates[i]!;
    candidates[i] = index;
  }
  return candidates.slice(0, asCount).sort((a, b) => a - b);
}

function noRoute(from: string, to: string): SwarmError {
  return new SwarmError({
    at: 'relationships',
    problem: `there is no valley-free route from ${from} to ${to}`,
    fix: 'add the missing providers, or remove one of the two AS',
  });
}
