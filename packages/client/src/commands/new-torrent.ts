/**
 * Creates the torrent that `cachetorrent seed` serves. Everything that can be refused is checked
 * before the content is hashed, and nothing is written before the torrent is complete.
 */

import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { equalBytes } from '@cachetorrent/protocol/wire';
import { printable } from '@cachetorrent/std';

import { ClientError } from '../errors.ts';
import { writeNewFile } from '../storage/new-file.ts';
import { checkReplaceable, checkWritableFolder } from '../storage/writable-folder.ts';
import { encodeTorrent, hashPieces, type MakeTorrentOptions } from '../torrent/make-torrent.ts';
import { parseTorrentFile, readTorrentBytes } from '../torrent/read-torrent.ts';
import { type Content, scanContent } from '../torrent/scan-content.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { type CommandEnvironment, unlessStopped } from './environment.ts';
import type { TransferDisplay } from './transfer-display.ts';
import type { CommonOptions } from './transfer-options.ts';

/** The options of a new torrent. */
export interface NewTorrentOptions extends CommonOptions {
  /** Where to write the new torrent. Default: beside the file. */
  readonly out?: string;
  /** The bytes of a piece of the new torrent. Default: depends on the size of the content. */
  readonly pieceBytes?: number;
  /** Whether to replace a torrent that is there. */
  readonly force?: boolean;
  /** Whether peers may come from other sources than the trackers. */
  readonly public?: boolean;
}

const LEFT_OUT_SHOWN_MAX = 10;

/**
 * Creates the torrent of a file or folder, and prints its path.
 *
 * @throws ClientError if that is not possible, or another file is in the place of the torrent.
 * @throws Stopped if the user stops the command before the torrent is complete.
 */
export async function createTorrent(
  path: string,
  options: NewTorrentOptions,
  { stdout, signal }: CommandEnvironment,
  display: TransferDisplay,
): Promise<Torrent> {
  const { tracker: trackers = [], pieceBytes, out = `${resolve(path)}.torrent` } = options;
  const { force: replace = false, quiet = false } = options;
  const making: MakeTorrentOptions = {
    trackers,
    pieceBytes,
    isPrivate: options.public !== true,
    signal,
    onProgress: (hashedBytes, totalBytes) =>
      display.showWork(hashedBytes / totalBytes, 'hashed', performance.now()),
  };
  const work = async (): Promise<Uint8Array> => {
    const content = await scanContent(path, signal);
    await checkWritableFolder(dirname(resolve(out)), { create: false });
    const isThere = await checkReplaceable(resolve(out));
    if (isThere) await checkOutside(content, out);
    const earlier = isThere && !replace ? await readTorrentBytes(out) : undefined;
    if (earlier !== undefined) await checkEarlier(earlier, out, content, making);
    if (!quiet && content.leftOut.length > 0) display.print(leftOutNote(content.leftOut));
    const made = encodeTorrent(content, making, await hashPieces(content, making));
    if (earlier === undefined) await writeNewFile(out, made, { replace });
    else if (!equalBytes(earlier, made)) throw existsAlready(out, 'is of earlier content');
    return made;
  };
  const bytes = await unlessStopped(
    signal,
    'stopped before the torrent was complete',
    work,
  ).finally(() => display.clear());
  stdout.write(`${out}\n`);
  return parseTorrentFile(bytes, basename(out));
}

/** @throws ClientError if the torrent would replace a file of its content. */
async function checkOutside({ files }: Content, out: string): Promise<void> {
  const [target, { size }] = await Promise.all([realpath(out), stat(out)]);
  for (const { location, bytes } of files) {
    if (bytes !== size || (await realpath(location)) !== target) continue;
    const fix = 'choose another place (--out)';
    throw new ClientError({ at: out, problem: 'is part of the content of the torrent', fix });
  }
}

/** @throws ClientError if an earlier torrent differs from the new one before that is hashed. */
async function checkEarlier(
  earlier: Uint8Array,
  out: string,
  content: Content,
  options: MakeTorrentOptions,
): Promise<void> {
  const { pieceHashes } = await parseTorrentFile(earlier, out).catch(() => {
    const fix = 'choose another place (--out), or replace it (--force)';
    throw new ClientError({ at: out, problem: 'exists, and is not a torrent', fix });
  });
  if (equalBytes(earlier, encodeTorrent(content, options, pieceHashes))) return;
  throw existsAlready(out, 'differs from the one that would be written');
}

function existsAlready(at: string, how: string): ClientError {
  const fix = `seed it (seed ${at}), choose another place (--out), or replace it (--force)`;
  return new ClientError({ at, problem: `exists, and ${how}`, fix });
}

function leftOutNote(leftOut: readonly string[]): string {
  const more = leftOut.length - LEFT_OUT_SHOWN_MAX;
  const shown = leftOut.slice(0, LEFT_OUT_SHOWN_MAX).map((name) => printable(name, 80));
  return `note: not in the torrent: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
