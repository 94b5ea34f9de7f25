/**
 * Reads a `.torrent` file. The library parses it; this file checks the result, since the author of
 * the torrent is not trusted.
 */

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import parseTorrent, { type Instance } from 'parse-torrent';

import { ClientError } from '../errors.ts';
import { infoBytes } from './info-bytes.ts';
import { findCollision, pathProblem } from './safe-path.ts';
import type { Torrent, TorrentFile } from './torrent.ts';

const HASH_BYTES = 20;
const PIECE_BYTES_MAX = 2 ** 28;
/** The limit of a `.torrent` file: enough for four million pieces. */
const FILE_BYTES_MAX = 2 ** 27;

/** A file of the torrent, as the library returns it: without any checks. */
interface RawFile {
  readonly length?: unknown;
  readonly path?: readonly Uint8Array[];
  readonly 'path.utf-8'?: readonly Uint8Array[];
  readonly attr?: Uint8Array;
}

/**
 * Reads a `.torrent` file.
 *
 * @throws ClientError if there is no such file, or it is not a torrent that we support.
 */
export async function readTorrent(path: string): Promise<Torrent> {
  const fail = (problem: string): never => {
    throw new ClientError({ at: path, problem, fix: 'give the path of a .torrent file' });
  };
  if (path.startsWith('magnet:')) fail('is a magnet link, which is not supported');
  const unreadable = (error: Error): never => fail(`cannot be read (${error.message})`);
  const { size } = await stat(path).catch(unreadable);
  if (size > FILE_BYTES_MAX) fail(`has ${size} bytes, more than the limit of ${FILE_BYTES_MAX}`);
  return parseTorrentFile(await readFile(path).catch(unreadable), path);
}

/**
 * Parses the bytes of a `.torrent` file; error messages call it `name`.
 *
 * @throws ClientError if it is not a torrent that we support.
 */
export async function parseTorrentFile(file: Uint8Array, name: string): Promise<Torrent> {
  const fail = (problem: string): never => {
    throw new ClientError({ at: name, problem, fix: 'get a valid torrent from its author' });
  };
  try {
    const info = infoBytes(file);
    if (info === undefined) return fail('has no info dictionary');
    const parsed = await parseTorrent(file);
    return checkTorrent(parsed, info, fail);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    return fail(`is not a torrent (${(error as Error).message})`);
  }
}

function checkTorrent(
  parsed: Instance,
  info: Uint8Array,
  fail: (problem: string) => never,
): Torrent {
  const raw = parsed.info as {
    readonly files?: readonly RawFile[];
    readonly length?: unknown;
    readonly pieces: unknown;
    readonly 'meta version'?: unknown;
  };
  const name = parsed.name ?? '';
  const files = checkFiles(name, raw.files, raw.length, fail);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const pieceBytes = parsed.pieceLength;
  const hashes = raw.pieces;
  if (!Number.isSafeInteger(totalBytes)) fail('has more bytes than can be represented');
  if (totalBytes === 0) fail('has no content');
  if (!Number.isInteger(pieceBytes) || pieceBytes! < 1 || pieceBytes! > PIECE_BYTES_MAX) {
    fail(`has pieces of ${pieceBytes} bytes`);
  }
  const pieceCount = Math.ceil(totalBytes / pieceBytes!);
  if (!(hashes instanceof Uint8Array) || hashes.length !== pieceCount * HASH_BYTES) {
    return fail(`does not have one hash for each of its ${pieceCount} pieces`);
  }

  return {
    name,
    infoHash: createHash('sha1').update(info).digest(),
    infoHash2:
      raw['meta version'] === 2
        ? createHash('sha256').update(info).digest().subarray(0, HASH_BYTES)
        : undefined,
    info,
    layout: { totalBytes, pieceBytes: pieceBytes!, pieceCount },
    pieceHashes: Uint8Array.from(hashes),
    files,
    isPrivate: parsed.private === true,
    trackers: parsed.announce,
  };
}

function checkFiles(
  name: string,
  listed: readonly RawFile[] | undefined,
  length: unknown,
  fail: (problem: string) => never,
): readonly TorrentFile[] {
  let offset = 0;
  const files = (listed ?? [{ length }]).map((file, i): TorrentFile => {
    const bytes = file.length;
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
      return fail(`has a file, number ${i + 1}, of ${String(bytes)} bytes`);
    }
    const parts = file['path.utf-8'] ?? file.path ?? [];
    const path = [name, ...parts.map((part) => Buffer.from(part).toString())];
    const isPadding = Buffer.from(file.attr ?? []).includes('p');
    const problem = pathProblem(path);
    if (problem !== undefined) {
      return fail(`would write outside its folder: the path of file ${i + 1} ${problem}`);
    }
    offset += bytes;
    return { path, bytes, offset: offset - bytes, isPadding };
  });
  const collision = findCollision(files.filter((file) => !file.isPadding).map(({ path }) => path));
  return collision === undefined ? files : fail(`has two files at "${collision}"`);
}
