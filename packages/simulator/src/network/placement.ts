/**
 * The placement of nodes in autonomous systems. Nodes arrive one after the other, the tracker
 * first. Within the simulator they are numbered by AS, and those of one AS by arrival:
 *
 *     arrival          0 1 2 3 4 5
 *     AS id            1 0 1 2 1 0
 *     nodeOfArrival    2 0 3 5 4 1
 *     arrivalOfNode    1 5 | 0 2 4 | 3
 *     firstNode        0     2       5   6
 *
 * Only AS that have nodes have an AS id: 0, 1, 2 … in the order of their domains.
 */

import { assert, type Random } from '@cachetorrent/std';

import { SwarmError } from '../errors.ts';
import { sharedUint32 } from './shared-arrays.ts';
import type { Topology } from './transit-stub.ts';

/** Plain data in shared memory. */
export interface Placement {
  readonly nodeCount: number;
  readonly asCount: number;
  /** The first node of each AS, followed by the number of all nodes. */
  readonly firstNode: Uint32Array;
  /** The domain of each AS: its index in the description of the network. */
  readonly domainOfAs: Uint32Array;
  /** The AS id of each node. */
  readonly asOfNode: Uint32Array;
  readonly nodeOfArrival: Uint32Array;
  readonly arrivalOfNode: Uint32Array;
}

/** A placement on routers: each node has a router of its own. */
export interface RouterPlacement extends Placement {
  readonly routerOfNode: Uint32Array;
}

/**
 * Draws a stub router of its own for each node, in order of arrival, uniformly over all of them.
 *
 * @throws SwarmError if there are more nodes than stub routers
 */
export function drawRouters(topology: Topology, nodeCount: number, random: Random): Uint32Array {
  const { backboneCount, stubStart } = topology;
  const stubCount = stubStart.length - 1;
  const routerCount = stubStart[stubCount]! - backboneCount;
  if (nodeCount > routerCount) throw tooFewRouters(nodeCount, routerCount, stubCount);

  // The first steps of a Fisher–Yates shuffle: element i is drawn from the rest.
  const routers = Uint32Array.from({ length: routerCount }, (_, i) => backboneCount + i);
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    const drawn = arrival + random.below(routerCount - arrival);
    const router = routers[drawn]!;
    routers[drawn] = routers[arrival]!;
    routers[arrival] = router;
  }
  return routers.subarray(0, nodeCount);
}

/**
 * Places the nodes at random, uniformly over the routers of all stub domains, each on a router of
 * its own. So the number of nodes varies from AS to AS.
 *
 * @throws SwarmError if there are more nodes than stub routers
 */
export function placeOnRouters(
  topology: Topology,
  nodeCount: number,
  random: Random,
): RouterPlacement {
  const { backboneCount, stubStart } = topology;
  const stubCount = stubStart.length - 1;
  const routerCount = stubStart[stubCount]! - backboneCount;
  const routers = drawRouters(topology, nodeCount, random);

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

/** Numbers nodes whose domains are known, by order of arrival. */
export function placeInDomains(domainOfArrival: Uint32Array, domainCount: number): Placement {
  const nodeCount = domainOfArrival.length;
  const population = new Uint32Array(domainCount);
  for (const domain of domainOfArrival) {
    assert(domain < domainCount, 'the domain of a node exists');
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
  for (let asId = 0; asId < asCount; asId++) {
    firstNode[asId + 1] = firstNode[asId]! + population[domainOfAs[asId]!]!;
  }

  const next = firstNode.slice(0, asCount);
  const asOfNode = sharedUint32(nodeCount);
  const nodeOfArrival = sharedUint32(nodeCount);
  const arrivalOfNode = sharedUint32(nodeCount);
  for (let arrival = 0; arrival < nodeCount; arrival++) {
    const asId = asOfDomain[domainOfArrival[arrival]!]!;
    const node = next[asId]!++;
    asOfNode[node] = asId;
    nodeOfArrival[arrival] = node;
    arrivalOfNode[node] = arrival;
  }
  return { nodeCount, asCount, firstNode, domainOfAs, asOfNode, nodeOfArrival, arrivalOfNode };
}

function tooFewRouters(nodeCount: number, routerCount: number, stubCount: number): SwarmError {
  const sizeMin = Math.ceil(nodeCount / stubCount) + 2;
  return new SwarmError({
    at: 'topology.stubDomainSize',
    problem:
      `is too small: each of the ${nodeCount} nodes (the tracker and all peers) needs a router ` +
      `of its own, and the AS have ${routerCount} routers together`,
    fix: `set it to ${sizeMin} or more`,
  });
}
