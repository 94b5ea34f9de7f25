/** `cachetorrent seed`: creates a torrent if there is none, and uploads it until it is stopped. */

import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { equalBytes } from '@cachetorrent/protocol/wire';
import { printable } from '@cachetorrent/std';

import { Client } from '../client/client.ts';
import { ClientError } from '../errors.ts';
import { findPieces } from '../storage/check-pieces.ts';
import { FileStore } from '../storage/file-store.ts';
import { writeNewFile } from '../storage/new-file.ts';
import { checkReplaceable, checkWritableFolder } from '../storage/writable-folder.ts';
import { encodeTorrent, hashPieces, type MakeTorrentOptions } from '../torrent/make-torrent.ts';
import { parseTorrentFile, readTorrent, readTorrentBytes } from '../torrent/read-torrent.ts';
import { type Content, scanContent } from '../torrent/scan-content.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { type CommandEnvironment, unlessStopped } from './environment.ts';
import { TransferDisplay } from './transfer-display.ts';
import {
  clientOptionsOf,
  connectToNamedPeers,
  serve,
  showRemarks,
  type CommonOptions,
} from './transfer-options.ts';

/** The options of `cachetorrent seed`. */
export interface SeedOptions extends CommonOptions {
  /** The folder of the torrent's files. Default: the folder of the torrent. */
  readonly folder?: string;
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
 * Runs the command until the user stops it.
 *
 * @throws ClientError
 * @throws Stopped if the user stops it before it has hashed or checked the files.
 */
export async function seed(
  path: string,
  options: SeedOptions,
  environment: CommandEnvironment,
): Promise<void> {
  const display = new TransferDisplay(environment.stderr);
  const isTorrent = path.endsWith('.torrent') && !(await isFolder(path));
  checkOptions(path, isTorrent, options);
  const folder = resolve(options.folder ?? dirname(resolve(path)));
  const torrent = isTorrent
    ? await readTorrent(path)
    : await createTorrent(path, options, environment, display);
  showRemarks(torrent, options, display);
  if (isTorrent) await checkComplete(torrent, folder, path, environment, display);

  const clientOptions = clientOptionsOf(options, display);
  const client = new Client({ torrent, folder, isSeed: true, ...clientOptions });
  try {
    await client.start();
    connectToNamedPeers(client, torrent.trackers, options, display);
    await serve(client, environment, display);
  } finally {
    await client.stop();
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** @throws ClientError if an option would be ignored. */
function checkOptions(path: string, isTorrent: boolean, options: SeedOptions): void {
  const { folder, out, pieceBytes, force, public: isPublic } = options;
  const unused = isTorrent
    ? { '--out': out, '--piece-bytes': pieceBytes, '--force': force, '--public': isPublic }
    : { '--folder': folder };
  for (const [at, value] of Object.entries(unused)) {
    if (value === undefined) continue;
    const problem = `is only for ${isTorrent ? 'a new torrent' : 'a .torrent file'}, unlike ${path}`;
    throw new ClientError({ at, problem, fix: 'leave the option out' });
  }
}

/** Creates the torrent of a file or folder, and prints its path. */
async function createTorrent(
  path: string,
  options: SeedOptions,
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
  const bytes = await unlessStopped(signal, 'stopped before the torrent was complete', async () => {
    const content = await scanContent(path, signal);
    await checkWritableFolder(dirname(resolve(out)), { create: false });
    const isThere = await checkReplaceable(out);
    const earlier = isThere && !replace ? await readTorrentBytes(out) : undefined;
    if (earlier !== undefined) await checkEarlier(earlier, out, content, making);
    if (!quiet && content.leftOut.length > 0) display.print(leftOutNote(content.leftOut));
    const made = encodeTorrent(content, making, await hashPieces(content, making));
    display.clear();
    if (earlier === undefined) await writeNewFile(out, made, { replace });
    else if (!equalBytes(earlier, made)) throw existsAlready(out, 'is of earlier content');
    return made;
  });
  stdout.write(`${out}\n`);
  return parseTorrentFile(bytes, basename(out));
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
  const fix = `seed it as it is (seed ${at}), choose another place (--out), or replace it (--force)`;
  return new ClientError({ at, problem: `exists, and ${how}`, fix });
}

function leftOutNote(leftOut: readonly string[]): string {
  const more = leftOut.length - LEFT_OUT_SHOWN_MAX;
  const shown = leftOut.slice(0, LEFT_OUT_SHOWN_MAX).map((name) => printable(name, 80));
  return `note: not in the torrent: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/** @throws ClientError if pieces are missing, or have a wrong hash. */
async function checkComplete(
  torrent: Torrent,
  folder: string,
  path: string,
  { signal }: CommandEnvironment,
  display: TransferDisplay,
): Promise<void> {
  const store = new FileStore({ torrent, folder, isWritable: false });
  const { pieceCount } = torrent.layout;
  let missing = pieceCount;
  const showProgress = (checked: number): void =>
    display.showWork(checked / pieceCount, 'checked', performance.now());
  try {
    const found = await unlessStopped(signal, 'stopped before the files were checked', () =>
      findPieces(torrent, store, showProgress, signal),
    );
    missing = pieceCount - found.length;
  } finally {
    display.clear();
    await store.close();
  }
  if (missing === 0) return;
  throw new ClientError({
    at: path,
    problem: `${missing} of its ${pieceCount} pieces are not in ${folder}`,
    fix: `name the folder that contains "${torrent.name}" (--folder), or run get first`,
  });
}
