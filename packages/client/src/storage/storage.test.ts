/** Pieces on the disk: where they are stored, how they are found, and the errors of a disk. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@cachetorrent/std';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { StorageFailure } from '../errors.ts';
import type { Torrent, TorrentFile } from '../torrent/torrent.ts';
import { findPieces } from './check-pieces.ts';
import { storageFailure } from './file-errors.ts';
import { spansOf } from './file-spans.ts';
import { FileStore } from './file-store.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SIZES = [10, 0, 7, 100, 1, 33];
const PADDING = 2;

describe('the spans of a range', () => {
  test('cover its bytes in order, for any range of any files', () => {
    const random = seededRandom('spans');
    for (let i = 0; i < 300; i++) {
      const files = filesOf(Array.from({ length: 1 + random.below(6) }, () => random.below(9)));
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      const offset = random.below(total + 1);
      const bytes = random.below(total - offset + 1);
      // A byte is identified by its file and its offset in it.
      const all = files.flatMap(({ bytes: size }, file) =>
        Array.from({ length: size }, (_, at) => `${file} ${at}`),
      );
      const spans = spansOf(files, offset, bytes);
      const found = spans.flatMap((span) =>
        Array.from({ length: span.bytes }, (_, at) => `${span.file} ${span.fileOffset + at}`),
      );
      expect(found).toEqual(all.slice(offset, offset + bytes));
      let at = 0;
      for (const span of spans) {
        expect(span.rangeOffset).toBe(at);
        at += span.bytes;
      }
    }
  });
});

describe('pieces', () => {
  test('written across files can be read, and are found by their hashes', async () => {
    const { torrent, content } = newTorrent(16);
    const store = new FileStore({ torrent, folder, isWritable: true });
    await store.createEmptyFiles();
    expect(await findPieces(torrent, store)).toEqual([]);
    const order = [3, 0, 9, 5, 1, 2, 4, 6, 7, 8];
    for (const piece of order)
      await store.writePiece(piece, content.subarray(16 * piece, 16 * piece + 16));
    expect(await findPieces(torrent, store)).toEqual(order.toSorted((a, b) => a - b));
    await store.close();

    for (const { path, bytes, offset, isPadding } of torrent.files) {
      if (isPadding) expect(existsSync(join(folder, ...path))).toBe(false);
      else
        expect(await readFile(join(folder, ...path))).toEqual(
          Buffer.from(content.subarray(offset, offset + bytes)),
        );
    }
  });

  test('that were damaged, truncated or deleted are not found', async () => {
    const { torrent, content } = newTorrent(16);
    const store = new FileStore({ torrent, folder, isWritable: true });
    for (let piece = 0; piece < 10; piece++)
      await store.writePiece(piece, content.subarray(16 * piece, 16 * piece + 16));
    await store.close();

    const big = join(folder, 'n', 'f3');
    const damaged = await readFile(big);
    damaged[40]! ^= 1;
    await writeFile(big, damaged);
    await truncate(join(folder, 'n', 'f5'), 20);
    const again = new FileStore({ torrent, folder, isWritable: false });
    // Byte 40 of file 3 is byte 57 of all, in piece 3; file 5 begins at byte 118.
    expect(await findPieces(torrent, again)).toEqual([0, 1, 2, 4, 5, 6, 7]);
    await again.close();
  });

  test('of missing files are not found, and no file is created', async () => {
    const { torrent } = newTorrent(16);
    const store = new FileStore({ torrent, folder, isWritable: false });
    expect(await store.readPiece(0)).toBeUndefined();
    expect(existsSync(join(folder, 'n'))).toBe(false);
    await store.close();
  });

  test('of more files than may be open at the same time are found', async () => {
    const { torrent, content } = newTorrent(
      16,
      Array.from({ length: 200 }, () => 5),
    );
    const store = new FileStore({ torrent, folder, isWritable: true });
    for (let piece = 0; piece < torrent.layout.pieceCount; piece++) {
      await store.writePiece(piece, content.subarray(16 * piece, 16 * piece + 16));
    }
    expect(await findPieces(torrent, store)).toHaveLength(torrent.layout.pieceCount);
    await store.close();
  });

  test('of many files are written and read at the same time', async () => {
    const { torrent, content } = newTorrent(
      16,
      Array.from({ length: 1_000 }, () => 5),
    );
    const pieces = Array.from({ length: torrent.layout.pieceCount }, (_, piece) => piece);
    const store = new FileStore({ torrent, folder, isWritable: true });
    const contentOf = (piece: number) => content.subarray(16 * piece, 16 * piece + 16);
    await Promise.all(pieces.map((piece) => store.writePiece(piece, contentOf(piece))));
    const read = await Promise.all(pieces.map((piece) => store.readPiece(piece)));
    for (const piece of pieces)
      expect(Buffer.from(read[piece]!).equals(contentOf(piece))).toBe(true);
    await store.close();
  });

  test('that are being written are on the disk when the store is closed', async () => {
    const { torrent, content } = newTorrent(
      50,
      Array.from({ length: 200 }, () => 5),
    );
    const store = new FileStore({ torrent, folder, isWritable: true });
    for (let piece = 0; piece < torrent.layout.pieceCount; piece++) {
      void store.writePiece(piece, content.subarray(50 * piece, 50 * piece + 50));
    }
    await store.close();
    const again = new FileStore({ torrent, folder, isWritable: false });
    expect(await findPieces(torrent, again)).toHaveLength(torrent.layout.pieceCount);
    await again.close();
  });
});

describe('an error says', () => {
  test('that the disk is full, and that the pieces on it are kept', async () => {
    const { torrent, content } = newTorrent(16, [160]);
    const single = { ...torrent, files: [{ ...torrent.files[0]!, path: ['full'] }] };
    const store = new FileStore({ torrent: single, folder: '/dev', isWritable: true });
    await expect(store.writePiece(0, content.subarray(0, 16))).rejects.toThrow(
      '/dev/full: the disk is full\n  fix: free some space and start again; the pieces on the disk are kept',
    );
    await store.close();
  });

  test('that a file cannot be written', async () => {
    const { torrent, content } = newTorrent(16);
    await mkdir(join(folder, 'n', 'f0'), { recursive: true });
    const store = new FileStore({ torrent, folder, isWritable: true });
    await expect(store.writePiece(0, content.subarray(0, 16))).rejects.toThrow(
      /f0: cannot be used: it is a folder/,
    );
    await store.close();
  });

  test.each([
    { code: 'ENOSPC', says: 'the disk is full' },
    { code: 'EACCES', says: 'cannot be used: no permission\n  fix: change its permissions' },
    { code: 'EIO', says: 'the disk reports an error\n  fix: check the disk' },
    { code: 'EOTHER', says: 'cannot be used (EOTHER: reason)' },
  ])('what $code means', ({ code, says }) => {
    const error = Object.assign(new Error(`${code}: reason`), { code, syscall: 'write' });
    const failure = storageFailure('/a/file', error);
    expect(failure).toBeInstanceOf(StorageFailure);
    expect(failure.message).toContain(`/a/file: `);
    expect(failure.message).toContain(says);
  });

  test('nothing else than before if it does not come from the file system', () => {
    const bug = new TypeError('our own mistake');
    expect(storageFailure('/a/file', bug)).toBe(bug);
  });

  test('that a pipe is not read, which might never end', async () => {
    const { torrent } = newTorrent(16);
    await mkdir(join(folder, 'n'));
    execFileSync('mkfifo', [join(folder, 'n', 'f0')]);
    const store = new FileStore({ torrent, folder, isWritable: false });
    await expect(store.readPiece(0)).rejects.toThrow(
      /f0: cannot be used: it is not a regular file/,
    );
    await store.close();
  });
});

describe('a symbolic link', () => {
  /** Writes a piece through `link`, in the folder, that points to `target`; returns the result. */
  async function writeThrough(link: string, target: string): Promise<string> {
    const { torrent, content } = newTorrent(16, [160]);
    const inside = join(folder, 'out');
    await mkdir(join(inside, 'elsewhere'), { recursive: true });
    await mkdir(join(inside, link, '..'), { recursive: true });
    await symlink(target, join(inside, link));
    const store = new FileStore({ torrent, folder: inside, isWritable: true });
    try {
      await store.writePiece(0, content.subarray(0, 16));
      return 'written';
    } catch (error) {
      return (error as Error).message.replaceAll(folder, '');
    } finally {
      await store.close();
    }
  }

  test.each([
    { what: 'a folder outside', link: 'n', target: '..', outside: 'f0' },
    { what: 'a file outside', link: 'n/f0', target: '../../f0', outside: 'f0' },
    { what: 'a missing absolute path', link: 'n/f0', target: '/nowhere/f0', outside: 'f0' },
  ])('to $what is not followed', async ({ link, target, outside }) => {
    expect(await writeThrough(link, target)).toBe(
      `/out/${link}: is a symbolic link that leads nowhere, or out of /out\n  fix: remove the link, or choose another folder`,
    );
    expect(existsSync(join(folder, outside))).toBe(false);
  });

  test('that stays inside is followed', async () => {
    expect(await writeThrough('n', 'elsewhere')).toBe('written');
    expect(existsSync(join(folder, 'out', 'elsewhere', 'f0'))).toBe(true);
  });
});

function filesOf(sizes: readonly number[]): TorrentFile[] {
  let offset = 0;
  return sizes.map((bytes, i) => {
    offset += bytes;
    return {
      path: ['n', `f${i}`],
      bytes,
      offset: offset - bytes,
      isPadding: i === PADDING && sizes === SIZES,
    };
  });
}

/** Returns a torrent and its content: random bytes, and zeros in the padding. */
function newTorrent(
  pieceBytes: number,
  sizes: readonly number[] = SIZES,
): { torrent: Torrent; content: Uint8Array } {
  const files = filesOf(sizes);
  const random = seededRandom('content');
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const content = Uint8Array.from({ length: totalBytes }, () => 1 + random.below(255));
  for (const { isPadding, offset, bytes } of files)
    if (isPadding) content.fill(0, offset, offset + bytes);
  const pieceCount = Math.ceil(totalBytes / pieceBytes);
  const pieceHashes = Buffer.concat(
    Array.from({ length: pieceCount }, (_, piece) =>
      createHash('sha1')
        .update(content.subarray(piece * pieceBytes, (piece + 1) * pieceBytes))
        .digest(),
    ),
  );
  const torrent: Torrent = {
    name: 'n',
    infoHash: new Uint8Array(20),
    infoHash2: undefined,
    info: new Uint8Array(2),
    layout: { totalBytes, pieceBytes, pieceCount },
    pieceHashes,
    files,
    isPrivate: true,
    trackers: [],
    webSeeds: [],
    remarks: [],
  };
  return { torrent, content };
}
