import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { checkAsTable } from './as-table.ts';
import { internetTable } from './internet.ts';
import { readRelationships } from './relationships.ts';

/** Two providers that are peers, with two customers each; and an unconnected AS with a customer. */
const relationships = readRelationships('1|11|-1\n1|12|-1\n2|21|-1\n2|22|-1\n1|2|0\n5|51|-1', 'r');
const connected = readRelationships('1|11|-1\n1|12|-1\n2|21|-1\n2|22|-1\n1|2|0', 'r');
const options = { asCount: 4, asSize: 50, intraAsMs: 5, hopMs: 30 };

describe('a table from relationships', () => {
  test('has latencies by the AS hops of routes', () => {
    const table = internetTable(connected, options, seededRandom(1));
    checkAsTable(table);
    expect(table).toEqual({
      names: ['AS11', 'AS12', 'AS21', 'AS22'],
      sizes: [50, 50, 50, 50],
      latencyMs: [
        [5, 65, 95, 95],
        [65, 5, 95, 95],
        [95, 95, 5, 65],
        [95, 95, 65, 5],
      ],
    });
  });

  test('draws AS without customers, the same ones for the same seed', () => {
    const drawn = [1, 1, 2, 3, 4, 5].map((seed) =>
      internetTable(connected, { ...options, asCount: 2 }, seededRandom(seed)).names.join(),
    );
    expect(drawn[0]).toBe(drawn[1]);
    expect(new Set(drawn).size).toBeGreaterThan(1);
    for (const names of drawn) expect(names).toMatch(/^AS[12][12],AS[12][12]$/);
  });

  test('is rejected if there are too few AS without customers', () => {
    expect(() => internetTable(connected, { ...options, asCount: 5 }, seededRandom(1))).toThrow(
      'asCount: is 5, but only 4 AS have no customers; set asCount to 4 or less',
    );
  });

  test('is rejected if two of the AS have no route', () => {
    expect(() => internetTable(relationships, { ...options, asCount: 5 }, seededRandom(1))).toThrow(
      /^relationships: there is no valley-free route from AS\d+ to AS\d+; /,
    );
  });
});
