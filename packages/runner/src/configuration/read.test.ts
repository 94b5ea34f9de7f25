import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSwarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { UserError } from '../user-error.ts';
import { parseConfig, readConfig } from './read.ts';
import { complete, swarmOf } from './swarm.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/configs', import.meta.url));

/** As the original's users have them: its fields, its comments, its layout. */
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

describe('a file of the original', () => {
  test('is read unchanged', () => {
    const { config } = parseConfig('small.json', ORIGINAL);
    expect(config).toMatchObject({ outPeers: 5, minNodes: 20, pieceSize: 196, interval: 10_000 });
    expect(config.capacityNodes).toEqual([{ number: 21, upload: 10, download: 20 }]);
  });

  test('may have fields of ours', () => {
    const ours = `"rules": "original", "habits": { "staleRates": false }, "latency": { "fixedMs": 50 },
      "arrivalGapMs": 0, "leaders": 50, "choker": "random",`;
    const { config } = parseConfig('small.json', ORIGINAL.replace('{', `{ ${ours}`));
    expect(config).toMatchObject({
      rules: 'original', habits: { staleRates: false }, latency: { fixedMs: 50 }, leaders: 50,
    });
  });

  test('may come from an editor that marks it, and end its lists with a comma', () => {
    const text = `\uFEFF${ORIGINAL.replace('10\n}', '10,\n}').replaceAll('\n', '\r\n')}`;
    expect(parseConfig('small.json', text).config.pieces).toBe(1000);
  });
});

test.each(readdirSync(EXAMPLES))('the example %s is a configuration', async (name) => {
  const { config } = await readConfig(join(EXAMPLES, name));
  expect(config.seeds).toBeGreaterThan(0);
});

function whatIsWrongWith(text: string): UserError {
  try {
    parseConfig('x.json', text);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('nothing is');
}

/** Each row changes the file above in one place; `line:column` is where the user has to look. */
describe('a mistake is placed, named, and comes with its remedy', () => {
  const lacking = (field: string) => ORIGINAL.replace(new RegExp(`  "${field}".*\n`), '');
  test.each([
    { of: 'an empty file',        text: '',                                                says: 'x.json: is empty' },
    { of: 'a file of comments',   text: '// nothing\n',                                    says: 'x.json:2:1: is not JSON: it lacks a value' },
    { of: 'no JSON at all',       text: 'pieces = 1000',                                   says: 'x.json:1:1: is not JSON: it has a word that is no value' },
    { of: 'a missing comma',      text: ORIGINAL.replace('20,', '20'),                     says: 'x.json:8:3: is not JSON: it lacks a comma' },
    { of: 'a missing colon',      text: ORIGINAL.replace('"seeds"    :', '"seeds"'),       says: 'x.json:8:11: is not JSON: it lacks a colon' },
    { of: 'a missing brace',      text: ORIGINAL.trimEnd().slice(0, -1),                   says: 'is not JSON: it lacks a closing brace' },
    { of: 'an open text',         text: ORIGINAL.replace('"seeds" ', '"seeds '),           says: 'x.json:8:3: is not JSON: it has a text that does not end' },
    { of: 'something after it',   text: `${ORIGINAL}{}`,                                   says: 'is not JSON: it goes on after its end' },
    { of: 'a list',               text: '[1]',                                             says: 'x.json:1:1: the configuration: is [1], but has to be an object' },
    { of: 'an unknown field',     text: ORIGINAL.replace('"pieces"', '"peices"'),          says: 'x.json:11:3: there is no field "peices"\n  fix: the nearest is "pieces"' },
    { of: 'one in an entry',      text: ORIGINAL.replace('"upload"', '"up"'),              says: 'x.json:28:7: there is no field "up" in capacityNodes[0]\n  fix: the nearest is "upload"' },
    { of: 'an unknown habit',     text: ORIGINAL.replace('{', '{ "habits": {"stale": true},'), says: 'x.json:3:14: there is no field "stale" in habits\n  fix: the nearest is "staleRates"' },
    { of: 'a missing field',      text: lacking('backlog'),                                says: 'x.json:3:1: backlog: is missing\n  fix: add "backlog": 10' },
    { of: 'a missing size',       text: lacking('pieceSize'),                              says: 'pieceSize: is missing\n  fix: add "pieceSize": 1960000' },
    { of: 'a missing list',       text: ORIGINAL.replace(/ {2}"capacityNodes"[^]*\],\n/, ''),   says: 'capacityNodes: is missing\n  fix: add "capacityNodes": [{ "number"' },
    { of: 'a text for a number',  text: ORIGINAL.replace('20,', '"20",'),                  says: 'x.json:7:16: minNodes: is "20", but has to be a number' },
    { of: 'a number for a list',  text: ORIGINAL.replace(/\[\{[^]*\}\]/, '701'),           says: 'x.json:26:21: capacityNodes: is 701, but has to be a list' },
    { of: 'nothing for a number', text: ORIGINAL.replace('20,', 'null,'),                  says: 'minNodes: is null, but has to be a number' },
    { of: 'too large a number',   text: ORIGINAL.replace('20,', '1e999,'),                 says: 'minNodes: is ' },
    { of: 'unknown rules',        text: ORIGINAL.replace('{', '{ "rules": "real",'),       says: 'rules: is "real", which it cannot be\n  fix: set it to one of "client", "original"' },
    { of: 'an unknown choker',    text: ORIGINAL.replace('{', '{ "choker": "fair",'),      says: 'set it to one of "tit-for-tat", "random"' },
    { of: 'a latency of nothing', text: ORIGINAL.replace('{', '{ "latency": {},'),         says: 'x.json:3:14: latency: has to be either fixed or the topology' },
    { of: 'a field given twice',  text: ORIGINAL.replace('"seeds"', '"minNodes"'),         says: 'x.json:8:3: "minNodes" stands here again' },
  ])('$of', ({ text, says }) => {
    expect(() => parseConfig('x.json', text)).toThrow(says);
    expect(() => parseConfig('x.json', text)).toThrow(UserError);
    expect(() => parseConfig('x.json', text)).toThrow('fix: ');
  });

  test('who does all that it says has a configuration', () => {
    const { problems } = whatIsWrongWith('{}');
    const fields = problems.map(({ fix }) => fix.replace('add ', ''));
    const { config } = parseConfig('x.json', `{ ${fields.join(', ')} }`);
    expect(() => checkSwarm(swarmOf(complete(config)))).not.toThrow();
  });

  test('a misspelt field is not missing as well', () => {
    const text = ORIGINAL.replace('"pieces"', '"peices"');
    expect(() => parseConfig('x.json', text)).not.toThrow('is missing');
  });

  test('several mistakes are told in the order in which they stand', () => {
    const text = ORIGINAL.replace('"pieces"', '"peices"').replace('20,', '"20",');
    expect(() => parseConfig('x.json', text)).toThrow(/^x.json:7:16: minNodes[^]*\nx.json:11:3: there is no field "peices"/);
  });
});

describe('a file that cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  test.each([
    { of: 'a file that is not there', at: join(folder, 'none.json'), says: 'there is no such file' },
    { of: 'a folder',                 at: folder,                    says: 'is a folder' },
  ])('$of', async ({ at, says }) => {
    await expect(readConfig(at)).rejects.toThrow(`${at}: ${says}`);
  });

  test.skipIf(process.getuid?.() === 0)('a file of somebody else', async () => {
    const at = join(folder, 'secret.json');
    writeFileSync(at, ORIGINAL);
    chmodSync(at, 0);
    await expect(readConfig(at)).rejects.toThrow(`${at}: may not be read by you`);
  });
});
