/**
 * Generates transit–stub topologies (Zegura, Calvert and Bhattacharjee, How to model an
 * internetwork, INFOCOM 1996), in the same way as the original simulator: a backbone of transit
 * domains, to which stub domains are connected. A stub domain is an autonomous system that may have
 * nodes.
 *
 *     routers    0 ........ backboneCount | stub 0 | stub 1 | …
 *                transit domains            stubStart[0]  stubStart[1]
 *
 * A domain is a connected random graph. So is the graph of the transit domains, two of which are
 * joined by a link between a random router of each. Each stub is connected by a link between a
 * random router of its own and a random one of the backbone. There are half as many additional
 * links as stubs, from random stub routers to the backbone. So some stubs have several gateways,
 * and the shortest path between others may lead through them.
 */

import type { Random } from '@cachetorrent/std';

import { EdgeList, type Graph } from './graph.ts';
import { addRandomGraph, drawLengthMs, joinAtRandom, type LengthRange } from './random-graph.ts';
import { sharedUint32 } from './shared-arrays.ts';

export interface TransitStubOptions {
  /** Number of transit domains, and routers in each (± 2). All four numbers are at least 1. */
  readonly transitDomains: number;
  readonly transitDomainSize: number;
  /** Number of stub domains, and routers in each (± 2). */
  readonly stubDomains: number;
  readonly stubDomainSize: number;
}

/** A network of routers and links. Plain data in shared memory. */
export interface Topology {
  readonly graph: Graph;
  /** The number of backbone routers, which come first. */
  readonly backboneCount: number;
  /** The first router of each stub, followed by the number of all routers. */
  readonly stubStart: Uint32Array;
}

/** The latencies of links between transit domains, and between a stub and the backbone. */
export const INTER_DOMAIN: LengthRange = { minMs: 98, maxMs: 102 };
/** The latencies of links within a domain. */
export const INTRA_DOMAIN: LengthRange = { minMs: 2, maxMs: 10 };

export function transitStub(options: TransitStubOptions, random: Random): Topology {
  const { transitDomains, transitDomainSize, stubDomains, stubDomainSize } = options;
  const links = new EdgeList();

  const transitStart = drawDomains(0, transitDomains, transitDomainSize, random, links);
  const routerOfTransit = (domain: number): number =>
    transitStart[domain]! + random.below(transitStart[domain + 1]! - transitStart[domain]!);
  joinAtRandom(transitDomains, random, (domainA, domainB) => {
    const routerA = routerOfTransit(domainA);
    links.add(routerA, routerOfTransit(domainB), drawLengthMs(INTER_DOMAIN, random));
  });

  const backboneCount = transitStart[transitDomains]!;
  const stubStart = drawDomains(backboneCount, stubDomains, stubDomainSize, random, links);
  const routerCount = stubStart[stubDomains]!;
  for (let stub = 0; stub < stubDomains; stub++) {
    const router = stubStart[stub]! + random.below(stubStart[stub + 1]! - stubStart[stub]!);
    links.add(router, random.below(backboneCount), drawLengthMs(INTER_DOMAIN, random));
  }
  for (let extra = 0; extra < Math.floor(stubDomains / 2); extra++) {
    const router = backboneCount + random.below(routerCount - backboneCount);
    links.add(router, random.below(backboneCount), drawLengthMs(INTER_DOMAIN, random));
  }

  return { graph: links.toGraph(routerCount), backboneCount, stubStart };
}

/**
 * Draws domains of about `size` routers, from router `first` on. Returns the first router of each,
 * followed by the end of the last.
 */
function drawDomains(
  first: number,
  count: number,
  size: number,
  random: Random,
  links: EdgeList,
): Uint32Array {
  const start = sharedUint32(count + 1);
  start[0] = first;
  for (let domain = 0; domain < count; domain++) {
    const drawn = size - SIZE_SPREAD + random.below(2 * SIZE_SPREAD + 1);
    const routerCount = Math.max(1, drawn);
    addRandomGraph(links, start[domain]!, routerCount, INTRA_DOMAIN, random);
    start[domain + 1] = start[domain]! + routerCount;
  }
  return start;
}

/** The greatest difference between the size of a domain and the requested size. */
const SIZE_SPREAD = 2;
