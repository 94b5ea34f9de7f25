import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { resolveSwarm } from './resolve.ts';

const HOUR_MS = 3_600_000;

/** An open swarm with one class, whose fields are `fields`. */
function configWith(fields: object, more: object = {}): object {
  return {
    until: '2 days',
    classes: [{ name: 'peer', arrivals: { rate: '100/h' }, ...fields }],
    file: { pieces: 8 },
    ...more,
  };
}

const classWith = (fields: object): object => resolveSwarm(configWith(fields)).swarm.classes[1]!;

describe('a class', () => {
  test.each([
    {
      rule: 'arrives at a rate',
      fields: { arrivals: { rate: '0.5/s', from: '1 h', until: '2 h', decay: '30 min' } },
      is: {
        arrivals: [
          {
            process: 'poisson',
            perMs: 0.0005,
            fromMs: HOUR_MS,
            untilMs: 2 * HOUR_MS,
            decayMs: HOUR_MS / 2,
          },
        ],
      },
    },
    {
      rule: 'arrives at a rate, with a flash crowd on top',
      fields: { arrivals: [{ rate: 3_600 }, { at: '10 min', count: 500 }] },
      is: {
        arrivals: [
          { process: 'poisson', perMs: 0.001, fromMs: 0 },
          { process: 'at-once', atMs: 600_000, count: 500 },
        ],
      },
    },
    {
      rule: 'arrives all at once, as many as there are',
      fields: { count: 30, arrivals: { at: 0 } },
      is: { count: 30, arrivals: [{ process: 'at-once', atMs: 0, count: 30 }] },
    },
    {
      rule: 'arrives at given times',
      fields: {
        arrivals: {
          trace: [
            { time: '1 s', as: 3, upload: '1 Mbit/s' },
            { time: 2_000, leaves: '1 h', download: 5 },
          ],
        },
      },
      is: {
        arrivals: [
          {
            process: 'trace',
            peers: [
              { atMs: 1_000, as: 3, uploadKbps: 1_000 },
              { atMs: 2_000, leavesAtMs: HOUR_MS, downloadKbps: 5 },
            ],
          },
        ],
      },
    },
    {
      rule: 'leaves after a time or at a ratio, gives up, crashes and returns',
      fields: {
        leaves: { after: { distribution: 'weibull', scale: '1 h', shape: 0.5 }, ratio: 1.5 },
        patience: { mean: '1 h' },
        crashes: { after: { distribution: 'log-normal', median: '1 h', sigma: 2 } },
        returns: { after: '1 h' },
      },
      is: {
        session: {
          seedsFor: { distribution: 'weibull', scale: HOUR_MS, shape: 0.5 },
          shareRatio: 1.5,
          patience: { distribution: 'exponential', mean: HOUR_MS },
          crashesAfter: { distribution: 'log-normal', median: HOUR_MS, sigma: 2 },
          returnsAfter: { distribution: 'fixed', value: HOUR_MS },
        },
      },
    },
    {
      rule: 'draws its capacities',
      fields: {
        upload: { distribution: 'log-normal', median: '2 Mbit/s', sigma: 1, max: '9 Mbit/s' },
        download: { mean: '16 Mbit/s', min: '1 Mbit/s' },
      },
      is: {
        uploadKbps: 2_000,
        downloadKbps: 16_000,
        capacities: {
          upload: {
            distribution: { distribution: 'log-normal', median: 2_000, sigma: 1 },
            least: 1,
            most: 9_000,
          },
          download: { distribution: { distribution: 'exponential', mean: 16_000 }, least: 1_000 },
        },
      },
    },
    {
      rule: 'has a table of capacities',
      fields: {
        capacities: [
          { share: '75 %', upload: '1 Mbit/s', download: '8 Mbit/s' },
          { share: '25 %', upload: '5 Mbit/s', download: '16 Mbit/s' },
        ],
      },
      is: {
        uploadKbps: 2_000,
        downloadKbps: 10_000,
        capacities: {
          table: [
            { share: 75, uploadKbps: 1_000, downloadKbps: 8_000 },
            { share: 25, uploadKbps: 5_000, downloadKbps: 16_000 },
          ],
        },
      },
    },
    { rule: 'lives in an AS', fields: { as: 3 }, is: { homes: [{ as: 3, share: 1 }] } },
    {
      rule: 'lives in some AS',
      fields: { as: [3, { index: 4, share: '20 %' }] },
      is: {
        homes: [
          { as: 3, share: 1 },
          { as: 4, share: 20 },
        ],
      },
    },
  ])('$rule', ({ fields, is }) => {
    expect(classWith(fields)).toMatchObject(is);
    const { config, swarm } = resolveSwarm(configWith(fields));
    expect(resolveSwarm(config), 'the complete configuration').toEqual({ config, swarm });
    const text = JSON.stringify(config);
    expect(resolveSwarm(JSON.parse(text)).swarm, 'as JSON').toEqual(swarm);
  });

  test('without these fields is as it was', () => {
    const { swarm } = resolveSwarm({ peers: 9, file: { pieces: 8 } });
    expect(swarm.classes[1]).toEqual({
      name: 'peer',
      count: 8,
      uploadKbps: 10_000,
      downloadKbps: 50_000,
    });
    expect(swarm).not.toHaveProperty('horizonMs');
  });
});

test('seeds may leave, crash and live in certain AS', () => {
  const seeds = { count: 2, leaves: { after: '3 h' }, crashes: { after: { mean: '9 h' } }, as: 1 };
  expect(resolveSwarm(configWith({}, { seeds })).swarm.classes[0]).toEqual({
    name: 'seed',
    count: 2,
    uploadKbps: 10_000,
    downloadKbps: 50_000,
    homes: [{ as: 1, share: 1 }],
    session: {
      seedsFor: { distribution: 'fixed', value: 3 * HOUR_MS },
      crashesAfter: { distribution: 'exponential', mean: 9 * HOUR_MS },
    },
  });
});

describe('a swarm with arrivals', () => {
  test('has a horizon, and defaults that do not depend on how many arrive', () => {
    const few = resolveSwarm(configWith({})).swarm;
    const many = resolveSwarm(configWith({ arrivals: { rate: '5000/h' } })).swarm;
    expect(few).toMatchObject({ horizonMs: 48 * HOUR_MS, neighbours: 20, minPeers: 2 });
    expect({ ...many, classes: few.classes }).toEqual(few);
  });

  test('may have a crowd at the start, which counts as its peers', () => {
    const { classes } = configWith({}) as { readonly classes: readonly object[] };
    const crowd = [
      { name: 'a', share: 75 },
      { name: 'b', share: 25 },
    ];
    const { swarm, config } = resolveSwarm(
      configWith({}, { peers: 9, classes: [...crowd, ...classes] }),
    );
    expect(swarm.classes.map(({ count }) => count)).toEqual([1, 6, 2, undefined]);
    expect(swarm.minPeers).toBe(9);
    expect(config.peers).toBe(9);
  });
});

test.each([
  { fields: { arrivals: {} }, at: 'classes[0].arrivals', problem: 'has neither a rate' },
  {
    fields: { arrivals: [{ rate: 1, at: 5 }] },
    at: 'classes[0].arrivals[0]',
    problem: 'has "rate" and "at"',
  },
  {
    fields: { arrivals: { at: 5, count: 3, decay: 5 } },
    at: 'classes[0].arrivals.decay',
    problem: 'has no effect with "at"',
  },
  {
    fields: { arrivals: { at: 5 } },
    at: 'classes[0].arrivals',
    problem: 'says when, but not how many arrive',
  },
  {
    fields: { arrivals: { trace: 'a.csv' } },
    at: 'classes[0].arrivals.trace',
    problem: 'the simulator reads no files',
  },
  {
    fields: { arrivals: { rate: '0/h' } },
    at: 'classes[0].arrivals.rate',
    problem: 'is 0 per hour',
  },
  {
    fields: { arrivals: [{ rate: 5 }, { rate: 5, from: '3 d' }] },
    at: 'classes[0].arrivals[1].from',
    problem: 'is 259200 s, when the run has ended (172800 s)',
  },
  {
    fields: { arrivals: { trace: [{ time: 5 }, { time: 4 }] } },
    at: 'classes[0].arrivals.trace[1].time',
    problem: 'is 0.004 s, earlier than the peer before',
  },
  {
    fields: { arrivals: { trace: [{ time: 5, leaves: 4 }] } },
    at: 'classes[0].arrivals.trace[0].leaves',
    problem: 'before the peer arrives',
  },
  { fields: { share: 50 }, at: 'classes[0].share', problem: 'but the class has arrivals' },
  {
    fields: { leaves: { after: { distribution: 'weibull', scale: 5 } } },
    at: 'classes[0].leaves.after',
    problem: 'lacks its shape',
  },
  {
    fields: { patience: { mean: 5, sigma: 1 } },
    at: 'classes[0].patience.sigma',
    problem: 'is no parameter of the distribution "exponential"',
  },
  { fields: { patience: { mean: 0 } }, at: 'classes[0].patience.mean', problem: 'is 0' },
  { fields: { leaves: { after: -5 } }, at: 'classes[0].leaves.after', problem: 'is -5' },
  { fields: { leaves: { ratio: -5 } }, at: 'classes[0].leaves.ratio', problem: 'is -5' },
  { fields: { crashes: { after: 0 } }, at: 'classes[0].crashes.after', problem: 'is 0' },
  {
    fields: { returns: { after: 5 } },
    at: 'classes[0].returns.after',
    problem: 'these peers neither crash nor give up',
  },
  { fields: { as: 10 }, at: 'classes[0].as', problem: 'is 10, but the network has 10 AS' },
  { fields: { as: [0, 10] }, at: 'classes[0].as[1]', problem: 'is 10' },
  { fields: { as: [{ index: 10, share: 1 }] }, at: 'classes[0].as[0].index', problem: 'is 10' },
  {
    fields: { upload: { mean: 5, min: 9, max: 8 } },
    at: 'classes[0].upload.max',
    problem: 'is 8 kbit/s, less than the least',
  },
  { fields: { upload: { mean: 0 } }, at: 'classes[0].upload.mean', problem: 'is 0' },
  {
    fields: { upload: 5, capacities: [] },
    at: 'classes[0].capacities',
    problem: 'cannot be combined with "upload"',
  },
  { fields: { capacities: [] }, at: 'classes[0].capacities', problem: 'have no share above 0' },
  {
    fields: { capacities: [{ share: 1, upload: 1, download: 0 }] },
    at: 'classes[0].capacities[0].download',
    problem: 'could never complete',
  },
  { fields: { count: 0 }, at: 'classes[0].count', problem: 'is 0' },
  { fields: { arrivals: 5 }, at: 'classes[0].arrivals', problem: 'is 5, but must be' },
  { fields: {}, more: { until: 0 }, at: 'until', problem: 'is 0' },
  { fields: {}, more: { until: 'soon' }, at: 'until', problem: 'is "soon", which is not a time' },
  {
    fields: {},
    more: { until: 'complete' },
    at: 'classes[0].arrivals',
    problem: 'never end, and neither does the run',
  },
  {
    fields: {},
    more: { seeds: [{ crashes: { after: 0 } }] },
    at: 'seeds[0].crashes.after',
    problem: 'is 0',
  },
  { fields: {}, more: { seeds: { as: 99 } }, at: 'seeds.as', problem: 'is 99' },
  {
    fields: {},
    more: { peers: 5 },
    at: 'peers',
    problem: 'is 5, but the classes without arrivals and the seeds have 1 peers',
  },
])('refused: $at $problem', ({ fields, more, at, problem }) => {
  const mistake = mistakeIn(configWith(fields, more));
  expect(mistake.name).toBe(at);
  expect(mistake.problem).toContain(problem);
  expect(mistake.fix).not.toBe('');
});

test.each([
  {
    config: { arrivals: { rate: '5/h' } },
    fix: 'write it in a class: "classes": [{ "name": "peer", "arrivals": { "rate": ... } }]',
  },
  {
    config: { patience: '5 h' },
    fix: 'write it in a class: "classes": [{ "name": "peer", "patience": ... }]',
  },
  {
    config: { classes: [{ name: 'a', patience: { weibull: 5 } }] },
    fix: 'write "distribution": "weibull", beside its numbers',
  },
])('a field at the wrong place: $fix', ({ config, fix }) => {
  expect(mistakeIn({ peers: 5, file: { pieces: 8 }, ...config }).fix).toBe(fix);
});

function mistakeIn(config: object) {
  try {
    resolveSwarm(config);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems[0]!;
    throw error;
  }
  throw new Error('the configuration was not refused');
}
