import { describe, expect, test } from 'vitest';

import { formatParameters, planCampaign } from './plan.ts';
import { experimentFromObject, parseExperiment, readExperiment } from './read.ts';
import { experimentJsonSchema } from './schema.ts';

const CONFIGS = new URL('../../../../../examples/configs/', import.meta.url).pathname;
const EXPERIMENTS = new URL('../../../../../examples/experiments/', import.meta.url).pathname;
const BASE = { name: 'e', base: `${CONFIGS}small.json` };

describe('a run has a key', () => {
  test.each([
    {
      rule: 'that does not depend on titles and plots',
      with: { title: 'T', plots: [{ x: 'leaders', y: 'redundancy' }] },
      changes: false,
    },
    {
      rule: 'that does not depend on more values',
      with: { vary: { leaders: [10, 30, 40] } },
      changes: false,
    },
    { rule: 'that does not depend on more repetitions', with: { repeat: 4 }, changes: false },
    { rule: 'that does not depend on the name', with: { name: 'f' }, changes: false },
    {
      rule: 'that does not depend on units',
      with: { set: { upload: '10000 bit/s', 'arrivals.meanGap': '0.002 s' } },
      changes: false,
    },
    {
      rule: 'that does not depend on defaults written out',
      with: { set: { rules: 'client', choker: 'tit-for-tat', subTorrents: 1 } },
      changes: false,
    },
    { rule: 'that depends on a used field', with: { set: { pieces: 999 } }, changes: true },
    {
      rule: 'that depends on a quirk',
      with: { set: { 'client.quirks.repeatChokes': true } },
      changes: true,
    },
    { rule: 'that depends on the seed', with: { seed: 2 }, changes: true },
  ])('$rule', async ({ with: change, changes }) => {
    const plain = await keysOf({ ...BASE, vary: { leaders: [10, 30] }, repeat: 2 });
    const changed = new Set(
      await keysOf({ ...BASE, vary: { leaders: [10, 30] }, repeat: 2, ...change }),
    );
    expect(plain.some((key) => !changed.has(key))).toBe(changes);
    expect(new Set(plain).size).toBe(4);
  });

  test('all settings have the same seeds, a different one for each repetition', async () => {
    const { settings, seeds, runs } = await planOf({
      ...BASE,
      vary: { leaders: [10, 30] },
      repeat: 3,
    });
    expect(settings).toHaveLength(2);
    expect(new Set(seeds).size).toBe(3);
    expect(runs.map(({ seed }) => seed)).toEqual([...seeds, ...seeds]);
  });

  test('seeds can be listed', async () => {
    expect((await planOf({ ...BASE, seeds: [7, 3] })).seeds).toEqual([7, 3]);
  });
});

describe('a setting', () => {
  test.each([
    { rule: 'sets a field', of: { vary: { leaders: 30 } }, swarm: { leaderPercent: 30 } },
    {
      rule: 'sets a field within an entry',
      of: { set: { classes: [{ name: 'a', share: 100 }] }, vary: { 'classes[0].upload': 5000 } },
      swarm: {
        classes: [
          { name: 'seed', count: 1, uploadKbps: 10 },
          { name: 'a', count: 19, uploadKbps: 5_000, downloadKbps: 20 },
        ],
      },
    },
    {
      rule: 'sets a field of an object',
      of: { set: { 'network.latency': '40 ms' } },
      swarm: { latency: { model: 'fixed', fixedMs: 40 } },
    },
    {
      rule: 'sets a quirk',
      of: { set: { 'client.quirks.repeatChokes': true } },
      swarm: { quirks: expect.objectContaining({ repeatChokes: true }) as unknown },
    },
    {
      rule: 'overrides a field of "set"',
      of: { set: { leaders: 10 }, vary: { leaders: 30 } },
      swarm: { leaderPercent: 30 },
    },
    {
      rule: 'elects by a policy',
      of: { set: { leaders: 10, minLeaders: 2 }, vary: { policy: 'stability' } },
      swarm: { leaderPercent: 10, leadersMin: 2, electionPolicy: 'stability' },
    },
    {
      rule: 'bounds the connections',
      of: { vary: { connectionsMax: 40 } },
      swarm: { connectionsMax: 40 },
    },
    {
      rule: 'names a whole client',
      of: { set: { uploadSlots: 2 }, vary: { client: 'mainline' } },
      swarm: { choker: 'mainline', uploadSlots: 2, rechokeIntervalMs: 10_000 },
    },
    {
      rule: 'sets a field of a client that is named',
      of: {
        base: { peers: 30, file: { pieces: 9 }, client: 'transmission' },
        vary: { optimisticSlots: 3 },
      },
      swarm: { choker: 'transmission', uploadSlots: 8, optimisticSlots: 3 },
    },
    {
      rule: 'sets no field for a label',
      of: { labels: ['who'], vary: { who: 'me' } },
      swarm: { pieces: 1000 },
    },
  ])('$rule', async ({ of, swarm }) => {
    expect((await planOf({ ...BASE, ...of })).settings[0]!.swarm).toMatchObject(swarm);
  });

  test('has numbers for quantities, in the plain unit of their kind', async () => {
    const { settings } = await planOf({
      ...BASE,
      labels: ['who'],
      vary: {
        leaders: '30 %',
        upload: ['2 Mbit/s', 500],
        latency: ['topology', '1 s'],
        who: '1 s',
      },
    });
    const named = settings.map(({ parameters }) => formatParameters(parameters));
    expect(named.slice(0, 3)).toEqual([
      'leaders=30, upload=2000, latency=topology, who=1 s',
      'leaders=30, upload=2000, latency=1000, who=1 s',
      'leaders=30, upload=500, latency=topology, who=1 s',
    ]);
    expect(settings[1]!.swarm).toMatchObject({
      leaderPercent: 30,
      classes: [{ uploadKbps: 2000 }, { uploadKbps: 2000 }],
      latency: { fixedMs: 1000 },
    });
  });

  test('names a client, with all of its choices', async () => {
    const { settings } = await planOf({
      ...BASE,
      set: { requestQueue: '5 s' },
      vary: { client: ['mainline', 'libtorrent'] },
    });
    expect(
      settings.map(({ parameters, config, swarm }) => [
        parameters['client'],
        config.client.preset,
        swarm.uploadSlots,
        swarm.client.requestQueueMs,
      ]),
    ).toEqual([
      ['mainline', 'mainline', 3, 5_000],
      ['libtorrent', 'libtorrent', 7, 5_000],
    ]);
  });

  test('omits a field that is null', async () => {
    const { settings } = await planOf({
      ...BASE,
      set: { leaders: 10 },
      vary: { leaders: [null, 30] },
    });
    expect(settings.map(({ swarm }) => swarm.leaderPercent)).toEqual([undefined, 30]);
  });

  test.each([
    {
      rule: 'is excluded by its parameters',
      exclude: 'leaders > 30 and externalNeighbours < 20',
      remaining: 3,
    },
    {
      rule: 'is excluded by one of several conditions',
      exclude: ['leaders == 50', 'externalNeighbours == 30'],
      remaining: 1,
    },
    { rule: 'is excluded by a field of the base', exclude: 'leaders > pieces / 30', remaining: 2 },
    {
      rule: 'is excluded by a quoted field',
      exclude: "'network.as' == 2 and externalNeighbours == 10",
      remaining: 2,
    },
    {
      rule: 'is excluded by a quantity, whatever its unit',
      exclude: 'leaders == 50 or upload < 11 or externalNeighbours * 2 == 20',
      set: { upload: '0.011 Mbit/s' },
      remaining: 1,
    },
    { rule: 'is kept if it lacks a named parameter', exclude: 'subTorrents > 1', remaining: 4 },
    {
      rule: 'is excluded by a parameter with its section',
      exclude: "'cache.leaders' == 50",
      remaining: 2,
    },
    {
      rule: 'is excluded by a field of a section that is set as a whole',
      exclude: 'preset == "mainline" and leaders == 10',
      set: { client: 'mainline' },
      remaining: 2,
    },
    {
      rule: 'is excluded by a field that is removed',
      exclude: 'pieces == null and leaders == 10',
      set: { pieces: null, 'file.size': '1 MiB' },
      remaining: 2,
    },
  ])('$rule', async ({ exclude, remaining, set = {} }) => {
    const { settings } = await planOf({
      ...BASE,
      set,
      vary: { leaders: [10, 50], externalNeighbours: [10, 30] },
      exclude,
    });
    expect(settings).toHaveLength(remaining);
  });
});

describe('a condition on a parameter that is null in some settings', () => {
  test.each([
    { condition: 'leaders == null', excludes: [null] },
    { condition: 'leaders != null', excludes: [10, 50] },
    { condition: 'leaders == null or leaders > 30', excludes: [null, 50] },
    { condition: 'exists(leaders)', excludes: [10, 50] },
    { condition: 'empty(leaders)', excludes: [null] },
    { condition: 'not (leaders == null or leaders > 30)', excludes: [10] },
    // Without a test for null, it is false where the parameter is null.
    { condition: 'leaders != 10', excludes: [50] },
    { condition: 'leaders < 30', excludes: [10] },
    { condition: 'not (leaders > 30)', excludes: [10] },
  ])('$condition excludes $excludes', async ({ condition, excludes }) => {
    const { settings } = await planOf({
      ...BASE,
      vary: { leaders: [null, 10, 50], externalNeighbours: [10] },
      exclude: condition,
    });
    const left = settings.map(({ parameters }) => parameters['leaders']);
    expect([null, 10, 50].filter((value) => !left.includes(value))).toEqual(excludes);
  });
});

describe('an experiment is rejected', () => {
  test.each([
    {
      wrong: 'with an unknown field',
      of: { repeats: 2 },
      says: /there is no field "repeats"\n.*the nearest is "repeat"/,
    },
    {
      wrong: 'with an unknown field of a plot',
      of: { plots: [{ x: 'leaders', y: 'redundancy', z: 1 }] },
      says: 'there is no field "z" in plots[0]',
    },
    {
      wrong: 'with an unknown metric',
      of: { plots: [{ x: 'leaders', y: 'redundance' }] },
      says: 'plots[0].y: is "redundance", which is not a possible value',
    },
    {
      wrong: 'with a plot of what is not varied',
      of: { plots: [{ x: 'upload', y: 'redundancy' }] },
      says: 'names "upload", which is not varied',
    },
    {
      wrong: 'with a detail of what is not varied',
      of: { details: [{ upload: 1 }] },
      says: 'names "upload", which is not varied',
    },
    {
      wrong: 'with another name of a client',
      of: { vary: { client: ['libtorrent', 'reference'] } },
      says: /\(where client=reference\): client: is "reference", .*\n.*it is called "mainline"/,
    },
    {
      wrong: 'with a client under two names',
      of: { vary: { client: ['libtorrent'], preset: ['mainline'] } },
      says: 'preset: is the same field as "client"',
    },
    {
      wrong: 'with an unknown parameter',
      of: { vary: { leader: 1 } },
      says: /leader: is neither a field of a configuration nor a label\n.*the nearest is "leaders"/,
    },
    {
      wrong: 'with an unknown field to set',
      of: { set: { piecez: 1 } },
      says: 'the nearest is "pieces"',
    },
    {
      wrong: 'with an entry that the base lacks',
      of: { set: { 'classes[3].upload': 1 } },
      says: 'names entry 3 of "classes", which has 0 entries',
    },
    { wrong: 'with a label that is a field', of: { labels: ['pieces'] }, says: 'which is a field' },
    {
      wrong: 'with a label that is a metric',
      of: { labels: ['redundancy'] },
      says: 'which is a column of the results',
    },
    {
      wrong: 'with a label that differs from a metric in case only',
      of: { labels: ['P50MS'] },
      says: 'which is a column of the results',
    },
    {
      wrong: 'with a label that differs from a parameter in case only',
      of: { labels: ['Leaders'], vary: { leaders: [10], Leaders: ['a'] } },
      says: 'has "Leaders", which is the same column as "leaders" in a query',
    },
    { wrong: 'with an empty label', of: { labels: [''] }, says: 'no name of 1 to 100 characters' },
    {
      wrong: 'with a value of the wrong type',
      of: { vary: { leaders: ['many'] } },
      says: 'leaders: is "many", which is not a percentage',
    },
    {
      wrong: 'with a value out of range',
      of: { vary: { leaders: [10, 120] } },
      says: 'vary.leaders.1 (where leaders=120): cache.leaders: is 120, which is too large',
    },
    {
      wrong: 'where all settings are excluded',
      of: { exclude: 'leaders > 0' },
      says: 'excludes all 2 settings',
    },
    {
      wrong: 'with the same setting twice',
      of: { vary: { leaders: [10, '10 %'] } },
      says: 'gives the setting leaders=10 twice',
    },
    {
      wrong: 'with the same setting in two elements of a union',
      of: {
        vary: {
          union: [
            { leaders: [10, 20], pieces: 5 },
            { pieces: 5, leaders: 20 },
          ],
        },
      },
      says: /gives the setting pieces=5, leaders=20 twice\n.*remove one of them/,
    },
    {
      wrong: 'with two names of one field',
      of: { vary: { leaders: [10], 'cache.leaders': [20] } },
      says: /cache.leaders: is the same field as "leaders"\n.*write "leaders" everywhere/,
    },
    {
      wrong: 'with a label that JavaScript reserves',
      of: { labels: ['__proto__'] },
      says: 'has "__proto__", which is not a name in JavaScript',
    },
    {
      wrong: 'with details of a setting that is not there',
      of: { details: [{ leaders: '10 %' }, { leaders: 11 }] },
      says: /details\[1\]: is none of the settings\n.*name values that are in "vary"/,
    },
    {
      wrong: 'with a plot of nothing',
      of: { plots: [{ x: 'leaders', y: [] }] },
      says: 'plots[0].y: is an empty list, so there is nothing to plot',
    },
    {
      wrong: 'with a plot that is no object',
      of: { plots: [null] },
      says: /plots\[0\]: is null, but must be an object\n.*write \{ x: leaders, y: redundancy \}/,
    },
    {
      wrong: 'with an invalid condition',
      of: { exclude: 'leaders >' },
      says: 'is not a condition',
    },
    {
      wrong: 'with an unknown parameter in a condition',
      of: { exclude: 'leader > 10' },
      says: /there is no parameter "leader"\n.*the nearest is "leaders"/,
    },
    {
      wrong: 'with a comparison of types',
      of: { exclude: 'leaders > "a"' },
      says: 'cannot be evaluated',
    },
    { wrong: 'with an empty list', of: { vary: { leaders: [] } }, says: 'there would be no runs' },
    {
      wrong: 'with a duplicate seed',
      of: { seeds: [1, 2, 1] },
      says: 'the seed 1, so one run would count twice',
    },
    {
      wrong: 'with seeds and repetitions',
      of: { seeds: [1], repeat: 2 },
      says: 'cannot be combined with "repeat"',
    },
    { wrong: 'with no seeds', of: { seeds: [] }, says: 'there would be no runs' },
    { wrong: 'with half a seed', of: { seeds: [0.5] }, says: 'has 0.5, which is not a seed' },
    { wrong: 'with no repetition', of: { repeat: 0 }, says: 'repeat: is 0' },
    {
      wrong: 'with a name that is not a file name',
      of: { name: '../e' },
      says: 'cannot be used as a file name',
    },
    { wrong: 'without a base', of: { base: undefined }, says: 'base: is missing' },
    {
      wrong: 'with a base that does not exist',
      of: { base: 'nowhere.json' },
      says: 'there is no such file',
    },
    { wrong: 'with an invalid base', of: { base: { pieces: 3 } }, says: 'file: is missing' },
  ])('$wrong', async ({ of, says }) => {
    await expect(planOf({ ...BASE, vary: { leaders: [10, 30] }, ...of })).rejects.toThrow(says);
  });

  test.each([
    { wrong: 'an empty file', text: '# nothing\n', says: 'e.yaml: is empty' },
    { wrong: 'broken YAML', text: 'name: [e\nbase: x\n', says: 'e.yaml:2:1: is not YAML' },
    {
      wrong: 'a field twice',
      text: 'name: e\nname: f\nbase: x\n',
      says: 'e.yaml:2:1: "name" is given twice',
    },
    {
      wrong: 'a misspelt field',
      text: 'name: e\nbase: x\nrepaet: 3\n',
      says: 'e.yaml:3:1: there is no field "repaet"',
    },
    {
      wrong: 'a value of the wrong type',
      text: 'name: e\nbase: x\nrepeat: many\n',
      says: 'e.yaml:3:9: repeat: is "many", but must be a number',
    },
    { wrong: 'too many aliases', text: bomb(), says: 'e.yaml: is not YAML' },
    { wrong: 'a list', text: '- 1\n', says: 'must be an object' },
  ])('as $wrong', ({ text, says }) => {
    expect(() => parseExperiment('e.yaml', text)).toThrow(says);
  });

  test('with the line and column of a varied value', async () => {
    const text = `name: e\nbase: ${BASE.base}\nvary:\n  leaders: [10, 120]\n`;
    await expect(planCampaign(parseExperiment('e.yaml', text))).rejects.toThrow(
      'e.yaml:4:17 (where',
    );
  });

  test('as JSON, with line and column', () => {
    expect(() => parseExperiment('e.json', '{\n  "name": "e",\n  "bas": "x"\n}')).toThrow(
      'e.json:3:3',
    );
  });
});

describe('the examples', () => {
  test.each([
    { name: 'leaders-sweep', settings: 16, runs: 80 },
    { name: 'locality', settings: 13, runs: 65 },
    { name: 'published', settings: 14, runs: 70 },
    { name: 'seed-capacity', settings: 12, runs: 36 },
    { name: 'swarm-size', settings: 8, runs: 24 },
  ])('$name has $settings settings', async ({ name, settings, runs }) => {
    const plan = await planCampaign(await readExperiment(`${EXPERIMENTS}${name}.yaml`));
    expect([plan.settings.length, plan.runs.length]).toEqual([settings, runs]);
  });
});

test('the published schema matches the code; to update it: vitest -u', async () => {
  const schema = `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`;
  await expect(schema).toMatchFileSnapshot('../../../schema/experiment.schema.json');
});

async function planOf(experiment: object): ReturnType<typeof planCampaign> {
  const defined = Object.fromEntries(
    Object.entries(experiment).filter(([, of]) => of !== undefined),
  );
  return planCampaign(experimentFromObject(defined));
}

async function keysOf(experiment: object): Promise<string[]> {
  return (await planOf(experiment)).runs.map(({ key }) => key);
}

/** Each alias expands to ten copies of the previous one. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const of = i === 0 ? '1' : `*a${i - 1}`;
    return `  a${i}: &a${i} [${Array.from({ length: 10 }, () => of).join(', ')}]`;
  });
  return `name: e\nbase: x\nvary:\n${levels.join('\n')}\n`;
}
