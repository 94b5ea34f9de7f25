/**
 * A network as a table of AS: whatever describes it, each AS has a name, and there is a latency and
 * a route between each two AS that host nodes.
 *
 *     NetworkData                       AsNetwork              in
 *     relationships, as text            latencies, routes      relationship-network.ts
 *     a table of latencies              latencies, routes      table-network.ts
 *     a graph of links with latencies   latencies, routes      graph-network.ts
 *
 * The data are plain, so that they can be passed on as JSON or to a thread. The latencies between
 * the AS that have nodes become a table in shared memory (`pair-latency.ts`).
 */

import type { PairTables } from './pair-latency.ts';
import type { Placement } from './placement.ts';
import type { RelatedAs } from './related-as.ts';
import { RoutesBuilder, type Routes } from './routes.ts';
import { sharedFloat64 } from './shared-arrays.ts';

/** The text of a file of AS relationships. */
export interface RelationshipData {
  /** Tells it from other descriptions. */
  readonly kind: 'relationships';
  /** Lines such as `64496|64499|-1`. */
  readonly text: string;
}

/** Latencies between all AS, one way, in ms, above 0. */
export interface TableData {
  /** Tells it from other descriptions. */
  readonly kind: 'table';
  /** The name of each AS. */
  readonly names: readonly string[];
  /** The share of the peers that each AS hosts; shares are relative to their sum. */
  readonly sizes?: readonly number[];
  /** The latency from each AS to each, row by row; the diagonal is that within the AS. */
  readonly latencyMs: readonly (readonly number[])[];
}

/** AS and the links between them. */
export interface GraphData {
  /** Tells it from other descriptions. */
  readonly kind: 'graph';
  /** The name of each AS. */
  readonly names: readonly string[];
  /** The share of the peers that each AS hosts; shares are relative to their sum. */
  readonly sizes?: readonly number[];
  /** The links between them. */
  readonly links: readonly GraphLink[];
  /** Whether links lead from `from` to `to` only. */
  readonly isDirected: boolean;
}

/** A link between two AS, by their indices; one from an AS to itself says how far its nodes are. */
export interface GraphLink {
  /** The AS at one end; where the link begins, if the graph is directed. */
  readonly from: number;
  /** The AS at the other end. */
  readonly to: number;
  /** Its latency, in whole µs; absent if the graph does not say. */
  readonly latencyUs?: number;
}

/** The description of a network. */
export type NetworkData = RelationshipData | TableData | GraphData;

/** Latencies that a description of a network may lack, in ms. */
export interface AssumedLatencies {
  /** Of a hop from AS to AS. */
  readonly hopMs: number;
  /** Between two nodes of one AS. */
  readonly intraMs: number;
}

/** A network that has been read. AS are given by their index in it. */
export interface AsNetwork {
  readonly asCount: number;
  /** The share of the peers that each AS hosts, if the description says so. */
  readonly sizes?: readonly number[];
  nameOf(as: number): string;
  /** The AS with this name, or this number; undefined if there is none. */
  indexOf(name: string): number | undefined;
  /** The AS that may host peers: those without customers, or all. */
  edgeAs(): number[];
  /** The size of the customer cone of each AS; undefined if relationships are not known. */
  customerCones(): Uint32Array | undefined;
  /**
   * The latency from each host to each other one, row by row, one way, in whole ms, at least 1;
   * Infinity where there is no route. The diagonal is the latency within the AS.
   */
  latenciesMs(hosts: Uint32Array): Float64Array;
  /** The routes between hosts, all of which reach one another. */
  routes(hosts: Uint32Array): Routes;
  /** Who is related to whom, on a route or not. */
  readonly related: RelatedAs;
}

/** The latencies of nodes that have been placed in the AS of a network. */
export function pairTables(network: AsNetwork, placement: Placement): PairTables {
  const { asCount, asOfNode, firstNode, domainOfAs } = placement;
  const pairMs = sharedFloat64(asCount * asCount);
  pairMs.set(network.latenciesMs(domainOfAs));
  return { model: 'pairs', asCount, asOfNode, firstNode, pairMs };
}

/** A latency in whole ms, at least 1. */
export function wholeMs(ms: number): number {
  return Math.max(1, Math.round(ms));
}

/** Above the index of any AS, so that a number is a pair of them, and exact. */
const AS_MAX = 2 ** 26;

/** A step from an AS to a neighbour, both by their index in the network. */
export interface Link {
  readonly from: number;
  readonly to: number;
  /** A number of `RELATIONSHIP`; of a transit link, `from` is the customer. */
  readonly relationship: number;
}

/**
 * Builds routes from the AS on them: `nextAs(to, as)` is the one after `as` on the way to the host
 * `to`, and `linkOf` describes the link between two neighbours.
 */
export function routesBetween(
  hosts: Uint32Array,
  nameOf: (as: number) => string,
  nextAs: (to: number) => (as: number) => number,
  linkOf: (as: number, next: number) => Link,
): Routes {
  // Routes to one host are found together, but are stored by where they begin.
  const paths = Array.from(hosts, (to, index): number[][] => {
    const next = nextAs(index);
    return Array.from(hosts, (from) => {
      const path = [from];
      for (let as = from; as !== to; path.push(as)) as = next(as);
      return path;
    });
  });
  const builder = new RoutesBuilder(Array.from(hosts, nameOf));
  const indexOf = new Map<number, number>();
  for (const [index, as] of hosts.entries()) indexOf.set(as, index);
  const placeOf = (as: number): number => {
    const known = indexOf.get(as);
    if (known !== undefined) return known;
    const added = builder.add(nameOf(as));
    indexOf.set(as, added);
    return added;
  };

  const links = new Map<number, { readonly index: number; readonly from: number }>();
  const linkBetween = (as: number, next: number): { index: number; from: number } => {
    const pair = Math.min(as, next) * AS_MAX + Math.max(as, next);
    const known = links.get(pair);
    if (known !== undefined) return known;
    const { from, to, relationship } = linkOf(as, next);
    const link = { index: builder.link(placeOf(from), placeOf(to), relationship), from };
    links.set(pair, link);
    return link;
  };
  for (let from = 0; from < hosts.length; from++) {
    for (let to = 0; to < hosts.length; to++) {
      const path = paths[to]![from]!;
      for (let i = 0; i + 1 < path.length; i++) {
        const link = linkBetween(path[i]!, path[i + 1]!);
        builder.step(link.index, link.from !== path[i]);
      }
      builder.endRoute();
    }
  }
  return builder.build();
}
