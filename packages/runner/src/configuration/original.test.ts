import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { UserError } from '../user-error.ts';
import { configYaml } from './export-yaml.ts';
import { checkedSwarm, parseConfig, readConfig } from './read.ts';

const ORIGINALS = fileURLToPath(new URL('../../test/original/', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../../examples/configs/', import.meta.url));
const names = readdirSync(ORIGINALS);

/** As users of the original have them: its fields, its comments, its layout. */
const ORIGINAL = `// Simple configuration used only for testing purposes.

{
  "outPeers" : 5,
  "inPeers"  : 5,

  "minNodes" : 20,
  "seeds"    : 1,

  "pieceSize" : 196,
  "pieces"   : 1000,

  "uploads"     : 4,
  "optimistics" : 1,
  "interval"    : 10000,

  "backlog" : 10,

  "transitDomains"    : 10,
  "transitDomainSize" : 50,
  "stubDomains"       : 2,
  "stubDomainSize"    : 50,

  "transferInterval"  : 10,

  "capacityNodes" : [{
      "number"   : 21,
      "upload"   : 10,
      "download" : 20
  }],

  "allNodesRunInterval" : 10
}
`;

/** Classes have no names in the original, and their order matters only if there are several. */
const unnamed = (swarm: Swarm) => ({
  ...swarm,
  arrivalOrder: undefined,
  classes: swarm.classes.map((each) => ({ ...each, name: '' })),
});

describe.each(names)('the original configuration %s', (name) => {
  test.each([{}, { rules: 'original' }, { leaders: 30, externalNeighbours: 20, pieces: 7 }])(
    'describes the same swarm as the example of this name: %j',
    async (overrides) => {
      const original = checkedSwarm(await readConfig(ORIGINALS + name), overrides);
      const example = checkedSwarm(await readConfig(EXAMPLES + name), overrides);
      expect(unnamed(original.swarm)).toEqual(unnamed(example.swarm));
    },
  );

  test('is imported as a configuration that describes the same swarm', async () => {
    const file = await readConfig(ORIGINALS + name);
    const imported = parseConfig('imported.yaml', configYaml(file.config));
    expect(checkedSwarm(imported).swarm).toEqual(checkedSwarm(file).swarm);
  });

  test('describes the same swarm as its complete configuration', async () => {
    const { swarm, config } = checkedSwarm(await readConfig(ORIGINALS + name));
    const again = parseConfig('complete.json', JSON.stringify(config));
    expect(checkedSwarm(again)).toEqual({ swarm, config });
  });
});

describe('nodes of the original become seeds and classes', () => {
  const classesOf = (seeds: number, ...entries: readonly string[]) => {
    const value = { ...JSON.parse(ORIGINAL.replace(/\/\/.*/, '')), seeds, minNodes: 4 };
    value.capacityNodes = entries.map((entry) => {
      const [number, upload, download] = entry.split(/[:/]/).map(Number);
      return { number, upload, download };
    });
    value.outPeers = 2;
    const { swarm } = checkedSwarm(parseConfig('x.json', JSON.stringify(value)));
    expect(swarm.seeds).toBe(seeds);
    return swarm.classes.map(
      ({ count, uploadKbps, downloadKbps }) => `${count}:${uploadKbps}/${downloadKbps}`,
    );
  };

  test.each([
    {
      rule: 'the first node is the tracker, which has no capacity',
      seeds: 1,
      nodes: ['1:0/0', '1:9/0', '4:5/6'],
      classes: ['1:9/0', '4:5/6'],
    },
    {
      rule: 'the tracker may share an entry with seeds and leechers',
      seeds: 1,
      nodes: ['6:5/6'],
      classes: ['1:5/6', '4:5/6'],
    },
    {
      rule: 'an entry may hold the last seeds and the first leechers',
      seeds: 2,
      nodes: ['2:9/9', '4:5/6'],
      classes: ['1:9/9', '1:5/6', '3:5/6'],
    },
    {
      rule: 'leechers may have several capacities',
      seeds: 1,
      nodes: ['2:9/9', '2:5/6', '2:7/8'],
      classes: ['1:9/9', '2:5/6', '2:7/8'],
    },
  ])('$rule', ({ seeds, nodes, classes }) => {
    expect(classesOf(seeds, ...nodes)).toEqual(classes);
  });

  test('in order of arrival', () => {
    const file = parseConfig(
      'x.json',
      ORIGINAL.replace('}],', '}, { "number": 9, "upload": 1, "download": 1 }],'),
    );
    expect(checkedSwarm(file).swarm.arrivalOrder).toBe('listed');
  });
});

test('a capacity of nothing is imported as a number', async () => {
  const { config } = await readConfig(`${ORIGINALS}bigseed.json`);
  expect(configYaml(config)).toContain('download: 0\n');
});

test('a file of the original may state what only this simulator knows', () => {
  const ours = `"rules": "original", "quirks": { "staleRates": false }, "latency": { "fixedMs": 40 },
    "arrivalGapMs": 0, "leaders": 50, "multi": 2, "bias": 30, "preference": "absolute", "choker": "random",`;
  const { swarm } = checkedSwarm(parseConfig('small.json', ORIGINAL.replace('{', `{ ${ours}`)));
  expect(swarm).toMatchObject({
    quirks: { staleRates: false, repeatChokes: true },
    latency: { model: 'fixed', fixedMs: 40 },
    arrivalGapMs: 0,
    leaderPercent: 50,
    subTorrents: 2,
    externalPercent: 30,
    requestPriority: 'absolute',
    choker: 'random',
    seedChoker: 'random',
  });
});

test('a file of the original may begin with a byte order mark and end lists with a comma', () => {
  const text = `\uFEFF${ORIGINAL.replace('10\n}', '10,\n}').replaceAll('\n', '\r\n')}`;
  expect(checkedSwarm(parseConfig('small.json', text)).swarm.pieces).toBe(1000);
});

/** Each row changes the file above in one place; `line:column` is where the user has to look. */
describe('a mistake in a file of the original is placed, named by its own words, and has a fix', () => {
  const without = (field: string) => ORIGINAL.replace(new RegExp(`  "${field}".*\n`), '');
  test.each([
    {
      of: 'an unknown field',
      text: ORIGINAL.replace('"pieces"', '"peices"'),
      says: 'x.json:11:3: there is no field "peices"\n  fix: the nearest is "pieces"',
    },
    {
      of: 'one in an entry',
      text: ORIGINAL.replace('"upload"', '"up"'),
      says: 'x.json:28:7: there is no field "up" in capacityNodes[0]\n  fix: the nearest is "upload"',
    },
    {
      of: 'an unknown quirk',
      text: ORIGINAL.replace('{', '{ "quirks": {"stale": true},'),
      says: 'there is no field "stale" in client.quirks\n  fix: the nearest is "staleRates"',
    },
    {
      of: 'a missing field',
      text: without('backlog'),
      says: 'x.json:3:1: backlog: is missing\n  fix: add "backlog": 10',
    },
    {
      of: 'a missing size',
      text: without('pieceSize'),
      says: 'pieceSize: is missing\n  fix: add "pieceSize": 1960000',
    },
    {
      of: 'a text for a number',
      text: ORIGINAL.replace('20,', '"20",'),
      says: 'x.json:7:16: minNodes: is "20", but must be a number',
    },
    {
      of: 'a number for a list',
      text: ORIGINAL.replace(/\[\{[^]*\}\]/, '701'),
      says: 'x.json:26:21: capacityNodes: is 701, but must be a list',
    },
    {
      of: 'a latency of nothing',
      text: ORIGINAL.replace('{', '{ "latency": {},'),
      says: 'latency: must be either fixed or the topology',
    },
    {
      of: 'too many neighbours',
      text: ORIGINAL.replace('"outPeers" : 5', '"outPeers" : 20'),
      says: 'x.json:4:16: outPeers: is 20, but a peer has only 19 others',
    },
    {
      of: 'too many peers awaited',
      text: ORIGINAL.replace('"minNodes" : 20', '"minNodes" : 21'),
      says: 'x.json:7:16: minNodes: is 21, but there are only 20 peers',
    },
    {
      of: 'a seed that cannot send',
      text: ORIGINAL.replace('"upload"   : 10', '"upload"   : 0'),
      says: 'x.json:28:20: capacityNodes[0].upload: is 0 for the seed',
    },
    {
      of: 'half a node',
      text: ORIGINAL.replace('21,', '21.5,'),
      says: 'x.json:27:20: capacityNodes[0].number: is 21.5',
    },
    {
      of: 'nobody but seeds',
      text: ORIGINAL.replace('"seeds"    : 1', '"seeds"    : 20'),
      says: 'capacityNodes: has 21 nodes, but the tracker and 20 seeds leave no leecher',
    },
    {
      of: 'half a bit',
      text: ORIGINAL.replace('196', '0.5'),
      says: 'x.json:10:17: pieceSize: comes to 0.5 bits, but a piece has a whole number of bits',
    },
  ])('$of', ({ text, says }) => {
    const check = () => checkedSwarm(parseConfig('x.json', text));
    expect(check).toThrow(says);
    expect(check).toThrow(UserError);
  });

  test('doing all that the fixes say leads to a configuration', () => {
    const fixesOf = (text: string) => mistakesIn(text).map(({ fix }) => fix.replace('add ', ''));
    const first = fixesOf('{ "outPeers": 20 }');
    expect(first, 'at most ten mistakes are listed').toHaveLength(10);
    const fields = [...first, ...fixesOf(`{ "outPeers": 20, ${first.join(', ')} }`)];
    const file = parseConfig('x.json', `{ "outPeers": 20, ${fields.join(', ')} }`);
    expect(() => checkedSwarm(file)).not.toThrow();
  });
});

function mistakesIn(text: string) {
  try {
    parseConfig('x.json', text);
  } catch (error) {
    if (error instanceof UserError) return error.problems;
  }
  throw new Error('there is no mistake');
}

test('the files of the original are still in its format', () => {
  for (const name of names) expect(readFileSync(ORIGINALS + name, 'utf8')).toContain('"outPeers"');
});
