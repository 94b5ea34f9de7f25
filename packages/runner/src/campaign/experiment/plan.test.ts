import { describe, expect, test } from 'vitest';

import { planCampaign } from './plan.ts';
import { experimentOf, parseExperiment, readExperiment } from './read.ts';
import { experimentJsonSchema } from './schema.ts';

const CONFIGS = new URL('../../../../../examples/configs/', import.meta.url).pathname;
const EXPERIMENTS = new URL('../../../../../examples/experiments/', import.meta.url).pathname;
const BASE = { name: 'e', base: `${CONFIGS}small.json` };

describe('a run has a key', () => {
  test.each([
    { rule: 'that does not depend on titles and plots',     with: { title: 'T', plots: [{ x: 'leaders', y: 'redundancy' }] }, changes: false },
    { rule: 'that does not depend on more values',          with: { vary: { leaders: [10, 30, 40] } },                        changes: false },
    { rule: 'that does not depend on more repetitions',     with: { repeat: 4 },                                              changes: false },
    { rule: 'that does not depend on the name',             with: { name: 'f' },                                              changes: false },
    { rule: 'that does not depend on fields without use',   with: { set: { inPeers: 7, allNodesRunInterval: 1 } },            changes: false },
    { rule: 'that does not depend on defaults written out', with: { set: { rules: 'client', choker: 'tit-for-tat', multi: 1 } }, changes: false },
    { rule: 'that depends on a field with use',             with: { set: { pieces: 999 } },                                   changes: true },
    { rule: 'that depends on a habit',                      with: { set: { 'habits.repeatChokes': true } },                   changes: true },
    { rule: 'that depends on the seed',                     with: { seed: 2 },                                                changes: true },
  ])('$rule', async ({ with: change, changes }) => {
    const plain = await keysOf({ ...BASE, vary: { leaders: [10, 30] }, repeat: 2 });
    const changed = new Set(await keysOf({ ...BASE, vary: { leaders: [10, 30] }, repeat: 2, ...change }));
    expect(plain.some((key) => !changed.has(key))).toBe(changes);
    expect(new Set(plain).size).toBe(4);
  });

  test('all combinations share the seeds of their repetitions, each of its own', async () => {
    const { cells, seeds, runs } = await planOf({ ...BASE, vary: { leaders: [10, 30] }, repeat: 3 });
    expect(cells).toHaveLength(2);
    expect(new Set(seeds).size).toBe(3);
    expect(runs.map(({ seed }) => seed)).toEqual([...seeds, ...seeds]);
  });

  test('seeds may be given', async () => {
    expect((await planOf({ ...BASE, seeds: [7, 3] })).seeds).toEqual([7, 3]);
  });
});

describe('a combination', () => {
  test.each([
    { rule: 'sets a field',                   of: { vary: { leaders: 30 } },                                 swarm: { leaderPercent: 30 } },
    { rule: 'sets a field within an entry',   of: { vary: { 'capacityNodes[0].upload': 5 } },                swarm: { capacities: [{ count: 21, uploadKbps: 5, downloadKbps: 20 }] } },
    { rule: 'sets a field of an object',      of: { set: { 'latency.fixedMs': 40 } },                        swarm: { latency: { model: 'fixed', fixedMs: 40 } } },
    { rule: 'sets a habit',                   of: { set: { 'habits.repeatChokes': true } },                  swarm: { habits: expect.objectContaining({ repeatChokes: true }) as unknown } },
    { rule: 'is stronger than what is set',   of: { set: { leaders: 10 }, vary: { leaders: 30 } },           swarm: { leaderPercent: 30 } },
    { rule: 'sets nothing with a label',      of: { labels: ['who'], vary: { who: 'me' } },                  swarm: { pieces: 1000 } },
  ])('$rule', async ({ of, swarm }) => {
    expect((await planOf({ ...BASE, ...of })).cells[0]!.swarm).toMatchObject(swarm);
  });

  test('leaves out a field that is null', async () => {
    const { cells } = await planOf({ ...BASE, set: { leaders: 10 }, vary: { leaders: [null, 30] } });
    expect(cells.map(({ swarm }) => swarm.leaderPercent)).toEqual([undefined, 30]);
  });

  test.each([
    { rule: 'goes where its parameters say so', exclude: 'leaders > 30 and bias < 20',             left: 3 },
    { rule: 'goes where one of several says so', exclude: ['leaders == 50', 'bias == 30'],          left: 1 },
    { rule: 'may be compared with the base',    exclude: 'leaders > pieces / 30',                  left: 2 },
    { rule: 'may name fields in quotes',        exclude: "'capacityNodes[0].number' == 21 and bias == 10", left: 2 },
    { rule: 'stays where it lacks what is named', exclude: 'multi > 1',                             left: 4 },
  ])('$rule', async ({ exclude, left }) => {
    const { cells } = await planOf({ ...BASE, vary: { leaders: [10, 50], bias: [10, 30] }, exclude });
    expect(cells).toHaveLength(left);
  });
});

describe('an experiment is refused', () => {
  test.each([
    { wrong: 'with an unknown field',           of: { repeats: 2 },                                says: 'there is no field "repeats"\n  fix: the nearest is "repeat"' },
    { wrong: 'with an unknown field of a plot', of: { plots: [{ x: 'leaders', y: 'redundancy', z: 1 }] }, says: 'there is no field "z" in plots[0]' },
    { wrong: 'with an unknown figure',          of: { plots: [{ x: 'leaders', y: 'redundance' }] }, says: 'plots[0].y: is "redundance", which it cannot be' },
    { wrong: 'with a plot of what is not varied', of: { plots: [{ x: 'bias', y: 'redundancy' }] },  says: 'names "bias", which is not varied' },
    { wrong: 'with a detail of what is not varied', of: { details: [{ bias: 1 }] },                 says: 'names "bias", which is not varied' },
    { wrong: 'with an unknown parameter',       of: { vary: { leader: 1 } },                       says: 'leader: is neither a field of a configuration nor a label\n  fix: the nearest is "leaders"' },
    { wrong: 'with an unknown field to set',    of: { set: { peices: 1 } },                        says: 'the nearest is "pieces"' },
    { wrong: 'with an entry that the base lacks', of: { set: { 'capacityNodes[3].upload': 1 } },    says: 'beyond the 1 entries' },
    { wrong: 'with a label that is a field',    of: { labels: ['pieces'] },                        says: 'which is a field' },
    { wrong: 'with a label that is a figure',   of: { labels: ['redundancy'] },                    says: 'which is a column of the results' },
    { wrong: 'with a value of the wrong type',  of: { vary: { leaders: ['many'] } },               says: 'leaders: is "many", but has to be a number' },
    { wrong: 'with a value that makes no sense', of: { vary: { leaders: [10, 120] } },              says: 'vary.leaders.1 (where leaders=120): leaders: is 120, more than can be' },
    { wrong: 'where all is left out',           of: { exclude: 'leaders > 0' },                    says: 'leaves out all 2 combinations' },
    { wrong: 'with a condition that is none',   of: { exclude: 'leaders >' },                      says: 'is no condition' },
    { wrong: 'with a condition on nothing',     of: { exclude: 'leader > 10' },                    says: 'there is no parameter "leader"\n  fix: the nearest is "leaders"' },
    { wrong: 'with a condition between types',  of: { exclude: 'leaders > "a"' },                  says: 'cannot be decided' },
    { wrong: 'with an empty list',              of: { vary: { leaders: [] } },                     says: 'no runs at all' },
    { wrong: 'with seeds that collide',         of: { seeds: [1, 2, 1] },                          says: 'the seed 1: they would be one run' },
    { wrong: 'with seeds and repetitions',      of: { seeds: [1], repeat: 2 },                     says: 'stands beside "repeat"' },
    { wrong: 'with no seeds',                   of: { seeds: [] },                                 says: 'there would be no runs' },
    { wrong: 'with half a seed',                of: { seeds: [0.5] },                              says: 'has 0.5, which is no seed' },
    { wrong: 'with no repetition',              of: { repeat: 0 },                                 says: 'repeat: is 0' },
    { wrong: 'with a name that no file can have', of: { name: '../e' },                             says: 'cannot be the name of a file' },
    { wrong: 'without a base',                  of: { base: undefined },                           says: 'base: is missing' },
    { wrong: 'with a base that is not there',   of: { base: 'nowhere.json' },                      says: 'there is no such file' },
    { wrong: 'with a base that is none',        of: { base: { pieces: 3 } },                       says: 'outPeers: is missing' },
  ])('$wrong', async ({ of, says }) => {
    await expect(planOf({ ...BASE, vary: { leaders: [10, 30] }, ...of })).rejects.toThrow(says);
  });

  test.each([
    { wrong: 'an empty file',        text: '# nothing\n',                      says: 'e.yaml: is empty' },
    { wrong: 'broken YAML',          text: 'name: [e\nbase: x\n',              says: 'e.yaml:2:1: is not YAML' },
    { wrong: 'a field twice',        text: 'name: e\nname: f\nbase: x\n',      says: 'e.yaml:2:1: is not YAML' },
    { wrong: 'a misspelt field',     text: 'name: e\nbase: x\nrepaet: 3\n',    says: 'e.yaml:3:1: there is no field "repaet"' },
    { wrong: 'a value of no use',    text: 'name: e\nbase: x\nrepeat: many\n', says: 'e.yaml:3:9: repeat: is "many", but has to be a number' },
    { wrong: 'too many aliases',     text: bomb(),                             says: 'e.yaml: is not YAML' },
    { wrong: 'a list',               text: '- 1\n',                            says: 'has to be an object' },
  ])('as $wrong', ({ text, says }) => {
    expect(() => parseExperiment('e.yaml', text)).toThrow(says);
  });

  test('with line and column of what is varied', async () => {
    const text = `name: e\nbase: ${BASE.base}\nvary:\n  leaders: [10, 120]\n`;
    await expect(planCampaign(parseExperiment('e.yaml', text))).rejects.toThrow('e.yaml:4:17 (where');
  });

  test('as JSON with line and column', () => {
    expect(() => parseExperiment('e.json', '{\n  "name": "e",\n  "bas": "x"\n}')).toThrow('e.json:3:3');
  });
});

describe('the examples', () => {
  test.each([
    { name: 'leaders-sweep', cells: 16, runs: 80 },
    { name: 'published',     cells: 14, runs: 70 },
    { name: 'seed-capacity', cells: 12, runs: 36 },
    { name: 'swarm-size',    cells: 8,  runs: 24 },
  ])('$name has $cells combinations', async ({ name, cells, runs }) => {
    const plan = await planCampaign(await readExperiment(`${EXPERIMENTS}${name}.yaml`));
    expect([plan.cells.length, plan.runs.length]).toEqual([cells, runs]);
  });
});

test('the published schema is that of the code; to bring it up to date: vitest -u', async () => {
  const schema = `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`;
  await expect(schema).toMatchFileSnapshot('../../../schema/experiment.schema.json');
});

async function planOf(experiment: object): ReturnType<typeof planCampaign> {
  const defined = Object.fromEntries(Object.entries(experiment).filter(([, of]) => of !== undefined));
  return planCampaign(experimentOf(defined));
}

async function keysOf(experiment: object): Promise<string[]> {
  return (await planOf(experiment)).runs.map(({ key }) => key);
}

/** Each alias stands for ten of the one before. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const of = i === 0 ? '1' : `*a${i - 1}`;
    return `  a${i}: &a${i} [${Array.from({ length: 10 }, () => of).join(', ')}]`;
  });
  return `name: e\nbase: x\nvary:\n${levels.join('\n')}\n`;
}
