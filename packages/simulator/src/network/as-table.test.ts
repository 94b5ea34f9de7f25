import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { SwarmError } from '../errors.ts';
import { type AsTable, checkAsTable, pairTables, placeInTable } from './as-table.ts';
import { leastLatencies, openLatencies } from './latency-tables.ts';

const table: AsTable = {
  names: ['AS10', 'AS20', 'AS30'],
  sizes: [2, 0, 3],
  latencyMs: [[5, 80, 90], [81, 6, 70], [91, 71, 7]],
};

describe('a table of AS', () => {
  test('gives each AS its size, where there are as many places as nodes', () => {
    const placement = placeInTable(table, 5, seededRandom(1));
    expect([...placement.firstNode]).toEqual([0, 2, 5]);
    expect([...placement.domainOfAs]).toEqual([0, 2]);
  });

  test('gives places to nodes by chance, and the same ones for the same seed', () => {
    const systems = [1, 1, 2, 3, 4, 5].map((seed) => {
      const { asOfNode, nodeOfArrival } = placeInTable(table, 5, seededRandom(seed));
      return [...nodeOfArrival].map((node) => asOfNode[node]).join('');
    });
    expect(systems[0]).toBe(systems[1]);
    expect(new Set(systems).size).toBeGreaterThan(1);
  });

  test('says how long a message takes, in either direction', () => {
    const placement = placeInTable(table, 5, seededRandom(1));
    const latencies = openLatencies(structuredClone(pairTables(table, placement)));
    expect(latencies.latencyMs(0, 1)).toBe(5);
    expect(latencies.latencyMs(1, 4)).toBe(90);
    expect(latencies.latencyMs(4, 1)).toBe(91);
    expect([...leastLatencies(latencies)]).toEqual([5, 90, 91, 7]);
  });

  test('has no latency within an AS where one node is alone', () => {
    const alone = { ...table, sizes: [1, 0, 3] };
    const latencies = openLatencies(pairTables(alone, placeInTable(alone, 4, seededRandom(1))));
    expect(leastLatencies(latencies)[0]).toBe(Infinity);
  });

  test('that makes sense is accepted', () => {
    expect(() => checkAsTable(table)).not.toThrow();
  });

  test.each([
    { mistake: { names: [], sizes: [], latencyMs: [] }, says: /^as: there is no AS; / },
    { mistake: { sizes: [1, 2] }, says: /^sizes: 2 sizes for 3 AS; give one for each AS$/ },
    { mistake: { sizes: [1, -1, 2] }, says: /^sizes\[1\]: AS20 has room for -1 nodes; .*least 0$/ },
    { mistake: { sizes: [1, 1.5, 2] }, says: /^sizes\[1\]: AS20 has room for 1.5 nodes; / },
    { mistake: { latencyMs: [] }, says: /^latencyMs: 0 rows for 3 AS; give one for each AS$/ },
    { mistake: { latencyMs: [[5, 80], [81, 6, 70], [91, 71, 7]] },
      says: /^latencyMs\[0\]: 2 latencies from AS10 to 3 AS; .* itself included$/ },
    { mistake: { latencyMs: [[5, 80, 90], [0, 6, 70], [91, 71, 7]] },
      says: /^latencyMs\[1\]\[0\]: from AS20 to AS10 it takes 0 ms; .*least 1$/ },
  ])('that does not is refused: $says', ({ mistake, says }) => {
    expect(() => checkAsTable({ ...table, ...mistake })).toThrow(SwarmError);
    expect(() => checkAsTable({ ...table, ...mistake })).toThrow(says);
  });

  test('with too few places is refused', () => {
    expect(() => placeInTable(table, 7, seededRandom(1))).toThrow(
      /^sizes: 7 nodes .* on the 5 places of all AS; raise them by 2 or more in all$/,
    );
  });
});
