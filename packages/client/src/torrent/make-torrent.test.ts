import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seededRandom } from '@cachetorrent/std';
import createTorrent from 'create-torrent';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { makeTorrent } from './make-torrent.ts';
import { parseTorrentFile } from './read-torrent.ts';
import { scanContent } from './scan-content.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-torrent-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes files of these sizes under `content`, with random bytes. */
async function write(sizes: Readonly<Record<string, number>>): Promise<string> {
  const random = seededRandom('content');
  const content = join(folder, 'content');
  for (const [name, bytes] of Object.entries(sizes)) {
    await mkdir(join(content, name, '..'), { recursive: true });
    await writeFile(
      join(content, name),
      Uint8Array.from({ length: bytes }, () => random.below(256)),
    );
  }
  return content;
}

describe('a torrent has the info hash that create-torrent gives', () => {
  const create = promisify<string, object, Uint8Array>(createTorrent);
  test.each<[string, Record<string, number>, number | undefined, string]>([
    ['of one file', { a: 100_000 }, undefined, 'a'],
    ['of one file that fills its pieces', { a: 65_536 }, 16_384, 'a'],
    ['of a folder', { b: 70_000, a: 3, 'c/d': 50_000, 'c.': 9, 'B/é': 2, e: 0 }, 32_768, ''],
    ['of a folder with one file', { a: 20_000 }, 16_384, ''],
    ['of a large file, with the default size of pieces', { a: 20_000_000 }, undefined, 'a'],
    [
      'without hidden and system files',
      { a: 5, '.b': 6, 'Thumbs.db': 7, '.c/d': 8 },
      undefined,
      '',
    ],
  ])('%s', async (_, sizes, pieceBytes, inside) => {
    const path = join(await write(sizes), inside);
    const options = pieceBytes === undefined ? {} : { pieceLength: pieceBytes };
    const theirs = await create(path, { private: true, announceList: [], ...options });
    const ours = await makeTorrent(path, { trackers: [], pieceBytes });
    const [{ infoHash }, expected] = [
      await parseTorrentFile(ours, 'ours'),
      await parseTorrentFile(theirs, 'theirs'),
    ];
    expect(Buffer.from(infoHash).toString('hex')).toBe(
      Buffer.from(expected.infoHash).toString('hex'),
    );
  });
});

test('the same content gives the same bytes, whenever', async () => {
  const path = await write({ a: 5 });
  const made = await makeTorrent(path, { trackers: ['http://t/announce'] });
  expect(Buffer.from(made).toString('latin1')).not.toContain('creation date');
  expect(await makeTorrent(path, { trackers: ['http://t/announce'] })).toEqual(made);
});

test('what is not in the torrent is listed: hidden files, pipes, links that lead nowhere or back', async () => {
  const path = await write({ a: 5, '.hidden': 5, 'sub/Thumbs.db': 5, 'sub/b': 5, 'sub/.git/x': 5 });
  execFileSync('mkfifo', [join(path, 'pipe')]);
  await symlink('nowhere', join(path, 'sub', 'broken'));
  await symlink('..', join(path, 'sub', 'back'));
  await symlink('../a', join(path, 'sub', 'link'));
  const { files, leftOut } = await scanContent(path);
  expect(files.map((file) => file.path.join('/'))).toEqual(['a', 'sub/b', 'sub/link']);
  expect(leftOut).toEqual([
    '.hidden',
    'pipe',
    'sub/.git',
    'sub/Thumbs.db',
    'sub/back',
    'sub/broken',
  ]);
});

describe('no torrent is made', () => {
  const refusal = async (path: string, pieceBytes?: number): Promise<string> => {
    const error = await makeTorrent(path, { trackers: [], pieceBytes }).catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'ClientError' });
    return (error as Error).message.replaceAll(folder, '');
  };

  test('of what does not exist', async () => {
    expect(await refusal(join(folder, 'none'))).toContain('/none: does not exist');
  });

  test('of an empty file, or a folder without content', async () => {
    const path = await write({ empty: 0, '.hidden': 5 });
    expect(await refusal(join(path, 'empty'))).toContain('/content/empty: is an empty file');
    expect(await refusal(path)).toContain(
      '/content: has no content, except for files that are left out',
    );
    await mkdir(join(folder, 'nothing'));
    expect(await refusal(join(folder, 'nothing'))).toContain('/nothing: has no content\n');
  });

  test('of a pipe, or a device', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await refusal(join(folder, 'pipe'))).toContain('/pipe: is neither a file nor a folder');
    expect(await refusal('/dev/zero')).toContain('/dev/zero: is neither a file nor a folder');
    expect(await refusal('/')).toContain('/: has no name');
  });

  test.each(['a\nb', 'a\\b', 'a\u202eb'])('of a file with the name %j', async (name) => {
    const path = await write({ [name]: 5 });
    for (const at of [path, join(path, name)]) {
      expect(await refusal(at)).toContain('has a name that is unsafe on other computers');
    }
  });

  test('of a file whose name is not UTF-8', async () => {
    const path = await write({ a: 5 });
    await writeFile(Buffer.concat([Buffer.from(`${path}/b`), Uint8Array.of(0xff)]), 'x');
    expect(await refusal(path)).toContain('has a name that is not UTF-8\n  fix: rename it');
  });

  test.each([0, -1, 1.5, 2 ** 28 + 1, 2 ** 53])('with pieces of %d bytes', async (pieceBytes) => {
    const path = await write({ a: 5 });
    expect(await refusal(path, pieceBytes)).toContain(
      `/content: cannot have pieces of ${pieceBytes} bytes\n  fix: choose from 1 to 268435456`,
    );
  });

  test('with so many pieces that nobody could read it', async () => {
    const path = await write({ a: 5 });
    await truncate(join(path, 'a'), 2 ** 40);
    expect(await refusal(path, 16_384)).toContain(
      'would have too many pieces: 67108864 of 16384 bytes',
    );
  });

  test.each([
    ['grows', 1],
    ['shrinks', -1],
  ])('of a file that %s while it is read', async (_, bytes) => {
    const path = await write({ a: 3_000_000 });
    let isChanged = false;
    const made = makeTorrent(path, {
      trackers: [],
      onProgress: () => {
        if (isChanged) return;
        isChanged = true;
        if (bytes > 0) void appendFile(join(path, 'a'), 'x');
        else void truncate(join(path, 'a'), 2_000_000);
      },
    });
    await expect(made).rejects.toThrow('a: has changed while it was read');
  });

  test('once it is stopped', async () => {
    const path = await write({ a: 3_000_000 });
    const stop = new AbortController();
    let calls = 0;
    const onProgress = (): void => {
      calls++;
      stop.abort(new Error('stopped'));
    };
    const made = makeTorrent(path, { trackers: [], onProgress, signal: stop.signal });
    await expect(made).rejects.toThrow('stopped');
    expect(calls).toBe(1);
    await expect(makeTorrent(path, { trackers: [], signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
  });
});
