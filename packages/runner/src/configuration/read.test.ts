import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swarmJsonSchema } from '@cachetorrent/simulator/configuration';
import { describe, expect, test } from 'vitest';

import { UserError } from '../user-error.ts';
import { checkedSwarm, parseConfig, readConfig } from './read.ts';
import { STARTING_FILE } from './starting-file.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/configs', import.meta.url));

const YAML = `# a flash crowd of 200 peers in 8 networks
peers: 200
file: { size: 256 MiB, pieceSize: 256 KiB }
network: { as: 8 }
cache: { leaders: 30 % }
`;

const JSONC = `// The same in JSON.
{
  "peers": 200,
  "file": { "size": "256 MiB", "pieceSize": "256 KiB" },
  "network": { "as": 8 }, /* networks */
  "cache": { "leaders": "30 %" },
}
`;

describe('a configuration', () => {
  test('is YAML or JSON with comments, and means the same', () => {
    const { swarm } = checkedSwarm(parseConfig('x.yaml', YAML));
    expect(swarm).toMatchObject({ pieces: 1024, leaderPercent: 30, topology: { stubDomains: 8 } });
    for (const file of ['x.json', 'x.conf']) {
      expect(checkedSwarm(parseConfig(file, JSONC)).swarm).toEqual(swarm);
    }
  });

  test.each([
    { file: 'x.yaml', text: `${YAML}client: mainline\n` },
    { file: 'x.json', text: JSONC.replace('"peers"', '"client": "mainline", "peers"') },
  ])('names a whole client: $file', ({ file, text }) => {
    const { swarm, config } = checkedSwarm(parseConfig(file, text));
    expect(swarm).toEqual(checkedSwarm(parseConfig('x.yaml', YAML), { preset: 'mainline' }).swarm);
    expect(config.client).toMatchObject({ preset: 'mainline', uploadSlots: 3, endgame: 'all' });
    expect(checkedSwarm(parseConfig('x.json', JSON.stringify(config)))).toEqual({ swarm, config });
  });

  test.each(readdirSync(EXAMPLES))('is the example %s', async (name) => {
    const { swarm } = checkedSwarm(await readConfig(join(EXAMPLES, name)));
    expect(swarm.seeds).toBeGreaterThan(0);
  });

  test('has a JSON Schema for editors', async () => {
    const schema = `${JSON.stringify(swarmJsonSchema(), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot('../../schema/swarm.schema.json');
  });
});

describe('the starting file', () => {
  test('is a configuration', () => {
    const { swarm } = checkedSwarm(parseConfig('swarm.yaml', STARTING_FILE));
    expect(swarm).toMatchObject({ pieces: 256, leaderPercent: 30, seeds: 1 });
  });

  test('stays one when its commented fields are activated', () => {
    const all = STARTING_FILE.replace(/^# ( *(?:- \{ )?[a-zA-Z]+:.*)$/gm, '$1');
    const { swarm } = checkedSwarm(parseConfig('swarm.yaml', all));
    const names = swarm.classes.map(({ name }) => name);
    expect(names).toEqual(['seed', 'dsl', 'fibre', 'cable', 'cache']);
    expect(swarm).toMatchObject({ backlog: 10, leadersMax: 5, subTorrents: 1 });
  });

  test('states the defaults in its comments', () => {
    const { swarm: short } = checkedSwarm(parseConfig('swarm.yaml', STARTING_FILE));
    const activated = STARTING_FILE.replace(/^# ( *(?:- \{ )?[a-zA-Z]+:.*)$/gm, '$1')
      .replace(/^ *(classes|faults|borders|providerCaches):.*\n( *- .*\n)+/gm, '')
      .replace(/^ *(externalNeighbours|maxLeaders|connectionsMax|prices|tcp|parents).*\n/gm, '');
    expect(checkedSwarm(parseConfig('swarm.yaml', activated)).swarm).toEqual(short);
  });
});

describe('overrides', () => {
  const file = parseConfig('x.yaml', YAML);
  test.each([
    {
      rule: 'name a field without its section',
      overrides: { leaders: '5 %', pieceSize: '1 MiB', rules: 'original' },
      is: { leaderPercent: 5, pieces: 256, latency: { model: 'fixed', fixedMs: 50 } },
    },
    {
      rule: 'name a field with its section',
      overrides: { 'network.latency': '70 ms', 'client.quirks.staleRates': true },
      is: { latency: { model: 'fixed', fixedMs: 70 }, quirks: { staleRates: true } },
    },
    {
      rule: 'turn a number of seeds into an object',
      overrides: { 'seeds.upload': '9 Mbit/s' },
      is: { classes: [{ uploadKbps: 9_000, count: 1 }, { count: 199 }] },
    },
    {
      rule: 'name a client, whose fields others replace in any order',
      overrides: { uploadSlots: 2, client: 'mainline', 'client.endgame': 'strict' },
      is: { uploadSlots: 2, choker: 'mainline', client: { endgame: 'strict', rateRounds: 2 } },
    },
    {
      rule: 'set the schedule of faults, and then a field of an event',
      overrides: {
        'faults[0].crash.leaders': '10 %',
        faults: [{ at: '1 min', crash: { leaders: 50, as: 1 } }],
      },
      is: { faults: [{ fault: 'crash', atMs: 60_000, who: 'leaders', percent: 10, as: [1] }] },
    },
    {
      rule: 'set a price',
      overrides: { 'network.prices.transit': 3 },
      is: { prices: { transit: 3, percentile: 95 } },
    },
    { rule: 'remove a field with null', overrides: { leaders: null }, is: { pieces: 1024 } },
  ])('$rule', ({ overrides, is }) => {
    expect(checkedSwarm(file, overrides).swarm).toMatchObject(is);
  });

  test('leave plain BitTorrent where leaders are removed', () => {
    expect(checkedSwarm(file, { leaders: null }).swarm).not.toHaveProperty('leaderPercent');
  });

  test.each([
    {
      of: 'an unknown field',
      overrides: { leader: 5 },
      says: '--set leader: there is no field "leader" in a configuration\n  fix: the nearest is "leaders"',
    },
    {
      of: 'a former name',
      overrides: { bias: 5 },
      says: '--set bias: there is no field "bias" in a configuration\n  fix: it is called "externalNeighbours"',
    },
    {
      of: 'a value of the wrong kind',
      overrides: { leaders: 'many' },
      says: '--leaders: is "many", which is not a percentage\n  fix: write 30 %',
    },
    {
      of: 'a value of a field without an option',
      overrides: { 'network.as': 0 },
      says: '--set network.as: is 0',
    },
    {
      of: 'an entry that the file lacks',
      overrides: { 'classes[1].upload': 5 },
      says: '--set classes[1].upload: names entry 1 of "classes", which has 0 entries',
    },
    {
      of: 'a field of an event that the file lacks',
      overrides: { 'faults[0].at': 5 },
      says: '--set faults[0].at: names entry 0 of "faults", which has 0 entries',
    },
    {
      of: 'a field of an event, without which',
      overrides: { 'faults.at': 5 },
      says: '--set faults.at: names no entry of the list "faults"\n  fix: state its index: faults[0].at',
    },
    {
      of: 'an entry of a number',
      overrides: { 'seeds[0].upload': 5 },
      says: '--set seeds[0].upload: names entry 0 of "seeds", which has 0 entries',
    },
    {
      of: 'an entry of an object',
      overrides: {
        classes: [{ name: 'a', share: 100, leaves: {} }],
        'classes[0].leaves[0].after': 5,
      },
      says: '--set classes[0].leaves[0].after: names entry 0 of "classes[0].leaves", which is no list\n  fix: write classes[0].leaves.after',
    },
    {
      of: 'an entry that a list within a list lacks',
      overrides: {
        classes: [{ name: 'a', arrivals: [{ rate: 5 }] }],
        'classes[0].arrivals[1].rate': 5,
      },
      says: 'names entry 1 of "classes[0].arrivals", which has 1 entries',
    },
    {
      of: 'a field of a list',
      overrides: { 'classes.upload': 5 },
      says: 'names no entry of the list "classes"\n  fix: state its index: classes[0].upload',
    },
    { of: 'a value out of range', overrides: { leaders: 101 }, says: '--leaders: is 101' },
    {
      of: 'another name of a client',
      overrides: { client: 'reference' },
      says: '--set client: is "reference", which is not a possible value\n  fix: it is called "mainline" here: write that',
    },
    {
      of: 'a field of what is no client',
      overrides: { 'client.choker': 'random', client: [] },
      says: '--set client: is [], ',
    },
    {
      of: 'a field beside the client that lacks it',
      overrides: { client: 'mainline', uploadSlots: -1 },
      says: '--set uploadSlots: is -1',
    },
    {
      of: 'an option of leaders alone',
      overrides: { leaders: null, requestPriority: 'absolute' },
      says: '--request-priority: is absolute, but there are no leaders\n  fix: set --leaders too',
    },
    {
      of: 'a policy of elections without leaders',
      overrides: { leaders: null, policy: 'uptime' },
      says: '--set policy: is uptime, but there are no leaders\n  fix: set --leaders too',
    },
    {
      of: 'a policy that does not exist',
      overrides: { policy: 'votes' },
      says: '--set policy: is "votes", which is not a possible value',
    },
    {
      of: 'a bound of one connection',
      overrides: { connectionsMax: 1 },
      says: '--set connectionsMax: is 1, but a peer opens half of its connections itself\n  fix: set it to a whole number from 2',
    },
    {
      of: 'a price of an exception that the file lacks',
      overrides: { 'network.prices.transit': 3, 'network.prices.exceptions[0].transit': 5 },
      says: '--set network.prices.exceptions[0].transit: names entry 0 of "network.prices.exceptions", which has 0 entries',
    },
    {
      of: 'a price without a relationship',
      overrides: { prices: { transit: 2, exceptions: [{ as: 'AS8', transit: 5 }] } },
      says: '--set prices: is "AS8", which is no AS of this network\n  fix: name one of its AS, such as "AS0"',
    },
    {
      of: 'prices without that of transit',
      overrides: { prices: { currency: 'EUR' } },
      says: 'is missing\n  fix: add "transit": 2',
    },
    {
      of: 'fewer leaders at most than at least',
      overrides: { minLeaders: 3, maxLeaders: 2 },
      says: '--set minLeaders: is 3, more than cache.maxLeaders (2)\n  fix: set it to 2 or less',
    },
  ])('refused: $of', ({ overrides, says }) => {
    expect(() => checkedSwarm(file, overrides)).toThrow(says);
  });
});

/** Each row changes the file above in one place; `line:column` is where the user has to look. */
describe('a mistake is placed, named, and has a fix', () => {
  test.each([
    { of: 'an empty file', file: 'x.yaml', text: '', says: 'x.yaml: is empty' },
    { of: 'a file of comments', file: 'x.yaml', text: '# nothing\n', says: 'x.yaml: is empty' },
    {
      of: 'a comment of JSON',
      file: 'x.json',
      text: '// nothing\n',
      says: 'x.json:2:1: is not JSON: it lacks a value',
    },
    {
      of: 'broken YAML',
      file: 'x.yaml',
      text: YAML.replace('{ as: 8 }', '{ as: 8'),
      says: 'is not YAML: ',
    },
    {
      of: 'a missing comma',
      file: 'x.json',
      text: JSONC.replace('200,', '200'),
      says: 'x.json:4:3: is not JSON: it lacks a comma',
    },
    {
      of: 'another name of a client',
      file: 'x.yaml',
      text: `${YAML}client: reference\n`,
      says: 'x.yaml:6:9: client: is "reference", which is not a possible value\n  fix: it is called "mainline" here: write that',
    },
    {
      of: 'a client that does not exist',
      file: 'x.yaml',
      text: `${YAML}client: { preset: utorrent }\n`,
      says: 'client.preset: is "utorrent", which is not a possible value\n  fix: set it to one of "libtorrent", "mainline", "transmission"',
    },
    {
      of: 'a client that is no name',
      file: 'x.yaml',
      text: `${YAML}client: 3\n`,
      says: 'client: is 3, which is not a possible value\n  fix: set it to one of "libtorrent"',
    },
    {
      of: 'a field that a client lacks',
      file: 'x.yaml',
      text: `${YAML}client: { slots: 3 }\n`,
      says: 'there is no field "slots" in client\n  fix: the nearest is "rules"',
    },
    {
      of: 'a field given twice',
      file: 'x.json',
      text: JSONC.replace('"network"', '"file"'),
      says: 'x.json:5:3: "file" is given twice',
    },
    {
      of: 'a field given twice, YAML',
      file: 'x.yaml',
      text: YAML.replace('\nnetwork', '\nfile'),
      says: 'x.yaml:4:1: "file" is given twice',
    },
    {
      of: 'a field that JavaScript would hide',
      file: 'x.json',
      text: JSONC.replace('"peers": 200', '"__proto__": { "peers": 200 }'),
      says: 'x.json:3:3: there is no field "__proto__"',
    },
    {
      of: 'deep JSON',
      file: 'x.json',
      text: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      says: 'x.json: is nested too deeply: it has more than 100 levels',
    },
    {
      of: 'JSON that only functions of ours find deep',
      file: 'x.json',
      text: `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
      says: 'x.json: is nested too deeply',
    },
    {
      of: 'deep YAML',
      file: 'x.yaml',
      text: `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      says: 'x.yaml: is nested too deeply',
    },
    {
      of: 'a list',
      file: 'x.yaml',
      text: '- 1',
      says: 'x.yaml:1:1: the configuration: is [1], but must be an object',
    },
    {
      of: 'an unknown field',
      file: 'x.yaml',
      text: YAML.replace('leaders', 'leader'),
      says: 'x.yaml:5:10: there is no field "leader" in cache\n  fix: the nearest is "leaders"',
    },
    {
      of: 'an unknown field, JSON',
      file: 'x.json',
      text: JSONC.replace('leaders', 'leader'),
      says: 'x.json:6:14: there is no field "leader" in cache',
    },
    {
      of: 'a missing field',
      file: 'x.yaml',
      text: YAML.replace('peers: 200\n', ''),
      says: 'x.yaml:2:1: peers: is missing\n  fix: add "peers": 200',
    },
    {
      of: 'a missing section',
      file: 'x.yaml',
      text: 'peers: 10',
      says: 'file: is missing\n  fix: add "file": { "size": "256 MiB" }',
    },
    {
      of: 'a unit of another kind',
      file: 'x.yaml',
      text: YAML.replace('256 MiB', '256 Mbps'),
      says: 'x.yaml:3:15: file.size: is "256 Mbps", but a size has no unit "Mbps"',
    },
    {
      of: 'a value out of range',
      file: 'x.yaml',
      text: YAML.replace('30 %', '130 %'),
      says: 'x.yaml:5:19: cache.leaders: is 130',
    },
    {
      of: 'a count that is a text',
      file: 'x.yaml',
      text: YAML.replace('peers: 200', 'peers: many'),
      says: 'x.yaml:2:8: peers: is "many", but must be a number',
    },
    {
      of: 'a count that is not a number',
      file: 'x.yaml',
      text: YAML.replace('peers: 200', 'peers: .nan'),
      says: 'x.yaml:2:8: peers: is NaN, but must be a number, and finite\n  fix: write 200',
    },
    {
      of: 'a size without end',
      file: 'x.yaml',
      text: YAML.replace('256 MiB', '.inf'),
      says: 'file.size: is Infinity, but must be a text or a number, and finite\n  fix: write "256 MiB"',
    },
    {
      of: 'a latency that is an object',
      file: 'x.yaml',
      text: YAML.replace('{ as: 8 }', '{ as: 8, latency: { fixed: 1 d } }'),
      says: 'but must be a text or a number\n  fix: write "50 ms", for instance',
    },
    {
      of: 'too many pieces',
      file: 'x.yaml',
      text: YAML.replace('256 KiB', '1 B'),
      says: 'file.size: is 268435456 bytes in pieces of 1, more than 16777216 pieces',
    },
    {
      of: 'a file without bytes',
      file: 'x.yaml',
      text: YAML.replace('256 MiB', '0'),
      says: 'file.size: is 0 bytes, so there would be nothing to download',
    },
    {
      of: 'too many peers',
      file: 'x.yaml',
      text: YAML.replace('peers: 200', 'peers: 1e30'),
      says: 'x.yaml:2:8: peers: is 1e+30, which is too large',
    },
    {
      of: 'too few AS for the peers',
      file: 'x.yaml',
      text: YAML.replace('peers: 200', 'peers: 5000000'),
      says: 'network.as: is 8, too few for 5000000 peers: an AS has at most 100000 routers\n  fix: set it to 101 or more',
    },
    {
      of: 'a capacity that exhausts the clock',
      file: 'x.yaml',
      text: `${YAML}upload: 1e-12`,
      says: 'x.yaml:6:9: upload: is 1e-12 kbit/s, with which a piece would take more than',
    },
    {
      of: 'two documents',
      file: 'x.yaml',
      text: `${YAML}---\n${YAML}`,
      says: 'x.yaml:6:1: has a second document\n  fix: keep one of them',
    },
    {
      of: 'a merge of no object',
      file: 'x.yaml',
      text: `${YAML}tracker: { <<: 5 }`,
      says: 'fix: write << before an object',
    },
    {
      of: 'too many neighbours',
      file: 'x.yaml',
      text: `${YAML}tracker: { neighbours: 200 }`,
      says: 'x.yaml:6:24: tracker.neighbours: is 200, but a peer has only 199 others',
    },
  ])('$of', ({ file, text, says }) => {
    const check = () => checkedSwarm(parseConfig(file, text));
    expect(check).toThrow(says);
    expect(check).toThrow(UserError);
    expect(check).toThrow('fix: ');
  });

  test('several mistakes come in the order in which they stand', () => {
    const text = YAML.replace('peers: 200', 'peers: many').replace('30 %', 'all');
    expect(() => parseConfig('x.yaml', text)).toThrow(
      /^x.yaml:2:8: peers[^]*\nx.yaml:5:19: cache.leaders/,
    );
  });
});

describe('of many mistakes', () => {
  const classes = (count: number) =>
    Array.from({ length: count }, (_, i) => `  - { name: c${i}, count: "x" }\n`).join('');
  const textWith = (count: number) => `file: { pieces: 9 }\nclasses:\n${classes(count)}`;
  const messageOf = (text: string) => {
    try {
      parseConfig('x.yaml', text);
    } catch (error) {
      return (error as UserError).message;
    }
    throw new Error('there is no mistake');
  };

  test('ten are shown, with the number of the others', () => {
    const message = messageOf(textWith(20_001));
    expect(message.match(/fix:/g)).toHaveLength(10);
    expect(message).toMatch(/x\.yaml:3:24: classes\[0\]\.count: is "x"/);
    expect(message).toMatch(/\n {2}and 19,991 more of the same kind$/);
  });

  test('each kind is shown before the second of any', () => {
    const message = messageOf(`${textWith(30)}peers: many\nnetwork: { foo: 1 }\n`);
    expect(message).toContain('x.yaml:33:8: peers: is "many"');
    expect(message).toContain('there is no field "foo" in network');
    expect(message).toContain('\n  and 22 more of the same kind\n');
    expect(message.match(/fix:/g)).toHaveLength(10);
  });

  test('ten and no more are all shown', () => {
    const message = messageOf(textWith(10));
    expect(message.match(/fix:/g)).toHaveLength(10);
    expect(message).not.toContain('more');
  });

  test('a name and a value are cut, and have no control characters', () => {
    const name = `\u001b[31m${'x'.repeat(5_000)}`;
    const message = messageOf(JSON.stringify({ file: { pieces: 9 }, peers: 9, [name]: 1 }));
    expect(message).toContain('there is no field "\\u001b[31mxxx');
    expect(message.length).toBeLessThan(300);
  });

  // A quadratic check of as many takes minutes.
  test.each(['x.yaml', 'x.json'])('checking is linear: %s', { timeout: 60_000 }, (file) => {
    const names = Array.from({ length: 100_000 }, (_, i) => `"n${i}": ${i}`).join(',\n');
    expect(() => parseConfig(file, `{ "file": { "pieces": 9 },\n${names} }`)).toThrow(
      'and 99,990 more of the same kind',
    );
  });
});

describe('a file that cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  test.each([
    {
      of: 'a file that is not there',
      at: join(folder, 'none.json'),
      says: 'there is no such file',
    },
    { of: 'a folder', at: folder, says: 'is a folder' },
  ])('$of', async ({ at, says }) => {
    await expect(readConfig(at)).rejects.toThrow(`${at}: ${says}`);
  });

  test.each([
    { of: 'UTF-16', bytes: Buffer.from(`\uFEFF${YAML}`, 'utf16le'), says: 'is a text in UTF-16' },
    { of: 'UTF-16 without a mark', bytes: Buffer.from(YAML, 'utf16le'), says: 'in UTF-16' },
    { of: 'Latin-1', bytes: Buffer.from('# é', 'latin1'), says: 'is not a text in UTF-8' },
    { of: 'a program', bytes: Buffer.from('\x7fELF\0\0'), says: 'it contains a byte 0' },
  ])('$of', async ({ of, bytes, says }) => {
    const at = join(folder, `${of}.yaml`);
    writeFileSync(at, bytes);
    const reading = readConfig(at);
    await expect(reading).rejects.toThrow(says);
    await expect(reading).rejects.toThrow('\n  fix: save it as UTF-8');
  });

  test('no path at all', async () => {
    await expect(readConfig('a\0b')).rejects.toThrow(
      'a\\u{0}b: is not a path: it contains a byte 0',
    );
  });

  test('a byte order mark of UTF-8 is no mistake', async () => {
    const at = join(folder, 'mark.yaml');
    writeFileSync(at, `\uFEFF${YAML}`);
    expect((await readConfig(at)).config.peers).toBe(200);
  });

  test.skipIf(process.platform !== 'linux')('one without an end', async () => {
    await expect(readConfig('/dev/zero')).rejects.toThrow('has more than 100 MiB');
  });

  test.skipIf(process.getuid?.() === 0)('a file of somebody else', async () => {
    const at = join(folder, 'secret.json');
    writeFileSync(at, YAML);
    chmodSync(at, 0);
    await expect(readConfig(at)).rejects.toThrow(`${at}: is not readable for you`);
  });
});
