import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { plainDijkstra } from '../../test/network/plain-dijkstra.ts';
import { type LengthRange, randomEdgeCount } from './random-graph.ts';
import { INTER_DOMAIN, INTRA_DOMAIN, type Topology, transitStub } from './transit-stub.ts';

const medium = { transitDomains: 10, transitDomainSize: 50, stubDomains: 14, stubDomainSize: 100 };

/** Seeds, and sizes down to the smallest. */
const cases = [
  ...[1, 2, 3].map((seed) => ({ seed, options: medium })),
  ...[4, 5, 6, 7, 8, 9].map((seed) => ({
    seed,
    options: { transitDomains: 3, transitDomainSize: 4, stubDomains: 5, stubDomainSize: 6 },
  })),
  ...[10, 11, 12, 13].map((seed) => ({
    seed,
    options: { transitDomains: 1, transitDomainSize: 1, stubDomains: 1, stubDomainSize: 1 },
  })),
];

describe('a transit–stub topology', () => {
  test.each(cases)('has domains of the requested sizes, ± 2 ($seed)', (case_) => {
    const { options, seed } = case_;
    const topology = transitStub(options, seededRandom(seed));
    expect(topology.stubStart.length).toBe(options.stubDomains + 1);
    for (let stub = 0; stub < options.stubDomains; stub++) {
      const size = topology.stubStart[stub + 1]! - topology.stubStart[stub]!;
      expect(Math.abs(size - options.stubDomainSize)).toBeLessThanOrEqual(2);
      expect(size).toBeGreaterThanOrEqual(1);
    }
    const expected = options.transitDomains * options.transitDomainSize;
    expect(Math.abs(topology.backboneCount - expected)).toBeLessThanOrEqual(
      2 * options.transitDomains,
    );
  });

  test.each(cases)('is connected, and so is each stub by itself ($seed)', (case_) => {
    const topology = transitStub(case_.options, seededRandom(case_.seed));
    expect(Math.max(...plainDijkstra(topology.graph, 0))).toBeLessThan(Infinity);
    for (let stub = 0; stub + 1 < topology.stubStart.length; stub++) {
      expect(reachableInside(topology, stub)).toBe(
        topology.stubStart[stub + 1]! - topology.stubStart[stub]!,
      );
    }
  });

  test.each(cases)(
    'has short links within domains and long links between them ($seed)',
    (case_) => {
      const topology = transitStub(case_.options, seededRandom(case_.seed));
      let toBackbone = 0;
      for (const { from, to, lengthMs } of linksOf(topology)) {
        const fromBackbone = from < topology.backboneCount;
        const intoBackbone = to < topology.backboneCount;
        const inOneStub = !fromBackbone && stubOf(topology, from) === stubOf(topology, to);
        if (fromBackbone !== intoBackbone) toBackbone++;
        // A link of the backbone is within a domain or between two.
        expect(inRange(lengthMs, INTRA_DOMAIN)).toBe(
          inOneStub || (intoBackbone && !inRange(lengthMs, INTER_DOMAIN)),
        );
        expect(inRange(lengthMs, INTRA_DOMAIN) || inRange(lengthMs, INTER_DOMAIN)).toBe(true);
        expect(fromBackbone || intoBackbone || inOneStub).toBe(true);
      }
      const { stubDomains } = case_.options;
      expect(toBackbone).toBe(stubDomains + Math.floor(stubDomains / 2));
    },
  );

  test('has about log2 n + 1 links per router of a domain', () => {
    const topology = transitStub(medium, seededRandom('edges'));
    const inside = linksOf(topology).filter(({ lengthMs }) =>
      inRange(lengthMs, INTRA_DOMAIN),
    ).length;
    const routers = topology.graph.rowStart.length - 1;
    expect(inside / routers).toBeGreaterThan(Math.log2(50) + 0.9);
    expect(inside / routers).toBeLessThan(Math.log2(102) + 1.1);
    expect(randomEdgeCount(64)).toBe(64 * 7);
    expect(randomEdgeCount(4)).toBe(6);
  });

  test('never joins two routers of a domain twice', () => {
    const topology = transitStub(medium, seededRandom('pairs'));
    const inside = linksOf(topology).filter(({ lengthMs }) => inRange(lengthMs, INTRA_DOMAIN));
    expect(new Set(inside.map(({ from, to }) => `${from}-${to}`)).size).toBe(inside.length);
  });

  test('is the same for the same seed, and different for another seed', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => transitStub(medium, seededRandom(seed)));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('is in shared memory', () => {
    const { graph, stubStart } = transitStub(medium, seededRandom(1));
    for (const array of [graph.rowStart, graph.target, graph.lengthMs, stubStart]) {
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test('has the latencies of the original simulator: 7 ms within a stub, 320 ms between two', () => {
    // Measured in the original simulator on `medium`: mean 7 (2–15) within, mean 320 (202–437)
    // between.
    const inside: number[] = [];
    const between: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const topology = transitStub(medium, seededRandom('latency', seed));
      for (let stub = 0; stub < 14; stub += 3) {
        const source = topology.stubStart[stub]!;
        const distanceMs = plainDijkstra(topology.graph, source);
        for (let router = topology.backboneCount; router < distanceMs.length; router++) {
          if (router === source) continue;
          (stubOf(topology, router) === stub ? inside : between).push(distanceMs[router]!);
        }
      }
    }
    expect(mean(inside)).toBeGreaterThan(6.5);
    expect(mean(inside)).toBeLessThan(8.5);
    expect(mean(between)).toBeGreaterThan(290);
    expect(mean(between)).toBeLessThan(350);
  });
});

interface Link {
  readonly from: number;
  readonly to: number;
  readonly lengthMs: number;
}

/** Each link once, from its lower end. */
function linksOf({ graph }: Topology): Link[] {
  const links: Link[] = [];
  for (let from = 0; from + 1 < graph.rowStart.length; from++) {
    for (let entry = graph.rowStart[from]!; entry < graph.rowStart[from + 1]!; entry++) {
      const to = graph.target[entry]!;
      if (from < to) links.push({ from, to, lengthMs: graph.lengthMs[entry]! });
    }
  }
  return links;
}

function stubOf({ stubStart }: Topology, router: number): number {
  return stubStart.findLastIndex((start) => start <= router);
}

function reachableInside(topology: Topology, stub: number): number {
  const first = topology.stubStart[stub]!;
  const reached = new Set([first]);
  for (const router of reached) {
    const rowEnd = topology.graph.rowStart[router + 1]!;
    for (let entry = topology.graph.rowStart[router]!; entry < rowEnd; entry++) {
      const neighbour = topology.graph.target[entry]!;
      if (neighbour >= first && neighbour < topology.stubStart[stub + 1]!) reached.add(neighbour);
    }
  }
  return reached.size;
}

function inRange(lengthMs: number, { minMs, maxMs }: LengthRange): boolean {
  return lengthMs >= minMs && lengthMs <= maxMs;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
