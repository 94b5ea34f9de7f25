/** What a configuration says about whom the tracker names, and about caches of providers. */

import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { resolveSwarm } from './resolve.ts';

const BASE = { peers: 40, file: { pieces: 8 }, network: { as: 4 } };

const swarmWith = (more: object) => resolveSwarm({ ...BASE, ...more }).swarm;

describe('the neighbour selection', () => {
  test.each([
    { tracker: {}, is: {} },
    { tracker: { neighbourSelection: 'uniform' }, is: {} },
    { tracker: { externalNeighbours: '30 %' }, is: { externalPercent: 30 } },
    { tracker: { neighbourSelection: 'biased' }, is: { externalPercent: 20 } },
    {
      tracker: { neighbourSelection: 'biased', externalNeighbours: 5 },
      is: { externalPercent: 5 },
    },
    {
      tracker: { neighbourSelection: 'hops' },
      is: { selection: { policy: 'hops', externalPercent: 20, sampleSize: 100 } },
    },
    {
      tracker: { neighbourSelection: 'latency', sampleSize: 7, externalNeighbours: 0 },
      is: { selection: { policy: 'latency', externalPercent: 0, sampleSize: 7 } },
    },
    {
      tracker: { neighbourSelection: 'cost', costMap: 'hops' },
      is: { selection: { policy: 'cost', externalPercent: 20 } },
    },
    {
      tracker: { neighbourSelection: 'cost', costMap: [{ from: 0, to: 3, cost: 1.5 }] },
      is: {
        selection: {
          policy: 'cost',
          externalPercent: 20,
          costs: [{ from: 0, to: 3, cost: 1.5 }],
        },
      },
    },
    {
      tracker: { neighbourSelection: 'budget' },
      is: { selection: { policy: 'budget', interAsConnections: 4 } },
    },
    {
      // What belongs to other rules has no effect.
      tracker: { neighbourSelection: 'budget', interAsConnections: 9, sampleSize: 5 },
      is: { selection: { policy: 'budget', interAsConnections: 9 } },
    },
    { tracker: { neighbourSelection: 'uniform', externalNeighbours: 5 }, is: {} },
  ])('$tracker', ({ tracker, is }) => {
    const { swarm, config } = resolveSwarm({ ...BASE, tracker });
    expect(swarm).toEqual({ ...swarmWith({}), ...is });
    // A complete configuration describes the same swarm again.
    expect(resolveSwarm(config)).toEqual({ swarm, config });
  });

  const row = { from: 0, to: 1, cost: 1 };
  test.each([
    [{ sampleSize: 5 }, 'tracker.sampleSize', 'add "neighbourSelection": "hops"'],
    [{ interAsConnections: 5 }, 'tracker.interAsConnections', '"budget"'],
    [{ costMap: 'hops' }, 'tracker.costMap', '"cost"'],
    [{ neighbourSelection: 'nearest' }, 'tracker.neighbourSelection', 'hops'],
    [
      { neighbourSelection: 'hops', sampleSize: 0 },
      'tracker.sampleSize',
      'a whole number from 1 to 10000',
    ],
    [{ neighbourSelection: 'hops', externalNeighbours: 101 }, 'tracker.externalNeighbours', '100'],
    [
      { neighbourSelection: 'budget', interAsConnections: 1 },
      'tracker.interAsConnections',
      'from 2',
    ],
    [{ neighbourSelection: 'cost', costMap: 'costs.csv' }, 'tracker.costMap', 'readConfig'],
    [{ neighbourSelection: 'cost', costMap: [] }, 'tracker.costMap', 'write a row'],
    [
      { neighbourSelection: 'cost', costMap: [row, { ...row, to: 4 }] },
      'tracker.costMap[1].to',
      'from 0 to 3',
    ],
    [
      { neighbourSelection: 'cost', costMap: [row, { ...row, cost: 0 }] },
      'tracker.costMap[1].cost',
      'small number',
    ],
    [{ neighbourSelection: 'cost', costMap: [row, row] }, 'tracker.costMap[1]', 'remove one'],
  ])('is refused: %j', (tracker, at, fix) => {
    const problem = problemOf({ tracker });
    expect(problem.name).toBe(at);
    expect(problem.fix).toContain(fix);
  });
});

describe('caches of providers', () => {
  const CACHE = { name: 'cache', uploadKbps: 100_000, downloadKbps: 100_000 };

  test.each([
    { entry: { as: 'all' }, is: { ...CACHE, caches: { places: 'all', leads: true } } },
    {
      entry: { as: 2, role: 'peer', upload: '1 Gbit/s', download: '2 Gbit/s', slots: 9 },
      is: {
        name: 'cache',
        uploadKbps: 1_000_000,
        downloadKbps: 2_000_000,
        caches: { places: [{ as: 2, serves: [2] }], leads: false, uploadSlots: 9 },
      },
    },
    {
      entry: { region: [3, 0] },
      is: { ...CACHE, caches: { places: [{ as: 3, serves: [3, 0] }], leads: true } },
    },
    {
      entry: { as: [1, 2], role: 'leader' },
      is: {
        ...CACHE,
        caches: {
          places: [
            { as: 1, serves: [1] },
            { as: 2, serves: [2] },
          ],
          leads: true,
        },
      },
    },
  ])('$entry', ({ entry, is }) => {
    const { swarm, config } = resolveSwarm({ ...BASE, cache: { providerCaches: [entry] } });
    expect(swarm).toEqual({ ...swarmWith({}), classes: [...swarmWith({}).classes, is] });
    expect(resolveSwarm(config)).toEqual({ swarm, config });
  });

  test.each([
    [[{}], 'cache.providerCaches[0]', '"as": "all"'],
    [[{ as: 1, region: [1, 2] }], 'cache.providerCaches[0].region', 'an entry for each'],
    [[{ as: 'some' }], 'cache.providerCaches[0].as', ''],
    [[{ as: 4 }], 'cache.providerCaches[0].as', 'from 0 to 3'],
    [[{ as: [0, 4] }], 'cache.providerCaches[0].as[1]', 'from 0 to 3'],
    [[{ as: [] }], 'cache.providerCaches[0].as', 'name an AS'],
    [[{ as: 0 }, { region: [1, 1] }], 'cache.providerCaches[1].region[1]', 'once'],
    [[{ as: 'all' }, { region: [1, 2] }], 'cache.providerCaches[1].region', 'one region only'],
    [[{ region: [0, 1] }, { region: [1, 2] }], 'cache.providerCaches[0].region', 'one region'],
    [[{ as: 'all', upload: 0 }], 'cache.providerCaches[0].upload', 'above 0'],
    [[{ as: 'all', slots: 0 }], 'cache.providerCaches[0].slots', 'from 1'],
  ])('are refused: %j', (providerCaches, at, fix) => {
    const problem = problemOf({ cache: { providerCaches } });
    expect(problem.name).toBe(at);
    expect(problem.fix).toContain(fix);
  });

  test('may share an AS with others that are near, or lead it together', () => {
    const lists = [
      [{ as: 'all' }, { as: 'all', role: 'peer' }],
      [{ as: 'all' }, { as: [1, 2] }],
      [{ region: [0, 1] }, { as: 0, role: 'peer' }],
    ];
    for (const providerCaches of lists) {
      expect(() => swarmWith({ cache: { providerCaches } })).not.toThrow();
    }
  });

  test('have a class of their own, whose name no class may have', () => {
    const classes = [{ name: 'cache', share: '100 %' }];
    expect(swarmWith({ classes }).classes).toHaveLength(2);
    const problem = problemOf({ classes, cache: { providerCaches: [{ as: 'all' }] } });
    expect(problem.name).toBe('classes[0].name');
  });
});

function problemOf(more: object) {
  let problem;
  try {
    resolveSwarm({ ...BASE, ...more });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    [problem] = error.problems;
  }
  expect(problem).toBeDefined();
  return problem!;
}
