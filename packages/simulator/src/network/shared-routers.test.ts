import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { plainDijkstra } from '../../test/network/plain-dijkstra.ts';
import { minLatencies, openLatencies } from './latency-tables.ts';
import { placeOnRouters } from './placement.ts';
import { RoutedLatency } from './routed-latency.ts';
import { routedTables } from './routed-tables.ts';
import { placeOnSharedRouters, SAME_ROUTER_MS, sharedRouterTables } from './shared-routers.ts';
import { transitStub } from './transit-stub.ts';

const options = { transitDomains: 2, transitDomainSize: 5, stubDomains: 6, stubDomainSize: 6 };

/** A random network of 60 nodes on at most `routers` routers of its stubs. */
function randomNetwork(run: number, routers: number) {
  const topology = transitStub(options, seededRandom('topology', run));
  const { backboneCount, stubStart } = topology;
  const random = seededRandom('routers', run);
  const first = backboneCount + random.below(stubStart.at(-1)! - backboneCount - routers);
  const chosen = Uint32Array.from({ length: 60 }, () => first + random.below(routers));
  return { topology, chosen, placement: placeOnSharedRouters(topology, chosen) };
}

describe('nodes that share routers', () => {
  test('belong to the AS of their router, by order of arrival', () => {
    for (let run = 0; run < 30; run++) {
      const { topology, chosen, placement } = randomNetwork(run, 14);
      const { asOfNode, domainOfAs, firstNode, arrivalOfNode, nodeOfArrival } = placement;
      for (const [arrival, router] of chosen.entries()) {
        const node = nodeOfArrival[arrival]!;
        const as = asOfNode[node]!;
        expect(arrivalOfNode[node]).toBe(arrival);
        expect(router).toBeGreaterThanOrEqual(topology.stubStart[domainOfAs[as]!]!);
        expect(router).toBeLessThan(topology.stubStart[domainOfAs[as]! + 1]!);
        expect(node).toBeGreaterThanOrEqual(firstNode[as]!);
        expect(node).toBeLessThan(firstNode[as + 1]!);
        expect(placement.sites.routerOfNode[placement.siteOfNode[node]!]).toBe(router);
        expect(placement.sites.asOfNode[placement.siteOfNode[node]!]).toBe(as);
      }
    }
  });

  test('have the latency of the shortest path between their routers', () => {
    for (let run = 0; run < 30; run++) {
      const { topology, chosen, placement } = randomNetwork(run, 12);
      const tables = sharedRouterTables(topology, placement);
      const expected = [...chosen].map((router) => plainDijkstra(topology.graph, router));
      // With space for one row, so that rows are evicted all the time, and for all rows.
      const models = [new RoutedLatency(tables, 0), openLatencies(tables)];
      for (const [from, distanceMs] of expected.entries()) {
        for (const [to, router] of chosen.entries()) {
          if (from === to) continue;
          const nodes = [placement.nodeOfArrival[from]!, placement.nodeOfArrival[to]!] as const;
          const ms = router === chosen[from] ? SAME_ROUTER_MS : distanceMs[router];
          for (const model of models) expect(model.latencyMs(...nodes)).toBe(ms);
        }
      }
    }
  });

  test('have no latency below the least one of their AS', () => {
    for (let run = 0; run < 30; run++) {
      const { topology, placement } = randomNetwork(run, 10);
      const latencies = openLatencies(sharedRouterTables(topology, placement));
      const minMs = minLatencies(latencies);
      const { asCount, nodeCount, asOfNode } = placement;
      for (let a = 0; a < nodeCount; a++) {
        for (let b = 0; b < nodeCount; b++) {
          if (a === b) continue;
          const least = minMs[asOfNode[a]! * asCount + asOfNode[b]!]!;
          expect(latencies.latencyMs(a, b)).toBeGreaterThanOrEqual(least);
          expect(least).toBeGreaterThan(0);
        }
      }
    }
  });

  test('have the latencies of nodes with routers of their own, if no two share one', () => {
    const topology = transitStub(options, seededRandom(4));
    const own = placeOnRouters(topology, 20, seededRandom(5));
    const routers = own.nodeOfArrival.map((node) => own.routerOfNode[node]!);
    const shared = placeOnSharedRouters(topology, routers);
    const before = openLatencies(routedTables(topology, own));
    const after = openLatencies(sharedRouterTables(topology, shared));
    expect(shared.nodeOfArrival).toEqual(own.nodeOfArrival);
    for (let a = 0; a < 20; a++) {
      for (let b = 0; b < 20; b++) {
        if (a !== b) expect(after.latencyMs(a, b)).toBe(before.latencyMs(a, b));
      }
    }
    expect(minLatencies(after)).toEqual(minLatencies(before));
  });
});
