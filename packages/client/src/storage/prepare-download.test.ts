import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { makeTorrent } from '../torrent/make-torrent.ts';
import { parseTorrentFile } from '../torrent/read-torrent.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { createFolders } from './create-folders.ts';
import { FileStore } from './file-store.ts';
import { prepareDownload } from './prepare-download.ts';

const PIECE_BYTES = 16_384;
/** Pieces 0 to 2 are in `a`, 2 to 4 in `b`, and `c` is in piece 4. */
const CONTENT: Readonly<Record<string, Buffer>> = {
  a: Buffer.alloc(40_000, 'a'),
  b: Buffer.alloc(30_000, 'bcd'),
  c: Buffer.alloc(100, 'e'),
  empty: Buffer.alloc(0),
};
const SHORT_OF_A = CONTENT['a']!.subarray(0, 20_000);

let folder = '';
let torrent: Torrent;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prepare-'));
  await write('seed', CONTENT);
  const bytes = await makeTorrent(join(folder, 'seed', 'n'), {
    trackers: [],
    pieceBytes: PIECE_BYTES,
  });
  torrent = await parseTorrentFile(bytes, 't');
});
afterEach(() => rm(folder, { recursive: true }));

async function write(into: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, into, 'n', name)), { recursive: true });
    await writeFile(join(folder, into, 'n', name), bytes);
  }
}

function storeOf(into = 'out'): FileStore {
  return new FileStore({ torrent, folder: join(folder, into), isWritable: true });
}

/** Prepares a download; returns the pieces that were found, or the error without the folder. */
async function prepare(
  options: { overwrite?: boolean; signal?: AbortSignal; store?: FileStore } = {},
): Promise<readonly number[] | string> {
  const { overwrite = false, signal, store = storeOf() } = options;
  const common = { torrent, folder: join(folder, 'out'), store, overwrite, signal };
  try {
    return await prepareDownload({ ...common, onProgress: () => {} });
  } catch (error) {
    return (error as Error).message.replaceAll(folder, '');
  } finally {
    if (options.store === undefined) await store.close();
  }
}

const filesIn = async (into = 'out'): Promise<string[]> =>
  (await readdir(join(folder, into), { recursive: true })).sort();

describe('a download may write into', () => {
  test('a folder that does not exist', async () => {
    expect(await prepare()).toEqual([]);
    expect(await filesIn()).toEqual(['n', 'n/empty']);
  });

  test.each<[string, Record<string, Uint8Array>, number[]]>([
    ['files of which a piece is complete', { a: SHORT_OF_A }, [0]],
    ['a file with a damaged piece', { a: Buffer.concat([SHORT_OF_A, Buffer.alloc(99, 'x')]) }, [0]],
    ['files with zeros only, which a client has reserved', { a: Buffer.alloc(40_000) }, []],
    ['empty files', { a: Buffer.alloc(0), c: Buffer.alloc(0) }, []],
    ['a small file beside others, all complete', CONTENT, [0, 1, 2, 3, 4]],
  ])('%s', async (_, files, pieces) => {
    await write('out', files);
    expect(await prepare()).toEqual(pieces);
    for (const [name, bytes] of Object.entries(files)) {
      expect((await readFile(join(folder, 'out', 'n', name))).equals(bytes)).toBe(true);
    }
  });

  test('files with parts of pieces, if their process has ended without closing them', async () => {
    await storeOf().mark();
    await write('out', { b: CONTENT['b']!.subarray(0, 100) });
    expect(await prepare()).toEqual([]);
  });
});

test('once the files are closed with whole pieces only, no mark is left', async () => {
  const store = storeOf();
  await prepare({ store });
  expect(await filesIn()).toHaveLength(3);
  expect(await store.isMarked()).toBe(true);
  void store.writePiece(0, CONTENT['a']!.subarray(0, PIECE_BYTES));
  await store.close();
  expect(await filesIn()).toEqual(['n', 'n/a', 'n/empty']);
  expect(await prepare()).toEqual([0]);
});

test('after a write that failed, the mark stays', async () => {
  const store = storeOf();
  await prepare({ store });
  await mkdir(join(folder, 'out', 'n', 'a'));
  await expect(store.writePiece(0, SHORT_OF_A)).rejects.toThrow('it is a folder');
  await store.close();
  expect(await storeOf().isMarked()).toBe(true);
});

describe('a download does not write into', () => {
  const fix = 'fix: move it, choose another folder (--out), or overwrite it (--force)';

  test.each<[string, Record<string, Uint8Array>, string]>([
    [
      'a file of something else',
      { b: Buffer.from('mine') },
      '/out/n/b: exists, and does not belong',
    ],
    [
      'a file of something else beside others that belong to it',
      { a: SHORT_OF_A, c: Buffer.from('mine') },
      '/out/n/c: exists',
    ],
    [
      'a file that is longer',
      { ...CONTENT, b: Buffer.concat([CONTENT['b']!, Buffer.from('mine')]) },
      '/out/n/b: exists',
    ],
    ['a file that should be empty', { empty: Buffer.from('mine') }, '/out/n/empty: exists'],
    [
      'several files',
      { a: Buffer.from('x'), b: Buffer.from('y'), c: Buffer.from('z') },
      '/out/n/a: exists, and does not belong to this torrent, nor do 2 other files there',
    ],
  ])('%s', async (_, files, says) => {
    await write('out', files);
    const before = await filesIn();
    const message = await prepare();
    expect(message).toContain(says);
    expect(message).toContain(fix);
    expect(await filesIn()).toEqual(before);
    for (const [name, bytes] of Object.entries(files)) {
      expect((await readFile(join(folder, 'out', 'n', name))).equals(bytes)).toBe(true);
    }
    expect(typeof (await prepare({ overwrite: true }))).toBe('object');
  });

  test('a pipe, a folder, or what is in a file', async () => {
    await mkdir(join(folder, 'out', 'n', 'b'), { recursive: true });
    expect(await prepare({ overwrite: true })).toContain(
      '/out/n/b: cannot be used: it is a folder',
    );
    execFileSync('mkfifo', [join(folder, 'out', 'n', 'a')]);
    expect(await prepare()).toContain('/out/n/a: cannot be used: it is not a regular file');
    await rm(join(folder, 'out'), { recursive: true });
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', 'n'), 'mine');
    expect(await prepare({ overwrite: true })).toContain('it would be in a file, not in a folder');
  });
});

test('a folder in which nothing can be created is an error', async () => {
  await expect(createFolders('/proc/none/deep')).rejects.toThrow('ENOENT');
});

test('a longer file that is overwritten is cut, unless a link leads to it from elsewhere', async () => {
  const long = Buffer.concat([CONTENT['b']!, Buffer.from('more')]);
  await write('out', { ...CONTENT, b: long });
  expect(await prepare({ overwrite: true })).toEqual([0, 1, 2, 3, 4]);
  expect((await stat(join(folder, 'out', 'n', 'b'))).size).toBe(30_000);

  await writeFile(join(folder, 'mine'), long);
  await rm(join(folder, 'out', 'n', 'b'));
  await symlink('../../mine', join(folder, 'out', 'n', 'b'));
  expect(await prepare({ overwrite: true })).toContain(
    'is a symbolic link that leads nowhere, or out of',
  );
  expect((await stat(join(folder, 'mine'))).size).toBe(30_004);
});

test('the check stops when it is told to', async () => {
  await write('out', CONTENT);
  const signal = AbortSignal.abort(new Error('stopped by the user'));
  expect(await prepare({ signal })).toBe('stopped by the user');
});
