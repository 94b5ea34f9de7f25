/**
 * The gateways of a transit-stub network, that is the stub routers with an edge to the backbone,
 * and the shortest path from each to each other.
 *
 * Whatever leaves a stub or crosses it does so by its gateways, so for these paths a stub shrinks
 * to its gateways and the distances between them inside:
 *
 *     backbone ── gateway ┄┄ inside the stub ┄┄ gateway ── backbone
 *
 * On this small graph, Dijkstra's algorithm from each gateway gives the distance to all others,
 * those by way of other stubs included.
 */

import { EdgeList } from './graph.ts';
import { sharedUint16, sharedUint32 } from './shared-arrays.ts';
import { ShortestPaths, UNREACHABLE } from './shortest-paths.ts';
import type { Topology } from './transit-stub.ts';

export interface Gateways {
  readonly count: number;
  /** For each stub, its first gateway; then the number of all. */
  readonly firstOfStub: Uint32Array;
  /** For each gateway, its router. */
  readonly router: Uint32Array;
  /** From gateway to gateway over the whole network, in ms; `count` to a row. */
  readonly distanceMs: Uint16Array;
  /**
   * From gateways to the routers of their stub, inside it, in ms. One row for each gateway, as
   * long as its stub has routers; rows begin at `insideStart`.
   */
  readonly insideMs: Uint16Array;
  readonly insideStart: Uint32Array;
}

/** `inside` searches the graph of the topology, and has room for its largest stub. */
export function findGateways(topology: Topology, inside: ShortestPaths): Gateways {
  const { backboneCount, stubStart } = topology;
  const stubCount = stubStart.length - 1;
  const { router, firstOfStub } = routersAtTheBackbone(topology);
  const count = router.length;

  const insideStart = new Uint32Array(count + 1);
  for (let stub = 0; stub < stubCount; stub++) {
    const stubSize = stubStart[stub + 1]! - stubStart[stub]!;
    for (let gateway = firstOfStub[stub]!; gateway < firstOfStub[stub + 1]!; gateway++) {
      insideStart[gateway + 1] = insideStart[gateway]! + stubSize;
    }
  }

  const edges = backboneEdges(topology, router);
  const insideMs = new Uint16Array(insideStart[count]!);
  for (let stub = 0; stub < stubCount; stub++) {
    const first = stubStart[stub]!;
    for (let gateway = firstOfStub[stub]!; gateway < firstOfStub[stub + 1]!; gateway++) {
      const distanceMs = inside.from(router[gateway]!, first, stubStart[stub + 1]!);
      insideMs.set(distanceMs, insideStart[gateway]!);
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
  return { count, firstOfStub, router, distanceMs, insideMs, insideStart };
}

/** Stub routers with an edge to the backbone, stub by stub. */
function routersAtTheBackbone({ graph, backboneCount, stubStart }: Topology): {
  router: Uint32Array;
  firstOfStub: Uint32Array;
} {
  const routers: number[] = [];
  const stubCount = stubStart.length - 1;
  const firstOfStub = sharedUint32(stubCount + 1);
  for (let stub = 0; stub < stubCount; stub++) {
    for (let router = stubStart[stub]!; router < stubStart[stub + 1]!; router++) {
      const rowEnd = graph.rowStart[router + 1]!;
      for (let place = graph.rowStart[router]!; place < rowEnd; place++) {
        if (graph.target[place]! >= backboneCount) continue;
        routers.push(router);
        break;
      }
    }
    firstOfStub[stub + 1] = routers.length;
  }
  return { router: Uint32Array.from(routers), firstOfStub };
}

/** The edges of the backbone, and from it to the gateways, which come after its routers. */
function backboneEdges({ graph, backboneCount }: Topology, gatewayRouter: Uint32Array): EdgeList {
  const gatewayOfRouter = new Map<number, number>();
  for (const [gateway, router] of gatewayRouter.entries()) gatewayOfRouter.set(router, gateway);

  const edges = new EdgeList();
  for (let router = 0; router < backboneCount; router++) {
    const rowEnd = graph.rowStart[router + 1]!;
    for (let place = graph.rowStart[router]!; place < rowEnd; place++) {
      const target = graph.target[place]!;
      const lengthMs = graph.lengthMs[place]!;
      const gateway = gatewayOfRouter.get(target);
      if (gateway !== undefined) edges.add(router, backboneCount + gateway, lengthMs);
      else if (target > router) edges.add(router, target, lengthMs);
    }
  }
  return edges;
}
