import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { plainDijkstra } from '../../test/network/plain-dijkstra.ts';
import { EdgeList } from './graph.ts';
import { fixedTables } from './latencies.ts';
import { minLatencies, openLatencies } from './latency-tables.ts';
import { placeInDomains, placeOnRouters, type RouterPlacement } from './placement.ts';
import { RoutedLatency } from './routed-latency.ts';
import { routedTables } from './routed-tables.ts';
import { type Topology, transitStub } from './transit-stub.ts';

describe('latency by shortest path', () => {
  test('equals that of the reference algorithm over the whole network', () => {
    for (let run = 0; run < 120; run++) {
      const { topology, placement } = randomNetwork(seededRandom('latencies', run), run);
      const tables = routedTables(topology, placement);
      // With space for one row, so that rows are evicted all the time, and for all rows.
      for (const latencies of [new RoutedLatency(tables, 0), openLatencies(tables)]) {
        for (let nodeA = 0; nodeA < placement.nodeCount; nodeA++) {
          const distanceMs = plainDijkstra(topology.graph, placement.routerOfNode[nodeA]!);
          for (let nodeB = 0; nodeB < placement.nodeCount; nodeB++) {
            if (nodeA === nodeB) continue;
            expect(latencies.latencyMs(nodeA, nodeB), `run ${run}: ${nodeA} to ${nodeB}`).toBe(
              distanceMs[placement.routerOfNode[nodeB]!],
            );
          }
        }
      }
    }
  });

  test('has as its minimum between two AS the latency of their closest nodes', () => {
    for (let run = 0; run < 120; run++) {
      const { topology, placement } = randomNetwork(seededRandom('minimum', run), run);
      const latencies = openLatencies(routedTables(topology, placement));
      const { asCount, nodeCount, asOfNode } = placement;
      const expected = new Float64Array(asCount * asCount).fill(Infinity);
      for (let nodeA = 0; nodeA < nodeCount; nodeA++) {
        for (let nodeB = 0; nodeB < nodeCount; nodeB++) {
          if (nodeA === nodeB) continue;
          const pair = asOfNode[nodeA]! * asCount + asOfNode[nodeB]!;
          expected[pair] = Math.min(expected[pair]!, latencies.latencyMs(nodeA, nodeB));
        }
      }
      const minMs = minLatencies(latencies);
      for (let pair = 0; pair < asCount * asCount; pair++) {
        const isIntraAs = Math.floor(pair / asCount) === pair % asCount;
        if (isIntraAs) expect(minMs[pair], `run ${run}`).toBeLessThanOrEqual(expected[pair]!);
        else expect(minMs[pair], `run ${run}`).toBe(expected[pair]);
      }
    }
  });

  test('may lead through a stub with two gateways', () => {
    // Routers 0 and 1 are the backbone, joined by a long link. Stub 1 (routers 3 and 4) is a
    // shortcut between them. Stubs 0 and 2 are connected to one of them each.
    const topology = topologyOf(
      2,
      [2, 3, 5, 6],
      [
        [0, 1, 5000],
        [0, 2, 100],
        [0, 3, 100],
        [3, 4, 2],
        [4, 1, 100],
        [1, 5, 100],
      ],
    );
    const latencies = openLatencies(routedTables(topology, oneNodeEach(topology)));
    expect(latencies.latencyMs(0, 3)).toBe(100 + 100 + 2 + 100 + 100);
  });

  test('may leave an AS and return, if that is shorter', () => {
    const topology = topologyOf(
      1,
      [1, 4],
      [
        [0, 1, 98],
        [1, 2, 500],
        [2, 3, 2],
        [3, 0, 98],
      ],
    );
    const latencies = openLatencies(routedTables(topology, oneNodeEach(topology)));
    expect(latencies.latencyMs(0, 1)).toBe(98 + 98 + 2);
  });

  test('has no minimum within an AS of a single node', () => {
    const topology = topologyOf(
      1,
      [1, 2, 3],
      [
        [0, 1, 98],
        [0, 2, 98],
      ],
    );
    const latencies = openLatencies(routedTables(topology, oneNodeEach(topology)));
    expect([...minLatencies(latencies)]).toEqual([Infinity, 196, 196, Infinity]);
  });

  test('is the same on a thread that receives the tables', () => {
    const { topology, placement } = randomNetwork(seededRandom('clone'), 3);
    const tables = routedTables(topology, placement);
    const latencies = openLatencies(tables);
    const cloned = openLatencies(structuredClone(tables));
    for (let node = 1; node < placement.nodeCount; node++) {
      expect(cloned.latencyMs(0, node)).toBe(latencies.latencyMs(0, node));
    }
  });
});

test('fixed latency is the same for all', () => {
  const placement = placeInDomains(Uint32Array.of(0, 0, 1), 2);
  const latencies = openLatencies(fixedTables(placement, 50));
  expect(latencies.latencyMs(0, 1)).toBe(50);
  expect(latencies.latencyMs(2, 1)).toBe(50);
  expect([...minLatencies(latencies)]).toEqual([50, 50, 50, 50]);
});

/** Small transit–stub networks; every other one with links that draw paths out of stubs. */
function randomNetwork(
  random: Random,
  run: number,
): { topology: Topology; placement: RouterPlacement } {
  const generated = transitStub(
    {
      transitDomains: 1 + random.below(3),
      transitDomainSize: 1 + random.below(5),
      stubDomains: 1 + random.below(6),
      stubDomainSize: 1 + random.below(9),
    },
    random,
  );
  const topology = run % 2 === 0 ? generated : withShortcuts(generated, random);
  const routerCount = topology.stubStart.at(-1)! - topology.backboneCount;
  const nodeCount = 1 + random.below(routerCount);
  return { topology, placement: placeOnRouters(topology, nodeCount, random) };
}

/** Links to the backbone are short and those inside are long, so shortest paths take any route. */
function withShortcuts({ graph, backboneCount, stubStart }: Topology, random: Random): Topology {
  const edges = new EdgeList();
  const routerCount = graph.rowStart.length - 1;
  for (let from = 0; from < routerCount; from++) {
    for (let entry = graph.rowStart[from]!; entry < graph.rowStart[from + 1]!; entry++) {
      if (from < graph.target[entry]!) edges.add(from, graph.target[entry]!, 1 + random.below(30));
    }
  }
  for (let extra = random.below(8); extra > 0; extra--) {
    const router = backboneCount + random.below(routerCount - backboneCount);
    edges.add(router, random.below(backboneCount), 1 + random.below(5));
  }
  return { graph: edges.toGraph(routerCount), backboneCount, stubStart };
}

function topologyOf(
  backboneCount: number,
  stubStart: number[],
  edges: [number, number, number][],
): Topology {
  const list = new EdgeList();
  for (const [routerA, routerB, lengthMs] of edges) list.add(routerA, routerB, lengthMs);
  return {
    graph: list.toGraph(stubStart.at(-1)!),
    backboneCount,
    stubStart: Uint32Array.from(stubStart),
  };
}

/** One node per stub router, in the same order. */
function oneNodeEach({ backboneCount, stubStart }: Topology): RouterPlacement {
  const routerCount = stubStart.at(-1)! - backboneCount;
  const domains = Uint32Array.from({ length: routerCount }, (_, i) =>
    stubStart.findLastIndex((start) => start <= backboneCount + i),
  );
  return {
    ...placeInDomains(domains, stubStart.length - 1),
    routerOfNode: Uint32Array.from({ length: routerCount }, (_, i) => backboneCount + i),
  };
}
