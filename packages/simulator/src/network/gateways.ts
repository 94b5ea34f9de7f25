/**
 * The gateways of a transit–stub topology, that is the stub routers with a link to the backbone,
 * and the shortest path between each two of them.
 *
 * All paths that leave or cross a stub pass its gateways. For these paths a stub can be reduced to
 * its gateways and the intra-stub distances between them:
 *
 *     backbone ── gateway ┄┄ intra-stub ┄┄ gateway ── backbone
 *
 * On this small graph, Dijkstra's algorithm from each gateway gives the distances to all others,
 * including paths through other stubs.
 */

import { EdgeList } from './graph.ts';
import { sharedUint16, sharedUint32 } from './shared-arrays.ts';
import { ShortestPaths, UNREACHABLE } from './shortest-paths.ts';
import type { Topology } from './transit-stub.ts';

export interface Gateways {
  readonly count: number;
  /** The first gateway of each stub, followed by the number of all gateways. */
  readonly firstOfStub: Uint32Array;
  /** The router of each gateway. */
  readonly router: Uint32Array;
  /** Distances between all gateways over the whole topology, in ms; `count` per row. */
  readonly distanceMs: Uint16Array;
  /**
   * Intra-stub distances from gateways to the routers of their stub, in ms. One row for each
   * gateway, with an entry for each router of its stub; rows begin at `intraStubStart`.
   */
  readonly intraStubMs: Uint16Array;
  readonly intraStubStart: Uint32Array;
}

/** `search` works on the graph of the topology, and has space for its largest stub. */
export function findGateways(topology: Topology, search: ShortestPaths): Gateways {
  const { backboneCount, stubStart } = topology;
  const stubCount = stubStart.length - 1;
  const { router, firstOfStub } = gatewayRouters(topology);
  const count = router.length;

  const intraStubStart = new Uint32Array(count + 1);
  for (let stub = 0; stub < stubCount; stub++) {
    const stubSize = stubStart[stub + 1]! - stubStart[stub]!;
    for (let gateway = firstOfStub[stub]!; gateway < firstOfStub[stub + 1]!; gateway++) {
      intraStubStart[gateway + 1] = intraStubStart[gateway]! + stubSize;
    }
  }

  const edges = backboneLinks(topology, router);
  const intraStubMs = new Uint16Array(intraStubStart[count]!);
  for (let stub = 0; stub < stubCount; stub++) {
    const first = stubStart[stub]!;
    for (let gateway = firstOfStub[stub]!; gateway < firstOfStub[stub + 1]!; gateway++) {
      const distanceMs = search.from(router[gateway]!, first, stubStart[stub + 1]!);
      intraStubMs.set(distanceMs, intraStubStart[gateway]!);
      for (let other = gateway + 1; other < firstOfStub[stub + 1]!; other++) {
        const acrossMs = distanceMs[router[other]! - first]!;
        if (acrossMs === UNREACHABLE) continue;
        edges.add(backboneCount + gateway, backboneCount + other, acrossMs);
      }
    }
  }

  const distanceMs = sharedUint16(count * count);
  const vertexCount = backboneCount + count;
  const reduced = new ShortestPaths(edges.toGraph(vertexCount));
  for (let gateway = 0; gateway < count; gateway++) {
    const row = reduced.from(backboneCount + gateway, 0, vertexCount);
    distanceMs.set(row.subarray(backboneCount), gateway * count);
  }
  return {
    count,
    firstOfStub,
    router,
    distanceMs,
    intraStubMs,
    intraStubStart,
  };
}

/** Returns the stub routers with a link to the backbone, stub by stub. */
function gatewayRouters({ graph, backboneCount, stubStart }: Topology): {
  router: Uint32Array;
  firstOfStub: Uint32Array;
} {
  const routers: number[] = [];
  const stubCount = stubStart.length - 1;
  const firstOfStub = sharedUint32(stubCount + 1);
  for (let stub = 0; stub < stubCount; stub++) {
    for (let router = stubStart[stub]!; router < stubStart[stub + 1]!; router++) {
      const rowEnd = graph.rowStart[router + 1]!;
      for (let entry = graph.rowStart[router]!; entry < rowEnd; entry++) {
        if (graph.target[entry]! >= backboneCount) continue;
        routers.push(router);
        break;
      }
    }
    firstOfStub[stub + 1] = routers.length;
  }
  return { router: Uint32Array.from(routers), firstOfStub };
}

/** Returns the links of the backbone and to the gateways; these come after the backbone routers. */
function backboneLinks({ graph, backboneCount }: Topology, gatewayRouter: Uint32Array): EdgeList {
  const gatewayOfRouter = new Map<number, number>();
  for (const [gateway, router] of gatewayRouter.entries()) gatewayOfRouter.set(router, gateway);

  const edges = new EdgeList();
  for (let router = 0; router < backboneCount; router++) {
    const rowEnd = graph.rowStart[router + 1]!;
    for (let entry = graph.rowStart[router]!; entry < rowEnd; entry++) {
      const target = graph.target[entry]!;
      const lengthMs = graph.lengthMs[entry]!;
      const gateway = gatewayOfRouter.get(target);
      if (gateway !== undefined) edges.add(router, backboneCount + gateway, lengthMs);
      else if (target > router) edges.add(router, target, lengthMs);
    }
  }
  return edges;
}
