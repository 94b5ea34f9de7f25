/**
 * Dijkstra's algorithm in its textbook form, over all vertices: the reference for latencies and
 * shortest paths.
 */

import { type Graph, vertexCountOf } from '../../src/network/graph.ts';

/** Returns the distance from `source` to each vertex, in ms; Infinity if there is no path. */
export function plainDijkstra(graph: Graph, source: number): number[] {
  const count = vertexCountOf(graph);
  const distanceMs = new Array<number>(count).fill(Infinity);
  const settled = new Set<number>();
  distanceMs[source] = 0;
  while (settled.size < count) {
    let nearest = -1;
    for (let vertex = 0; vertex < count; vertex++) {
      if (settled.has(vertex)) continue;
      if (nearest < 0 || distanceMs[vertex]! < distanceMs[nearest]!) nearest = vertex;
    }
    settled.add(nearest);
    for (let entry = graph.rowStart[nearest]!; entry < graph.rowStart[nearest + 1]!; entry++) {
      const neighbour = graph.target[entry]!;
      const viaNearestMs = distanceMs[nearest]! + graph.lengthMs[entry]!;
      distanceMs[neighbour] = Math.min(distanceMs[neighbour]!, viaNearestMs);
    }
  }
  return distanceMs;
}
