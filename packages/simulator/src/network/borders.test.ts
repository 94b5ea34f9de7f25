import { describe, expect, test } from 'vitest';

import {
  type BorderCapacities,
  borderTable,
  closedBorder,
  isClosed,
  noBorders,
  noCapacities,
} from './borders.ts';
import { endsOfStep, hopsBetween, uplinkRoutes } from './routes.ts';

const ROUTES = uplinkRoutes(['AS0', 'AS1', 'AS2']);

describe('routes over uplinks', () => {
  test('lead out of an AS over its uplink, and into another over that of the other', () => {
    const { start, steps, names } = ROUTES;
    const way = [...steps.subarray(start[2], start[3])].map((step) => endsOfStep(ROUTES, step));
    expect(way.map(({ leaves, enters }) => [names[leaves], names[enters]])).toEqual([
      ['AS0', 'transit'],
      ['transit', 'AS2'],
    ]);
  });

  test('have no step within an AS', () => {
    expect([0, 1, 2].map((as) => hopsBetween(ROUTES, 3, as, as))).toEqual([0, 0, 0]);
    expect(hopsBetween(ROUTES, 3, 2, 0)).toBe(2);
  });

  test('exist for a single AS', () => {
    expect([...uplinkRoutes(['AS0']).start]).toEqual([0, 0]);
  });
});

describe('a table of borders', () => {
  const capacities = noCapacities(ROUTES);
  capacities.outOfAs[0] = 100;
  capacities.intoAs[1] = 0;
  capacities.intoAs[3] = 500;
  capacities.overLink[2 * 2 + 1] = 50;
  const table = borderTable(ROUTES, 3, capacities);
  const crossed = (from: number, to: number): string[] => {
    const pair = 3 * from + to;
    return [...table.crossed.subarray(table.start[pair], table.start[pair + 1])].map(
      (border) => table.names[border]!,
    );
  };

  test('says what a flow crosses, in order', () => {
    expect(crossed(0, 1)).toEqual(['out of AS0', 'into transit', 'into AS1']);
    expect(crossed(0, 2)).toEqual(['out of AS0', 'into transit', 'from transit to AS2']);
    expect(crossed(1, 2)).toEqual(['into transit', 'from transit to AS2']);
    expect(crossed(1, 1)).toEqual([]);
  });

  test('has the capacities of these borders', () => {
    const byName = Object.fromEntries(table.names.map((name, i) => [name, table.capacityKbps[i]]));
    expect(byName).toEqual({
      'out of AS0': 100,
      'into transit': 500,
      'into AS1': 0,
      'from transit to AS2': 50,
    });
  });

  test('has flows counted by the fewer of those that they leave and enter', () => {
    const cells = (name: string): number[] => {
      const border = table.names.indexOf(name);
      const { firstOfBorder, cellsOfBorder, firstCell } = table;
      return [...cellsOfBorder.subarray(firstOfBorder[border], firstOfBorder[border + 1])].map(
        (cell) => firstCell.findLastIndex((first) => first <= cell),
      );
    };
    expect(cells('out of AS0')).toEqual([0]);
    expect(cells('into AS1')).toEqual([1]);
    expect(cells('from transit to AS2')).toEqual([2]);
    expect(cells('into transit')).toEqual([0, 1, 2]);
  });

  test('says where nothing gets through', () => {
    expect(isClosed(table, 0, 1)).toBe(true);
    expect(table.names[closedBorder(table, 2, 1)!]).toBe('into AS1');
    expect(isClosed(table, 1, 0)).toBe(false);
  });

  test.each<{ rule: string; change: (capacities: BorderCapacities) => void; gates: unknown }>([
    {
      rule: 'one way out of an AS, and one into it',
      change: ({ outOfAs, intoAs }) => void (outOfAs[1] = intoAs[0] = intoAs[2] = 5),
      gates: { outOf: [-1, 1, -1], into: [2, -1, 0] },
    },
    {
      rule: 'of links',
      change: ({ overLink }) => void overLink.fill(5, 2, 4),
      gates: { outOf: [-1, 1, -1], into: [-1, 0, -1] },
    },
    {
      rule: 'but not two on the way out',
      change: ({ outOfAs, overLink }) => void (outOfAs[1] = overLink[2] = 5),
      gates: undefined,
    },
    {
      rule: 'of what all share',
      change: ({ intoAs }) => void (intoAs[3] = 5),
      gates: { outOf: [0, 0, 0], into: [-1, -1, -1] },
    },
  ])('has gates: $rule', ({ change, gates }) => {
    const changed = noCapacities(ROUTES);
    change(changed);
    const found = borderTable(ROUTES, 3, changed).gates;
    const plain = found && { outOf: [...found.outOf], into: [...found.into] };
    expect(plain).toEqual(gates);
  });

  test('has no gates if the flows into an AS are counted where they leave another', () => {
    const routes = uplinkRoutes(['AS0', 'AS1']);
    const changed = noCapacities(routes);
    changed.outOfAs[0] = changed.intoAs[1] = 5;
    expect(borderTable(routes, 2, changed).gates).toBeUndefined();
  });

  test('may be empty', () => {
    expect(borderTable(ROUTES, 3, noCapacities(ROUTES)).crossed).toHaveLength(0);
    expect(noBorders(3)).toEqual(borderTable(ROUTES, 3, noCapacities(ROUTES)));
  });
});
