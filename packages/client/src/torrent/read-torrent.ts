/**
 * Reads a `.torrent` file. Its author is not trusted: what we use is checked, names that are unsafe
 * on a disk are changed, and keys that we do not use are ignored, whatever they hold.
 */

import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { BencodeDictionary, BencodeValue } from '@cachetorrent/protocol/wire';
import { printable } from '@cachetorrent/std';

import { collectBytes } from '../collect-bytes.ts';
import { ClientError } from '../errors.ts';
import { safePath, UniquePaths } from './safe-path.ts';
import { decodeTopLevel, type TopLevel } from './top-level.ts';
import type { Torrent, TorrentFile } from './torrent.ts';

const HASH_BYTES = 20;
/** The limit of a piece: a whole one is kept in memory. */
export const PIECE_BYTES_MAX: number = 2 ** 28;
/** The limit of a `.torrent` file: enough for four million pieces. */
export const TORRENT_BYTES_MAX: number = 2 ** 27;
/** How many trackers of a torrent are used: nobody needs more, and each is asked in turn. */
const TRACKERS_MAX = 100;
/** How many changed names a remark shows. */
const SHOWN_NAMES_MAX = 3;
const TOO_MANY_BYTES = 'has more bytes than can be represented';

/** Throws the error that says what is wrong with the torrent. */
type Fail = (problem: string, fix?: string) => never;

/**
 * Reads a `.torrent` file.
 *
 * @throws ClientError if there is no such file, or it is not a torrent that we support.
 */
export async function readTorrent(path: string): Promise<Torrent> {
  return parseTorrentFile(await readTorrentBytes(path), path);
}

/**
 * Reads the bytes of a `.torrent` file, which may be a pipe.
 *
 * @throws ClientError if there is no such file, or it is too long.
 */
export async function readTorrentBytes(path: string): Promise<Uint8Array> {
  const fail = (problem: string): never => {
    throw new ClientError({ at: path, problem, fix: 'give the path of a .torrent file' });
  };
  const unreadable = (error: Error): never => fail(`cannot be read (${error.message})`);
  const tooLong = (bytes: string): never =>
    fail(`has ${bytes} bytes, more than the limit of ${TORRENT_BYTES_MAX}`);
  const stats = await stat(path).catch(unreadable);
  if (stats.isDirectory()) fail('is a folder');
  if (!stats.isFile() && !stats.isFIFO()) fail('is not a regular file');
  if (stats.size > TORRENT_BYTES_MAX) tooLong(String(stats.size));
  const file = await open(path).catch(unreadable);
  try {
    const stream = file.createReadStream({ autoClose: false });
    const bytes = await collectBytes(stream, TORRENT_BYTES_MAX).catch(unreadable);
    if (bytes.length > TORRENT_BYTES_MAX) tooLong(`over ${TORRENT_BYTES_MAX}`);
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * Parses the bytes of a `.torrent` file; error messages call it `name`.
 *
 * @throws ClientError if it is not a torrent that we support.
 */
export async function parseTorrentFile(file: Uint8Array, name: string): Promise<Torrent> {
  const fail: Fail = (problem, fix = 'get a valid torrent from its author') => {
    throw new ClientError({ at: name, problem, fix });
  };
  const { fields, infoBytes } = decoded(file, fail);
  const info = fields.get('info');
  if (!(info instanceof Map)) return fail(`is not a torrent (its info is ${kindOf(info)})`);
  const trackers = trackersOf(fields);
  return { ...readInfo(info, infoBytes, fail), trackers, webSeeds: webSeedsOf(fields) };
}

function decoded(file: Uint8Array, fail: Fail): TopLevel {
  try {
    return decodeTopLevel(file);
  } catch (error) {
    return fail(`is not a torrent (${(error as Error).message})`);
  }
}

function readInfo(
  info: BencodeDictionary,
  infoBytes: Uint8Array,
  fail: Fail,
): Omit<Torrent, 'trackers' | 'webSeeds'> {
  const version = info.get('meta version');
  if (!info.has('pieces') && (version !== undefined || info.has('file tree'))) {
    const problem = 'is a torrent of version 2 only (BEP 52), which is not supported';
    fail(problem, 'get a torrent of version 1 or of both versions from its author');
  }
  const name = textOf(info.get('name.utf-8')) ?? textOf(info.get('name'));
  if (name === undefined) return fail(wrongKey(info, 'name', 'text'));
  const pieceBytes = info.get('piece length');
  if (typeof pieceBytes !== 'number') {
    return fail(wrongKey(info, 'piece length', 'a whole number'));
  }
  if (pieceBytes < 1 || pieceBytes > PIECE_BYTES_MAX) fail(`has pieces of ${pieceBytes} bytes`);
  const hashes = info.get('pieces');
  if (!(hashes instanceof Uint8Array)) return fail(wrongKey(info, 'pieces', 'text'));

  const { files, remarks } = readFiles(name, info, fail);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (!Number.isSafeInteger(totalBytes)) fail(TOO_MANY_BYTES);
  if (totalBytes === 0) fail('has no content');
  const pieceCount = Math.ceil(totalBytes / pieceBytes);
  if (hashes.length !== pieceCount * HASH_BYTES) {
    fail(`does not have one hash for each of its ${pieceCount} pieces`);
  }
  return {
    name: files[0]!.path[0]!,
    infoHash: createHash('sha1').update(infoBytes).digest(),
    infoHash2:
      version === 2
        ? createHash('sha256').update(infoBytes).digest().subarray(0, HASH_BYTES)
        : undefined,
    info: infoBytes,
    layout: { totalBytes, pieceBytes, pieceCount },
    pieceHashes: Uint8Array.from(hashes),
    files,
    isPrivate: info.has('private') && info.get('private') !== 0,
    remarks,
  };
}

function readFiles(
  name: string,
  info: BencodeDictionary,
  fail: Fail,
): { readonly files: readonly TorrentFile[]; readonly remarks: readonly string[] } {
  const listed = info.has('files') ? info.get('files') : [info];
  if (!Array.isArray(listed)) return fail(wrongKey(info, 'files', 'a list'));
  if (listed.length === 0) fail('lists no files');
  const uniquePaths = new UniquePaths();
  const changed: string[] = [];
  let offset = 0;
  const files = listed.map((file, i): TorrentFile => {
    const at = info.has('files') ? `file ${i + 1} ` : '';
    if (!(file instanceof Map)) return fail(`${at}is ${kindOf(file)}`);
    const bytes = file.get('length');
    if (typeof bytes !== 'number') {
      return fail(
        typeof bytes === 'bigint' ? TOO_MANY_BYTES : wrongKey(file, 'length', 'a number', at),
      );
    }
    if (bytes < 0) fail(`has a file, number ${i + 1}, of ${bytes} bytes`);
    const named = info.has('files') ? pathOf(file) : [];
    if (named === undefined) return fail(wrongKey(file, 'path', 'a list of names', at));
    const isPadding = (textOf(file.get('attr')) ?? '').includes('p');
    const safe = safePath([name, ...named]);
    const path = isPadding ? safe : uniquePaths.add(safe);
    const [before, after] = [[name, ...named].join('/'), path.join('/')];
    if (before !== after && !isPadding) {
      changed.push(`"${printable(before, 80)}" is "${printable(after, 80)}"`);
    }
    offset += bytes;
    return { path, bytes, offset: offset - bytes, isPadding };
  });
  return { files, remarks: changed.length === 0 ? [] : [remarkOn(changed)] };
}

function remarkOn(changed: readonly string[]): string {
  const more = changed.length - SHOWN_NAMES_MAX;
  const shown = changed.slice(0, SHOWN_NAMES_MAX).join(', ');
  return `names that are unsafe or not unique on a disk were changed: ${shown}${
    more > 0 ? `, and ${more} more` : ''
  }`;
}

/** The names of a file's folders and its own; undefined if they are not a list of text. */
function pathOf(file: BencodeDictionary): readonly string[] | undefined {
  for (const key of ['path.utf-8', 'path']) {
    const parts = file.get(key);
    if (!Array.isArray(parts) || parts.length === 0) continue;
    const names = parts.map(textOf);
    if (names.every((part) => part !== undefined)) return names;
  }
  return undefined;
}

/** The first trackers in the order of their tiers (BEP 12), each once. */
function trackersOf(fields: BencodeDictionary): readonly string[] {
  const tiers = fields.get('announce-list');
  const listed = Array.isArray(tiers) ? tiers.flat() : [];
  const all = urlsIn(listed);
  const urls = [...new Set(all.length > 0 ? all : urlsIn([fields.get('announce')]))];
  return urls.slice(0, TRACKERS_MAX);
}

/** The web seeds: the value of either key is a URL or a list of them. */
function webSeedsOf(fields: BencodeDictionary): readonly string[] {
  return urlsIn(['url-list', 'httpseeds'].flatMap((key) => fields.get(key) ?? []));
}

function urlsIn(values: readonly (BencodeValue | undefined)[]): readonly string[] {
  return values.map((url) => textOf(url)?.trim() ?? '').filter((url) => url !== '');
}

function textOf(value: BencodeValue | undefined): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : undefined;
}

/** Says that a key is missing, or has a value of another type. */
function wrongKey(of: BencodeDictionary, key: string, expected: string, at = ''): string {
  const value = of.get(key);
  if (value === undefined) return `${at}has no "${key}"`;
  return `${at}has ${kindOf(value)} as "${key}", not ${expected}`;
}

function kindOf(value: BencodeValue | undefined): string {
  if (value instanceof Uint8Array) return 'text';
  if (Array.isArray(value)) return 'a list';
  return value instanceof Map ? 'a dictionary' : 'a number';
}
