/**
 * Reads a `.torrent` file. The library parses it; here what it says is held against what makes
 * sense, since whoever made the file is a stranger.
 */

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import parseTorrent, { type Instance } from 'parse-torrent';

import { ClientError } from '../client-error.ts';
import { infoBytes } from './info-bytes.ts';
import { collisionAmong, objectionTo } from './safe-path.ts';
import type { Torrent, TorrentFile } from './torrent.ts';

const HASH_BYTES = 20;
const PIECE_BYTES_MAX = 2 ** 28;
/** Enough for four million pieces. */
const FILE_BYTES_MAX = 2 ** 27;

/** What the library leaves as it was in the file. */
interface RawFile {
  readonly length?: unknown;
  readonly path?: readonly Uint8Array[];
  readonly 'path.utf-8'?: readonly Uint8Array[];
  readonly attr?: Uint8Array;
}

/** Throws ClientError where there is no such file, or it is no torrent that we can have. */
export async function readTorrent(path: string): Promise<Torrent> {
  const fail = (problem: string): never => {
    throw new ClientError({ at: path, problem, fix: 'give the path of a .torrent file' });
  };
  const unreadable = (error: Error): never => fail(`cannot be read (${error.message})`);
  const { size } = await stat(path).catch(unreadable);
  if (size > FILE_BYTES_MAX) fail(`has ${size} bytes: no torrent has over ${FILE_BYTES_MAX}`);
  return parseTorrentFile(await readFile(path).catch(unreadable), path);
}

/** The same for bytes; `at` names them in messages. */
export async function parseTorrentFile(file: Uint8Array, at: string): Promise<Torrent> {
  const fail = (problem: string): never => {
    throw new ClientError({ at, problem, fix: 'ask whoever made the torrent for a good one' });
  };
  try {
    const info = infoBytes(file);
    if (info === undefined) return fail('has no info dictionary');
    const parsed = await parseTorrent(file);
    return assemble(parsed, info, fail);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    return fail(`is no torrent (${(error as Error).message})`);
  }
}

function assemble(parsed: Instance, info: Uint8Array, fail: (problem: string) => never): Torrent {
  const raw = parsed.info as {
    readonly files?: readonly RawFile[];
    readonly length?: unknown;
    readonly pieces: unknown;
    readonly 'meta version'?: unknown;
  };
  const name = parsed.name ?? '';
  const files = layOut(name, raw.files, raw.length, fail);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const pieceBytes = parsed.pieceLength;
  const hashes = raw.pieces;
  if (!Number.isSafeInteger(totalBytes)) fail('has more bytes than can be counted');
  if (totalBytes === 0) fail('has no bytes');
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

function layOut(
  name: string,
  listed: readonly RawFile[] | undefined,
  length: unknown,
  fail: (problem: string) => never,
): readonly TorrentFile[] {
  let offset = 0;
  const files = (listed ?? [{ length }]).map((file, i): TorrentFile => {
    const bytes = file.length;
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
      return fail(`has a file ${i + 1} of ${String(bytes)} bytes`);
    }
    const parts = file['path.utf-8'] ?? file.path ?? [];
    const path = [name, ...parts.map((part) => Buffer.from(part).toString())];
    const isPadding = Buffer.from(file.attr ?? []).includes('p');
    const objection = objectionTo(path);
    if (objection !== undefined) {
      return fail(`wants to write outside its folder: the path of file ${i + 1} ${objection}`);
    }
    offset += bytes;
    return { path, bytes, offset: offset - bytes, isPadding };
  });
  const collision = collisionAmong(files.filter((file) => !file.isPadding).map(({ path }) => path));
  return collision === undefined ? files : fail(`has two files at "${collision}"`);
}
