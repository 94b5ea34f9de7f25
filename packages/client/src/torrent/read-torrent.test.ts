import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBencode } from '@cachetorrent/protocol/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

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
    ['without info', encodeBencode({ announce: 'x' }), 'has no info dictionary'],
    [
      'a nesting bomb',
      Buffer.from(`d4:info${'l'.repeat(50_000)}`),
      'is not a torrent (bencode-bomb',
    ],
    ['version 2 only', torrent({ pieces: undefined }), 'is not a torrent'],
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
      'with the name ..',
      torrent({ name: '..' }),
      'would write outside its folder: the path of file 1 has the part ".."',
    ],
    ['with a path as its name', torrent({ name: '../../etc' }), 'would write outside its folder'],
    ['with an absolute name', torrent({ name: '/etc/cron.d/x' }), 'would write outside its folder'],
    [
      'with a path through ..',
      torrent({ files: [{ length: 100, path: ['..', '..', 'x'] }] }),
      'would write outside its folder: the path of file 1 has the part ".."',
    ],
    [
      'with a separator in a part',
      torrent({ files: [{ length: 100, path: ['a/../../x'] }] }),
      'would write outside its folder',
    ],
    [
      'with a NUL in a part',
      torrent({ files: [{ length: 100, path: ['a\0b'] }] }),
      'would write outside its folder: the path of file 1 has control characters',
    ],
    [
      'with an empty part',
      torrent({ files: [{ length: 100, path: ['a', ''] }] }),
      'would write outside its folder: the path of file 1 has the part ""',
    ],
    [
      'with a separator of Windows in a part',
      torrent({ files: [{ length: 100, path: ['..\\x'] }] }),
      'would write outside its folder',
    ],
    [
      'with a drive of Windows',
      torrent({ name: 'C:' }),
      'would write outside its folder: the path of file 1 names a drive in "C:"',
    ],
    [
      'with two names that are equal after decoding as UTF-8',
      torrent({
        files: [
          { length: 50, path: [Uint8Array.of(0xff)] },
          { length: 50, path: [Uint8Array.of(0xfe)] },
        ],
      }),
      'has two files at',
    ],
    [
      'with a path that is not a list',
      torrent({ files: [{ length: 100, path: 5 }] }),
      'is not a torrent',
    ],
    ['with files that are not a list', torrent({ files: 5 }), 'is not a torrent'],
    ['with a list as info', encodeBencode({ info: [] } as never), 'is not a torrent'],
    [
      'with a string as length',
      torrent({ length: '100' }),
      'is not a torrent (Torrent is missing required field: info.length)',
    ],
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
      'with two files at the same path',
      torrent({
        files: [
          { length: 50, path: ['a'] },
          { length: 50, path: ['a'] },
        ],
      }),
      'has two files at "n/a"',
    ],
  ])('%s', async (_, bytes, problem) => {
    await expect(parseTorrentFile(bytes, 'x.torrent')).rejects.toThrow(`x.torrent: ${problem}`);
  });

  test('that does not exist', async () => {
    await expect(readTorrent(join(folder, 'nowhere.torrent'))).rejects.toThrow(
      'nowhere.torrent: cannot be read',
    );
  });

  test('that is a magnet link', async () => {
    await expect(readTorrent('magnet:?xt=urn:btih:ab')).rejects.toThrow(
      'is a magnet link, which is not supported\n  fix: give the path of a .torrent file',
    );
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
