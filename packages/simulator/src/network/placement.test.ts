import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { SwarmError } from '../errors.ts';
import { placeInDomains, placeOnRouters } from './placement.ts';
import { transitStub } from './transit-stub.ts';

const options = { transitDomains: 2, transitDomainSize: 5, stubDomains: 6, stubDomainSize: 10 };

describe('nodes', () => {
  test('are numbered by AS, and within one by arrival', () => {
    expect(plain(placeInDomains(Uint32Array.of(1, 0, 1, 2, 1, 0), 3))).toEqual({
      nodeCount: 6,
      asCount: 3,
      firstNode: [0, 2, 5, 6],
      domainOfAs: [0, 1, 2],
      asOfNode: [0, 0, 1, 1, 1, 2],
      nodeOfArrival: [2, 0, 3, 5, 4, 1],
      arrivalOfNode: [1, 5, 0, 2, 4, 3],
    });
  });

  test('give no AS id to a domain without nodes', () => {
    const placement = plain(placeInDomains(Uint32Array.of(4, 1, 4), 6));
    expect(placement).toMatchObject({ asCount: 2, domainOfAs: [1, 4], firstNode: [0, 1, 3] });
  });

  test('have one stub router each', () => {
    for (let seed = 0; seed < 20; seed++) {
      const topology = transitStub(options, seededRandom(seed));
      const stubRouters = topology.graph.rowStart.length - 1 - topology.backboneCount;
      const placement = placeOnRouters(topology, stubRouters, seededRandom('place', seed));
      const routers = [...placement.routerOfNode].sort((a, b) => a - b);
      expect(routers).toEqual(
        Array.from({ length: stubRouters }, (_, i) => topology.backboneCount + i),
      );
    }
  });

  test('belong to the AS of their router', () => {
    const topology = transitStub(options, seededRandom(1));
    const placement = placeOnRouters(topology, 20, seededRandom(2));
    for (let node = 0; node < 20; node++) {
      const stub = placement.domainOfAs[placement.asOfNode[node]!]!;
      const router = placement.routerOfNode[node]!;
      expect(router).toBeGreaterThanOrEqual(topology.stubStart[stub]!);
      expect(router).toBeLessThan(topology.stubStart[stub + 1]!);
      expect(placement.nodeOfArrival[placement.arrivalOfNode[node]!]).toBe(node);
    }
  });

  test('are on every router with equal probability', () => {
    const topology = transitStub(options, seededRandom(1));
    const routerCount = topology.graph.rowStart.length - 1;
    const counts = new Array<number>(routerCount).fill(0);
    for (let seed = 0; seed < 4_000; seed++) {
      const placement = placeOnRouters(topology, 3, seededRandom('uniform', seed));
      for (const router of placement.routerOfNode) counts[router]!++;
    }
    const expected = (4_000 * 3) / (routerCount - topology.backboneCount);
    for (let router = topology.backboneCount; router < routerCount; router++) {
      // Five standard deviations of a binomial count.
      expect(Math.abs(counts[router]! - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  test('are rejected if there are more of them than routers, with a fix that works', () => {
    const topology = transitStub(options, seededRandom(1));
    expect(() => placeOnRouters(topology, 701, seededRandom(1))).toThrow(SwarmError);
    expect(() => placeOnRouters(topology, 701, seededRandom(1))).toThrow(
      /^topology\.stubDomainSize: is too small: each of the 701 nodes .* set it to 119 or more$/,
    );
    const larger = transitStub({ ...options, stubDomainSize: 119 }, seededRandom(1));
    expect(placeOnRouters(larger, 701, seededRandom(1)).nodeCount).toBe(701);
  });
});

/** Converts typed arrays to arrays, which compare and print better. */
function plain(data: object): object {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? [...(value as Uint32Array)] : value,
    ]),
  );
}
