import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBencode } from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ClientError } from '../errors.ts';
import { makeTorrent } from './make-torrent.ts';
import { parseTorrentFile, readTorrent } from './read-torrent.ts';

const hashes = (pieces: number): Uint8Array => new Uint8Array(20 * pieces).fill(7);
const info = (fields: object): object => ({
  name: 'n',
  'piece length': 16_384,
  pieces: hashes(1),
  length: 100,
  ...fields,
});
const torrent = (fields: object): Uint8Array =>
  encodeBencode({ announce: 'http://t/announce', info: info(fields) } as never);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torrent-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a torrent is read', () => {
  test('of one file', async () => {
    expect(await parseTorrentFile(torrent({ private: 1 }), 't')).toMatchObject({
      name: 'n',
      isPrivate: true,
      trackers: ['http://t/announce'],
      infoHash2: undefined,
      layout: { totalBytes: 100, pieceBytes: 16_384, pieceCount: 1 },
      files: [{ path: ['n'], bytes: 100, offset: 0, isPadding: false }],
    });
  });

  test.each([
    { fields: {}, webSeeds: [] },
    { fields: { 'url-list': 'http://w/n' }, webSeeds: ['http://w/n'] },
    {
      fields: { 'url-list': ['http://w/', ''], httpseeds: ['http://h/'] },
      webSeeds: ['http://w/', 'http://h/'],
    },
    { fields: { 'url-list': 7, httpseeds: '' }, webSeeds: [] },
  ])('with its web seeds, which are not used: $webSeeds', async ({ fields, webSeeds }) => {
    const bytes = encodeBencode({ info: info({}), ...fields } as never);
    expect((await parseTorrentFile(bytes, 't')).webSeeds).toEqual(webSeeds);
  });

  test('of several files, one of which is padding', async () => {
    const files = [
      { length: 10, path: ['a'] },
      { length: 0, path: ['e'] },
      { length: 6, path: ['.pad', '6'], attr: 'p' },
      { length: 20, path: ['f', 'b'] },
    ];
    expect((await parseTorrentFile(torrent({ files, length: undefined }), 't')).files).toEqual([
      { path: ['n', 'a'], bytes: 10, offset: 0, isPadding: false },
      { path: ['n', 'e'], bytes: 0, offset: 10, isPadding: false },
      { path: ['n', '.pad', '6'], bytes: 6, offset: 10, isPadding: true },
      { path: ['n', 'f', 'b'], bytes: 20, offset: 16, isPadding: false },
    ]);
  });

  test('with the info hash of the bytes in the file, in order or not', async () => {
    const odd = Buffer.from(
      'd4:infod6:lengthi100e4:name1:n12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaa3:aaai1ee4:zzzzi1ee',
    );
    const start = odd.indexOf('d6:length');
    const raw = odd.subarray(start, odd.indexOf('4:zzzz', start));
    const { infoHash, info: bytes } = await parseTorrentFile(odd, 't');
    expect(Buffer.from(bytes)).toEqual(raw);
    expect(Buffer.from(infoHash)).toEqual(createHash('sha1').update(raw).digest());
  });

  test('with a second info hash if it is also one of version 2', async () => {
    const { infoHash2 } = await parseTorrentFile(torrent({ 'meta version': 2 }), 't');
    expect(infoHash2).toHaveLength(20);
  });

  test('that this package has created', async () => {
    await mkdir(join(folder, 'many'));
    await writeFile(join(folder, 'many', 'a'), 'hello');
    await writeFile(join(folder, 'many', 'b'), 'world!');
    const made = await makeTorrent(join(folder, 'many'), {
      trackers: ['http://t/announce'],
      pieceBytes: 16_384,
    });
    expect(await parseTorrentFile(made, 't')).toMatchObject({
      name: 'many',
      isPrivate: true,
      trackers: ['http://t/announce'],
      layout: { totalBytes: 11 },
      files: [
        { path: ['many', 'a'], bytes: 5 },
        { path: ['many', 'b'], bytes: 6 },
      ],
    });
    expect(
      await makeTorrent(join(folder, 'many'), {
        trackers: ['http://t/announce'],
        pieceBytes: 16_384,
      }),
    ).toEqual(made);
  });
});

describe('a torrent is read although', () => {
  test.each<[string, object, object]>([
    ['the key url-list holds a number', { 'url-list': 5 }, {}],
    ['the key url-list holds an empty list', { 'url-list': [] }, {}],
    ['the key url-list holds a dictionary', { 'url-list': { a: 1 } }, {}],
    ['the key announce-list holds numbers', { 'announce-list': [5, [6, []]] }, {}],
    ['the keys comment and created by hold lists', { comment: [], 'created by': [] }, {}],
    ['the creation date is text', { 'creation date': 'today' }, {}],
    ['nodes is a number, and httpseeds text', { nodes: 5, httpseeds: 'x' }, {}],
    ['name.utf-8 is a number', {}, { 'name.utf-8': 7 }],
    ['a file has an attr that is a list', {}, { attr: [] }],
    ['source and md5sum are lists', {}, { source: [], md5sum: [] }],
    ['it has a key in unsorted order, as some programs write it', { zz: 1, a: 2 }, { zz: 1, a: 2 }],
  ])('%s', async (_, outer, inner) => {
    const bytes = encodeBencode({
      announce: 'http://t/announce',
      info: info(inner),
      ...outer,
    } as never);
    expect(await parseTorrentFile(bytes, 't')).toMatchObject({
      name: 'n',
      trackers: ['http://t/announce'],
      files: [{ path: ['n'], bytes: 100 }],
      remarks: [],
    });
  });

  test.each<[string, object, readonly string[]]>([
    ['announce is a number', { announce: 5 }, []],
    ['announce is a number, and there is a list', { announce: 5, 'announce-list': [['b']] }, ['b']],
    ['the list is flat', { 'announce-list': ['b', 'c'] }, ['b', 'c']],
    ['a tracker is there twice, and one is empty', { 'announce-list': [['b', ''], ['b ']] }, ['b']],
    [
      'there are thousands',
      { 'announce-list': [Array.from({ length: 5_000 }, (_, i) => `${i}`)] },
      Array.from({ length: 100 }, (_, i) => `${i}`),
    ],
    ['the list is empty', { announce: 'a', 'announce-list': [[]] }, ['a']],
  ])('of its trackers, %s', async (_, outer, trackers) => {
    const bytes = encodeBencode({ info: info({}), ...outer } as never);
    expect((await parseTorrentFile(bytes, 't')).trackers).toEqual(trackers);
  });

  test('bytes follow its end', async () => {
    const bytes = Buffer.concat([torrent({}), Buffer.from('\n')]);
    expect(await parseTorrentFile(bytes, 't')).toMatchObject({ name: 'n' });
  });

  test.each<[string, object, readonly string[]]>([
    ['its name is ..', { name: '..' }, ['_']],
    ['its name is empty', { name: '' }, ['_']],
    ['its name is a path', { name: '../../etc' }, ['.._.._etc']],
    ['its name is an absolute path', { name: '/etc/cron.d/x' }, ['_etc_cron.d_x']],
    ['a path leads through ..', { files: [{ length: 100, path: ['..', '..', 'x'] }] }, ['n', 'x']],
    [
      'a path has a separator',
      { files: [{ length: 100, path: ['a/../../x'] }] },
      ['n', 'a_.._.._x'],
    ],
    ['a path has a NUL', { files: [{ length: 100, path: ['a\0b'] }] }, ['n', 'a_b']],
    ['a name is too long', { name: `${'x'.repeat(300)}.mkv` }, [`${'x'.repeat(251)}.mkv`]],
  ])('%s, which is changed and reported', async (_, fields, path) => {
    const { files, remarks, name } = await parseTorrentFile(torrent(fields), 't');
    expect(files[0]!.path).toEqual(path);
    expect(name).toBe(path[0]);
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toMatch(/^names that are unsafe .* were changed: ".*" is ".*"$/);
  });

  test('several names are equal: each file gets a name of its own', async () => {
    const paths = [
      ['a'],
      ['a'],
      ['a', 'b'],
      ['c', 'd'],
      ['c'],
      [Uint8Array.of(0xff)],
      [Uint8Array.of(0xfe)],
    ];
    const files = paths.map((path) => ({ length: 10, path }));
    const read = await parseTorrentFile(torrent({ files }), 't');
    expect(read.files.map(({ path }) => path.slice(1).join('/'))).toEqual([
      'a',
      'a (2)',
      'a (3)/b',
      'c/d',
      'c (2)',
      '\ufffd',
      '\ufffd (2)',
    ]);
    expect(read.remarks[0]).toContain('"n/a" is "n/a (2)", "n/a/b" is "n/a (3)/b"');
  });
});

test('whatever the keys of a torrent hold, it is read or refused in our own words', async () => {
  const random = seededRandom('torrents');
  const values = [
    0,
    -1,
    5,
    2n ** 62n,
    '',
    'text',
    [],
    ['a'],
    [['a']],
    {},
    { length: 5 },
    hashes(1),
  ];
  const any = () => values[random.below(values.length)]!;
  const keys = ['name', 'name.utf-8', 'piece length', 'pieces', 'length', 'files', 'private'];
  const inner = [...keys, 'meta version', 'file tree', 'attr', 'path'];
  let refused = 0;
  for (let i = 0; i < 2_000; i++) {
    const file = {
      length: 100,
      path: ['a'],
      [['length', 'path', 'path.utf-8', 'attr'][random.below(4)]!]: any(),
    };
    const changed = { [inner[random.below(inner.length)]!]: any() };
    const fields =
      random.below(2) === 0 ? changed : { length: undefined, files: [file], ...changed };
    const outer = { [['announce', 'announce-list', 'url-list', 'info'][random.below(4)]!]: any() };
    const all = { info: info(fields), ...(random.below(4) === 0 ? outer : {}) };
    const read = parseTorrentFile(encodeBencode(all as never), 't');
    await read.catch((error: unknown) => {
      refused++;
      expect(error).toBeInstanceOf(ClientError);
    });
  }
  expect(refused).toBeGreaterThan(500);
  expect(refused).toBeLessThan(1_900);
});

describe('a torrent is refused', () => {
  test.each<[string, Uint8Array, string]>([
    [
      'an empty file',
      new Uint8Array(0),
      'is not a torrent (it does not begin with a bencoded dictionary)',
    ],
    [
      'text',
      Buffer.from('<html>'),
      'is not a torrent (it does not begin with a bencoded dictionary)',
    ],
    ['a truncated file', torrent({}).subarray(0, 60), 'is not a torrent'],
    [
      'without info',
      encodeBencode({ announce: 'x' }),
      'is not a torrent (it has no info dictionary)',
    ],
    [
      'with two info dictionaries',
      Buffer.concat([
        torrent({ name: 'first' }).subarray(0, -1),
        Buffer.from('4:info'),
        encodeBencode(info({ name: 'second' }) as never),
        Buffer.from('e'),
      ]),
      'is not a torrent (it has two info dictionaries)',
    ],
    [
      'with a key of info twice',
      Buffer.from(
        `d4:infod6:lengthi1e4:name1:a4:name1:b12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}ee`,
      ),
      'is not a torrent (its info dictionary has the key "name" twice)',
    ],
    [
      'a nesting bomb',
      Buffer.from(`d4:info${'l'.repeat(50_000)}`),
      'is not a torrent (bencode-bomb',
    ],
    [
      'version 2 only',
      torrent({ pieces: undefined, 'meta version': 2, 'file tree': {} }),
      'is a torrent of version 2 only (BEP 52), which is not supported\n  fix: get a torrent of version 1 or of both',
    ],
    ['without pieces', torrent({ pieces: undefined }), 'has no "pieces"'],
    ['without a name', torrent({ name: undefined }), 'has no "name"'],
    ['with a number as its name', torrent({ name: 5 }), 'has a number as "name", not text'],
    [
      'with a piece length that is text',
      torrent({ 'piece length': '16384' }),
      'has text as "piece length", not a whole number',
    ],
    ['with a list as pieces', torrent({ pieces: [] }), 'has a list as "pieces", not text'],
    ['with an empty list of files', torrent({ files: [] }), 'lists no files'],
    ['with a file that is text', torrent({ files: ['a'] }), 'file 1 is text'],
    [
      'with a file without a path',
      torrent({ files: [{ length: 100, path: ['a'] }, { length: 1 }] }),
      'file 2 has no "path"',
    ],
    [
      'with a number in a path',
      torrent({ files: [{ length: 100, path: [5] }] }),
      'file 1 has a list as "path", not a list of names',
    ],
    [
      'with too few hashes',
      torrent({ length: 20_000 }),
      'does not have one hash for each of its 2 pieces',
    ],
    [
      'with too many hashes',
      torrent({ pieces: hashes(2) }),
      'does not have one hash for each of its 1 pieces',
    ],
    [
      'with half a hash',
      torrent({ pieces: new Uint8Array(30) }),
      'does not have one hash for each of its 1 pieces',
    ],
    ['with a negative piece length', torrent({ 'piece length': -1 }), 'has pieces of -1 bytes'],
    [
      'with pieces of 1 TiB',
      torrent({ 'piece length': 2 ** 40 }),
      'has pieces of 1099511627776 bytes',
    ],
    [
      'with a file of negative length',
      torrent({ length: -5 }),
      'has a file, number 1, of -5 bytes',
    ],
    ['without content', torrent({ length: 0, pieces: new Uint8Array(0) }), 'has no content'],
    [
      'with a path that is not a list',
      torrent({ files: [{ length: 100, path: 5 }] }),
      'file 1 has a number as "path", not a list of names',
    ],
    [
      'with files that are not a list',
      torrent({ files: 5 }),
      'has a number as "files", not a list',
    ],
    [
      'with a list as info',
      encodeBencode({ info: [] } as never),
      'is not a torrent (its info is a list)',
    ],
    ['with a string as length', torrent({ length: '100' }), 'has text as "length", not a number'],
    [
      'with more bytes than a number can represent',
      torrent({
        files: [
          { length: 2 ** 53 - 1, path: ['a'] },
          { length: 2 ** 53 - 1, path: ['b'] },
        ],
      }),
      'has more bytes than can be represented',
    ],
    [
      'with a length of 2^63 - 1',
      torrent({ length: 2n ** 63n - 1n }),
      'has more bytes than can be represented',
    ],
  ])('%s', async (_, bytes, problem) => {
    await expect(parseTorrentFile(bytes, 'x.torrent')).rejects.toThrow(`x.torrent: ${problem}`);
  });

  test('that does not exist', async () => {
    await expect(readTorrent(join(folder, 'nowhere.torrent'))).rejects.toThrow(
      'nowhere.torrent: cannot be read',
    );
  });

  test('that is a folder, or a device', async () => {
    await expect(readTorrent(folder)).rejects.toThrow(`${folder}: is a folder`);
    await expect(readTorrent('/dev/zero')).rejects.toThrow('/dev/zero: is not a regular file');
  });

  test('that is too long, without reading it', async () => {
    const path = join(folder, 'long.torrent');
    await writeFile(path, '');
    await truncate(path, 2 ** 33);
    await expect(readTorrent(path)).rejects.toThrow(
      'has 8589934592 bytes, more than the limit of 134217728',
    );
  });

  test('when a new one would have no content', async () => {
    await expect(makeTorrent(join(folder, 'nowhere'), { trackers: [] })).rejects.toThrow(
      'cannot create a torrent from it',
    );
  });
});
