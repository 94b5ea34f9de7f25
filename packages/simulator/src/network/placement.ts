/**
 * Which node is where. Nodes arrive one after the other, the tracker first; within the simulator
 * they are numbered by autonomous system, those of one AS in order of arrival:
 *
 *     arrival          0 1 2 3 4 5
 *     AS               1 0 1 2 1 0
 *     nodeOfArrival    2 0 3 5 4 1
 *     arrivalOfNode    1 5 | 0 2 4 | 3
 *     firstNode        0     2       5   6
 *
 * Only AS that host somebody have a number: 0, 1, 2 … in the order of their domains.
 */

import { assert, type Random } from '@cachetorrent/std';

import { SwarmError } from '../errors.ts';
import { sharedUint32 } from './shared-arrays.ts';
import type { Topology } from './transit-stub.ts';

/** Plain data over shared memory. */
export interface Placement {
  readonly nodeCount: number;
  readonly asCount: number;
  /** For each AS, its first node; then the number of all nodes. */
  readonly firstNode: Uint32Array;
  /** For each AS, the domain that it is, as whoever described the network numbers them. */
  readonly domainOfAs: Uint32Array;
  /** For each node, its AS. */
  readonly asOfNode: Uint32Array;
  readonly nodeOfArrival: Uint32Array;
  readonly arrivalOfNode: Uint32Array;
}

/** A placement on routers: a node has a router of its own. */
export interface RouterPlacement extends Placement {
  readonly routerOfNode: Uint32Array;
}

/**
 * Puts each node on a router of its own, drawn uniformly among those of all stubs, so that the
 * number of nodes varies from AS to AS.
 *
 * @throws SwarmError if there are more nodes than such routers
 */
export function placeOnRouters(
  topology: Topology,
  nodeCount: number,
  random: Random,
): RouterPlacement {
  const { backboneCount, stubStart } = topology;
  const stubCount = stubStart.length - 1;
  const routerCount = stubStart[stubCount]! - backboneCount;
  if (nodeCount > routerCount) throw tooFewRouters(nodeCount, routerCount, stubCount);

  // The first steps of a Fisher–Yates shuffle: what stands at place i is drawn from the rest.
  const routers = Uint32Array.from({ length: routerCount }, (_, i) => backboneCount + i);
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    const drawn = arrival + random.below(routerCount - arrival);
    const router = routers[drawn]!;
    routers[drawn] = routers[arrival]!;
    routers[arrival] = router;
  }

  const stubOfRouter = new Uint32Array(routerCount);
  for (let stub = 0; stub < stubCount; stub++) {
    stubOfRouter.fill(stub, stubStart[stub]! - backboneCount, stubStart[stub + 1]! - backboneCount);
  }
  const domainOfArrival = new Uint32Array(nodeCount);
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    domainOfArrival[arrival] = stubOfRouter[routers[arrival]! - backboneCount]!;
  }

  const placement = placeInDomains(domainOfArrival, stubCount);
  const routerOfNode = sharedUint32(nodeCount);
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    routerOfNode[placement.nodeOfArrival[arrival]!] = routers[arrival]!;
  }
  return { ...placement, routerOfNode };
}

/** Numbers nodes of which the domain is known, in order of arrival. */
export function placeInDomains(domainOfArrival: Uint32Array, domainCount: number): Placement {
  const nodeCount = domainOfArrival.length;
  const population = new Uint32Array(domainCount);
  for (const domain of domainOfArrival) {
    assert(domain < domainCount, 'a node is in a domain that there is');
    population[domain]!++;
  }

  const domainOfAs = sharedUint32(population.reduce((count, n) => count + (n > 0 ? 1 : 0), 0));
  const asOfDomain = new Uint32Array(domainCount);
  let asCount = 0;
  for (let domain = 0; domain < domainCount; domain++) {
    if (population[domain] === 0) continue;
    asOfDomain[domain] = asCount;
    domainOfAs[asCount++] = domain;
  }

  const firstNode = sharedUint32(asCount + 1);
  for (let as = 0; as < asCount; as++) {
    firstNode[as + 1] = firstNode[as]! + population[domainOfAs[as]!]!;
  }

  const next = firstNode.slice(0, asCount);
  const asOfNode = sharedUint32(nodeCount);
  const nodeOfArrival = sharedUint32(nodeCount);
  const arrivalOfNode = sharedUint32(nodeCount);
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    const as = asOfDomain[domainOfArrival[arrival]!]!;
    const node = next[as]!++;
    asOfNode[node] = as;
    nodeOfArrival[arrival] = node;
    arrivalOfNode[node] = arrival;
  }
  return { nodeCount, asCount, firstNode, domainOfAs, asOfNode, nodeOfArrival, arrivalOfNode };
}

function tooFewRouters(nodeCount: number, routerCount: number, stubCount: number): SwarmError {
  const size = Math.ceil(nodeCount / stubCount) + 2;
  return new SwarmError({
    at: 'stubDomains, stubDomainSize',
    problem:
      `${nodeCount} nodes (the tracker and all peers) do not fit on ${routerCount} routers ` +
      'of stub domains, one each',
    fix: `with ${stubCount} stub domains, set stubDomainSize to ${size} or more`,
  });
}
