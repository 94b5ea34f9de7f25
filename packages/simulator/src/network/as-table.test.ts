import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { SwarmError } from '../errors.ts';
import { type AsTable, checkAsTable, pairTables, placeInTable } from './as-table.ts';
import { minLatencies, openLatencies } from './latency-tables.ts';

const table: AsTable = {
  names: ['AS10', 'AS20', 'AS30'],
  sizes: [2, 0, 3],
  latencyMs: [
    [5, 80, 90],
    [81, 6, 70],
    [91, 71, 7],
  ],
};

describe('a table of AS', () => {
  test('gives each AS its size, if there are as many places as nodes', () => {
    const placement = placeInTable(table, 5, seededRandom(1));
    expect([...placement.firstNode]).toEqual([0, 2, 5]);
    expect([...placement.domainOfAs]).toEqual([0, 2]);
  });

  test('places nodes at random, and in the same way for the same seed', () => {
    const placements = [1, 1, 2, 3, 4, 5].map((seed) => {
      const { asOfNode, nodeOfArrival } = placeInTable(table, 5, seededRandom(seed));
      return [...nodeOfArrival].map((node) => asOfNode[node]).join('');
    });
    expect(placements[0]).toBe(placements[1]);
    expect(new Set(placements).size).toBeGreaterThan(1);
  });

  test('gives the latency of each direction', () => {
    const placement = placeInTable(table, 5, seededRandom(1));
    const latencies = openLatencies(structuredClone(pairTables(table, placement)));
    expect(latencies.latencyMs(0, 1)).toBe(5);
    expect(latencies.latencyMs(1, 4)).toBe(90);
    expect(latencies.latencyMs(4, 1)).toBe(91);
    expect([...minLatencies(latencies)]).toEqual([5, 90, 91, 7]);
  });

  test('gives no latency within an AS of a single node', () => {
    const single = { ...table, sizes: [1, 0, 3] };
    const latencies = openLatencies(pairTables(single, placeInTable(single, 4, seededRandom(1))));
    expect(minLatencies(latencies)[0]).toBe(Infinity);
  });

  test('that is valid is accepted', () => {
    expect(() => checkAsTable(table)).not.toThrow();
  });

  test.each([
    { mistake: { names: [], sizes: [], latencyMs: [] }, message: /^as: there is no AS; / },
    { mistake: { sizes: [1, 2] }, message: /^sizes: 2 sizes for 3 AS; give one for each AS$/ },
    { mistake: { sizes: [1, -1, 2] }, message: /^sizes\[1\]: the size of AS20 is -1; .*least 0$/ },
    { mistake: { sizes: [1, 1.5, 2] }, message: /^sizes\[1\]: the size of AS20 is 1.5; / },
    { mistake: { latencyMs: [] }, message: /^latencyMs: 0 rows for 3 AS; give one for each AS$/ },
    {
      mistake: {
        latencyMs: [
          [5, 80],
          [81, 6, 70],
          [91, 71, 7],
        ],
      },
      message: /^latencyMs\[0\]: 2 latencies from AS10 to 3 AS; .* itself included$/,
    },
    {
      mistake: {
        latencyMs: [
          [5, 80, 90],
          [0, 6, 70],
          [91, 71, 7],
        ],
      },
      message: /^latencyMs\[1\]\[0\]: the latency from AS20 to AS10 is 0 ms; .*least 1$/,
    },
  ])('that is invalid is rejected: $message', ({ mistake, message }) => {
    expect(() => checkAsTable({ ...table, ...mistake })).toThrow(SwarmError);
    expect(() => checkAsTable({ ...table, ...mistake })).toThrow(message);
  });

  test('with too few places is rejected', () => {
    expect(() => placeInTable(table, 7, seededRandom(1))).toThrow(
      /^sizes: 7 nodes .* on the 5 places of all AS; increase them by 2 or more in total$/,
    );
  });
});
