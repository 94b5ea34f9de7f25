/** The files that describe a network, of each format, and what is wrong with others. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { FileTopology } from '@cachetorrent/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { UserError } from '../../user-error.ts';
import { runKey, swarmDigest } from '../../campaign/experiment/key.ts';
import { checkedSwarm, readConfig } from '../read.ts';
import { unpacked } from './unpacked.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'networks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const RELATIONSHIPS = '# made up\n1|2|0\n1|11|-1|bgp\n2|12|-1|bgp\n';
/** The same, compressed by bzip2 1.0.8. */
const BZIP2 =
  'QlpoOTFBWSZTWURw5MwAAANZgAAQSAJwADaCQgQgADFMABNBpoQ0aaaVgh5e0EKICs3lE1Q76yt8JJT4u5IpwoSCI4cmYA==';

/** The swarm of a configuration whose network has these fields and files. */
async function swarmWith(
  network: object,
  files: Readonly<Record<string, string | Uint8Array>>,
  more: object = {},
) {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const config = join(folder, 'swarm.json');
  writeFileSync(config, JSON.stringify({ peers: 20, file: { pieces: 8 }, network, ...more }));
  return checkedSwarm(await readConfig(config));
}

async function networkOf(topology: string, file: string, content: string | Uint8Array, more = {}) {
  const { swarm } = await swarmWith({ topology, topologyFile: file, ...more }, { [file]: content });
  return (swarm.topology as FileTopology).network;
}

describe('a file of relationships', () => {
  test.each([
    { what: 'plain', content: RELATIONSHIPS },
    { what: 'with a byte order mark', content: `\uFEFF${RELATIONSHIPS}` },
    { what: 'by gzip', content: gzipSync(RELATIONSHIPS) },
    { what: 'by bzip2', content: Buffer.from(BZIP2, 'base64') },
    {
      what: 'of several streams of bzip2',
      content: Buffer.concat([
        Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64'),
        Buffer.from(BZIP2, 'base64'),
      ]),
    },
  ])('is read $what, whatever its name', async ({ content }) => {
    expect(await networkOf('relationships', 'x.dat', content)).toEqual({
      kind: 'relationships',
      text: RELATIONSHIPS,
    });
  });

  test.each([
    {
      of: 'a truncated gzip',
      content: gzipSync(RELATIONSHIPS).subarray(0, 30),
      says: 'is compressed with gzip, but truncated or damaged (it ends too early)',
    },
    {
      of: 'a truncated bzip2',
      content: Buffer.from(BZIP2, 'base64').subarray(0, 60),
      says: 'is compressed with bzip2, but truncated or damaged',
    },
    {
      of: 'a damaged bzip2',
      content: Buffer.from(BZIP2, 'base64').map((byte, i) => (i === 40 ? byte ^ 16 : byte)),
      says: 'is compressed with bzip2, but truncated or damaged',
    },
    {
      of: 'a zip',
      content: Buffer.from('PK\u0003\u0004'),
      says: 'is compressed with zip\n  fix: unpack it',
    },
    {
      of: 'bytes',
      content: Buffer.from([1, 2, 0, 0, 3]),
      says: 'is not a text: it contains a byte 0',
    },
    {
      of: 'a cut line',
      content: '1|2|0\n1|11|',
      says: ':2: "1|11|", the last line, is incomplete',
    },
    {
      of: 'a contradiction',
      content: '1|2|0\n2|1|-1\n',
      says: ':2: contradicts line 1 about AS2 and AS1',
    },
    { of: 'nothing', content: '', says: ': contains no relationship' },
  ])('of $of is refused', async ({ content, says }) => {
    const refused = networkOf('relationships', 'as-rel.txt', content);
    await expect(refused).rejects.toThrow(`as-rel.txt${says.startsWith(':') ? '' : ': '}${says}`);
    await expect(refused).rejects.toThrow(UserError);
  });

  test.each([
    { format: 'gzip', content: gzipSync(RELATIONSHIPS) },
    { format: 'bzip2', content: Buffer.from(BZIP2, 'base64') },
  ])('that is too large once it is unpacked is refused: $format', ({ content }) => {
    expect(unpacked('x', content, 2 ** 8)).toHaveLength(RELATIONSHIPS.length);
    expect(() => unpacked('x', content, 2 ** 4)).toThrow(/^x: unpacks to more than .* MiB/);
  });

  test('that is not there is refused', async () => {
    const refused = swarmWith({ topology: 'relationships', topologyFile: 'nowhere.txt' }, {});
    await expect(refused).rejects.toThrow('nowhere.txt: there is no such file');
  });
});

describe('a table of latencies', () => {
  test('has sizes, units, and both directions', async () => {
    const text = '# ms\nAS,Size,a,"b, c"\n"b, c",1,7,1\na,2.5,0.5 s,\n';
    expect(await networkOf('table', 't.csv', text)).toEqual({
      kind: 'table',
      names: ['a', 'b, c'],
      sizes: [2.5, 1],
      latencyMs: [
        [500, 7],
        [7, 1],
      ],
    });
  });

  test.each([
    { of: 'nothing', text: '', says: ': is empty' },
    { of: 'another first column', text: 'x,a\na,1\n', says: ':1:1: the first column is "x"' },
    {
      of: 'a row too few',
      text: 'as,a,b\na,1,2\n',
      says: ':1:1: has a column of b, but no row: the file may have been cut off',
    },
    {
      of: 'a row of an unknown AS',
      text: 'as,a\nb,1\n',
      says: ':2:1: is the row of "b", which has no column',
    },
    {
      of: 'a row twice',
      text: 'as,a\na,1\na,1\n',
      says: ':3:1: is the row of "a", which has a row before',
    },
    {
      of: 'an AS with the name of the common transit',
      text: 'as,a,TRANSIT\na,1,2\nTRANSIT,2,1\n',
      says: ':1:6: is "TRANSIT", as the AS is called to which all have their uplink',
    },
    { of: 'a column twice', text: 'as,a,a\na,1,1\n', says: ':1:6: names a twice' },
    {
      of: 'a cell too few',
      text: 'as,a,b\na,1\nb,1,1\n',
      says: ':2:4: has 2 fields, but the header has 3',
    },
    {
      of: 'a latency of 0',
      text: 'as,a,b\na,1,0\nb,1,1\n',
      says: ':2:5: latency from a to b: is 0: a message would arrive',
    },
    {
      of: 'no latency',
      text: 'as,a,b\na,1,\nb,,1\n',
      says: ':2:5: has no latency from a to b, nor back',
    },
    {
      of: 'what is no time',
      text: 'as,a\na,soon\n',
      says: ':2:3: latency from a to a: is "soon", which is not a time',
    },
    { of: 'what is no size', text: 'as,size,a\na,-1,1\n', says: ':2:3: size: is "-1"' },
    { of: 'an open quote', text: 'as,a\n"a,1\n', says: ':2:1: is not CSV' },
  ])('with $of is refused', async ({ text, says }) => {
    const refused = networkOf('table', 't.csv', text);
    await expect(refused).rejects.toThrow(`t.csv${says}`);
    await expect(refused).rejects.toThrow(UserError);
  });
});

const GML = `Creator "a test" # and a comment
graph [
  directed 0 Version 1
  node [ id 0 label "Berlin" Latitude 52.52 Longitude 13.41 graphics [ x 1 y 2 ] ]
  node [ id 1 label "M&#252;nchen" Latitude 48.14 Longitude 11.58 ]
  node [ id 2 label "None" ]
  node [ id 7 label "None" ]
  edge [ source 0 target 1 ]
  edge [ source 1 target 2 latency "15 ms" delay 3 ]
  edge [ source 2 target 7 latency 0.25 ]
  edge [ source 0 target 0 latency 2 ]
]
`;

const GRAPHML = `<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="Latitude" attr.type="double" for="node" id="d1" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d2" />
  <key attr.name="label" attr.type="string" for="node" id="d3" />
  <key attr.name="latency" attr.type="double" for="edge" id="d4"><default>15</default></key>
  <key attr.name="delay" attr.type="double" for="edge" id="d5" />
  <graph edgedefault="directed">
    <node id="n0"><data key="d1">52.52</data><data key="d2">13.41</data><data key="d3">A &amp; B</data></node>
    <node id="n1" />
    <edge source="n0" target="n1" />
    <edge source="n1" target="n0"><data key="d4"><![CDATA[7.5]]></data><data key="d5">4</data></edge>
  </graph>
</graphml>
`;

describe('a graph', () => {
  test('in GML has labels as names, latencies, and else coordinates', async () => {
    expect(await networkOf('graph', 'g.gml', GML, { hopLatency: 9 })).toEqual({
      kind: 'graph',
      names: ['Berlin', 'München', 'None#2', 'None#7'],
      links: [
        // 504 km at 199.86 km/ms.
        { from: 0, to: 1, latencyUs: expect.closeTo(2_522, -1) },
        { from: 1, to: 2, latencyUs: 15_000 },
        { from: 2, to: 3, latencyUs: 250 },
        { from: 0, to: 0, latencyUs: 2_000 },
      ],
      isDirected: false,
    });
  });

  test('in GraphML has keys, defaults and directions', async () => {
    expect(await networkOf('graph', 'g.xml', GRAPHML)).toEqual({
      kind: 'graph',
      names: ['A & B', 'n1'],
      links: [
        { from: 0, to: 1, latencyUs: 15_000 },
        { from: 1, to: 0, latencyUs: 7_500 },
      ],
      isDirected: true,
    });
  });

  test('has its latencies in another attribute, if that is named', async () => {
    const named = { latencyAttribute: 'delay', hopLatency: 9 };
    expect(await networkOf('graph', 'g.gml', GML, named)).toMatchObject({
      links: [{}, { latencyUs: 3_000 }, { from: 2, to: 3 }, {}],
    });
    expect(await networkOf('graph', 'g.xml', GRAPHML, named)).toMatchObject({
      links: [{}, { latencyUs: 4_000 }],
    });
  });

  test('has its coordinates in other attributes, if these are named', async () => {
    const network = await networkOf(
      'graph',
      'g.gml',
      'graph [ node [ id 0 g [ y 0 x 0 ] ] node [ id 1 g [ y 0 x 90 ] ] edge [ source 0 target 1 ] ]',
      { coordinates: ['g.y', 'g.x'] },
    );
    // A quarter of the equator: 10,007.6 km.
    expect(network).toMatchObject({ links: [{ latencyUs: 50_072 }] });
  });

  test.each([
    { of: 'no graph', file: 'x 1', says: 'g: has no graph' },
    { of: 'no nodes', file: 'graph [ ]', says: 'g: has no node' },
    {
      of: 'a list that does not end',
      file: GML.slice(0, 300),
      says: /g:\d+:\d+: (ends within a list|begins a text)/,
    },
    {
      of: 'a text that does not end',
      file: 'graph [ node [ id 0 label "x ] ]',
      says: 'g:1:27: begins a text that does not end',
    },
    {
      of: 'a value without a key',
      file: 'graph [\n 5 ]',
      says: 'g:2:2: is "5" where a key must be',
    },
    {
      of: 'a key without a value',
      file: 'graph [ node [ id ] ]',
      says: 'g:1:19: is "]" where the value of "id"',
    },
    {
      of: 'a node without an id',
      file: 'graph [ node [ ] ]',
      says: 'g:1:9: is a node without "id"',
    },
    {
      of: 'an id twice',
      file: 'graph [ node [ id 0 ]\nnode [ id 0 ] ]',
      says: 'g:2:1: is another node with the id "0"',
    },
    {
      of: 'a link to nowhere',
      file: 'graph [ node [ id 0 ] edge [ source 0 target 1 ] ]',
      says: 'g:1:23: has an end at "1", but there is no such node',
    },
    {
      of: 'a latency of 0',
      file: 'graph [ node [ id 0 ] edge [ source 0 target 0 latency 0 ] ]',
      says: 'g:1:23: latency is 0: a link takes some time',
    },
    {
      of: 'a latency that is none',
      file: 'graph [ node [ id 0 ] edge [ source 0 target 0 latency "x" ] ]',
      says: 'g:1:23: latency is "x", which is not a time',
    },
    {
      of: 'a position that is none',
      file: 'graph [ node [ id 0 Latitude 91 Longitude 0 ] ]',
      says: 'g:1:9: has the coordinates Latitude 91, Longitude 0',
    },
    {
      of: 'deep lists',
      file: `graph [ node [ ${'a ['.repeat(99)} ] ]`,
      says: 'is nested too deeply',
    },
    {
      of: 'tags that do not match',
      file: '<graphml>\n<graph></graphml>',
      says: /g:2:\d+: is not XML: unexpected close tag/,
    },
    { of: 'a cut file', file: GRAPHML.slice(0, 700), says: /g:\d+:\d+: is not XML: / },
    {
      of: 'an unknown entity',
      file: '<graphml>&lol;</graphml>',
      says: 'is not XML: undefined entity',
    },
    { of: 'no graph in XML', file: '<svg></svg>', says: 'g: has no graph' },
    {
      of: 'graphs in nodes',
      file: '<graphml><graph><node id="a"><graph/></node></graph></graphml>',
      says: 'is a second graph',
    },
    {
      of: 'a node of XML without an id',
      file: '<graphml><graph><node/></graph></graphml>',
      says: '<node> has no "id"',
    },
    {
      of: 'an edge of several nodes',
      file: '<graphml><graph><hyperedge/></graph></graphml>',
      says: 'joins more than two nodes',
    },
  ])('with $of is refused', async ({ file, says }) => {
    const refused = networkOf('graph', 'g', file);
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow(UserError);
  });

  test('without the attributes that are named is refused', async () => {
    await expect(networkOf('graph', 'g', GML, { latencyAttribute: 'ms' })).rejects.toThrow(
      /g: has no link with the attribute "ms"\n.*: source, target, latency, delay/,
    );
    await expect(networkOf('graph', 'g', GML, { coordinates: ['lat', 'lon'] })).rejects.toThrow(
      /g: has no node with the attribute "lat"\n.*: id, label, Latitude/,
    );
  });
});

describe('a table of users', () => {
  const withUsers = (users: string) =>
    swarmWith(
      {
        topology: 'relationships',
        topologyFile: 'r.txt',
        hosts: { count: 1, users: 'u.csv' },
      },
      { 'r.txt': RELATIONSHIPS, 'u.csv': users },
    );

  test.each([
    { what: 'of two columns', text: 'as,users\n12,5\n' },
    {
      what: 'as APNIC has it',
      text: 'Rank,AS,AS Name,CC,Users (est.),Samples\n1,AS12,"A, B",ZZ,"5",7\n2,AS99,X,ZZ,"1,200",7\n',
    },
  ])('$what says who may be drawn', async ({ text }) => {
    const { swarm } = await withUsers(text);
    expect((swarm.topology as FileTopology).hosts).toMatchObject({ by: 'users', users: [[3, 5]] });
  });

  test.each([
    { of: 'no users', text: 'as,x\n1,2\n', says: ':1:1: has none of the columns "users"' },
    { of: 'a number that is none', text: 'as,users\n12,many\n', says: ':2:4: is "many"' },
    { of: 'no number', text: 'as,users\n12,\n', says: ':2:4: is ""' },
    { of: 'an AS twice', text: 'as,users\n12,1\nAS12,1\n', says: ':3:1: names "AS12" again' },
  ])('with $of is refused', async ({ text, says }) => {
    await expect(withUsers(text)).rejects.toThrow(`u.csv${says}`);
  });
});

describe('the configuration with every field', () => {
  const network = { topology: 'graph', topologyFile: 'g.gml', hopLatency: 9 };

  test('describes the same swarm again, and has the hash of the file', async () => {
    const { swarm, config } = await swarmWith(network, { 'g.gml': GML });
    const again = join(folder, 'again.json');
    writeFileSync(again, JSON.stringify(config));
    expect(checkedSwarm(await readConfig(again))).toEqual({ swarm, config });
    writeFileSync(join(folder, 'g.gml'), `${GML}# changed\n`);
    const refused = readConfig(again).then((file) => checkedSwarm(file));
    await expect(refused).rejects.toThrow(/g\.gml: is not the file that the configuration names/);
  });
});

describe('the key of a run', () => {
  const keyWith = async (name: string, content: string | Uint8Array): Promise<string> => {
    const { swarm } = await swarmWith(
      { topology: 'relationships', topologyFile: name },
      { [name]: content },
    );
    return runKey(swarmDigest(swarm), 1);
  };

  test('depends on what the file says, and not on its name or compression', async () => {
    const key = await keyWith('a.txt', RELATIONSHIPS);
    expect(await keyWith('b.txt', RELATIONSHIPS)).toBe(key);
    expect(await keyWith('a.txt', gzipSync(RELATIONSHIPS))).toBe(key);
    expect(await keyWith('a.txt', `${RELATIONSHIPS}11|12|0\n`)).not.toBe(key);
  });
});
