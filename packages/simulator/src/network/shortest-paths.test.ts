import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { plainDijkstra } from '../../test/network/plain-dijkstra.ts';
import { EdgeList } from './graph.ts';
import { addRandomGraph } from './random-graph.ts';
import { ShortestPaths, UNREACHABLE } from './shortest-paths.ts';

describe('shortest paths', () => {
  test('take the shorter of two routes', () => {
    expect([
      ...pathsOf(
        [
          [0, 1, 9],
          [0, 2, 2],
          [2, 1, 3],
        ],
        3,
      ).from(0, 0, 3),
    ]).toEqual([0, 5, 2]);
  });

  test('do not leave their range', () => {
    const paths = pathsOf(
      [
        [0, 1, 1],
        [1, 2, 1],
        [2, 3, 1],
        [1, 3, 9],
      ],
      4,
    );
    expect([...paths.from(3, 1, 4)]).toEqual([2, 1, 0]);
    expect([...paths.from(0, 0, 1)]).toEqual([0]);
  });

  test('mark unreachable vertices', () => {
    expect([...pathsOf([[0, 1, 1]], 3).from(0, 0, 3)]).toEqual([0, 1, UNREACHABLE]);
  });

  test('with a maximum are correct up to it, and do not affect the next search', () => {
    const paths = pathsOf(
      [
        [0, 1, 5],
        [1, 2, 5],
        [2, 3, 5],
      ],
      4,
    );
    expect([...paths.from(0, 0, 4, 5)].slice(0, 2)).toEqual([0, 5]);
    expect([...paths.from(3, 0, 4)]).toEqual([15, 10, 5, 0]);
  });

  test('equal those of the reference algorithm', () => {
    for (let run = 0; run < 200; run++) {
      const random = seededRandom('shortest-paths', run);
      const count = 1 + random.below(40);
      const edges = new EdgeList();
      addRandomGraph(edges, 0, count, { minMs: 1, maxMs: 1 + random.below(300) }, random);
      const graph = edges.toGraph(count);
      const paths = new ShortestPaths(graph);
      for (let source = 0; source < count; source++) {
        expect([...paths.from(source, 0, count)], `run ${run}`).toEqual(
          plainDijkstra(graph, source),
        );
      }
    }
  });
});

function pathsOf(edges: [number, number, number][], vertexCount: number): ShortestPaths {
  const list = new EdgeList();
  for (const [vertexA, vertexB, lengthMs] of edges) list.add(vertexA, vertexB, lengthMs);
  return new ShortestPaths(list.toGraph(vertexCount));
}
