/** `cachetorrent seed`: creates a torrent if there is none, and uploads it until it is stopped. */

import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { Client } from '../client/client.ts';
import { ClientError } from '../errors.ts';
import { findPieces } from '../storage/check-pieces.ts';
import { FileStore } from '../storage/file-store.ts';
import { isTorrentUrl } from '../torrent/load-torrent.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { type CommandEnvironment, unlessStopped } from './environment.ts';
import { createTorrent, type NewTorrentOptions } from './new-torrent.ts';
import { TransferDisplay } from './transfer-display.ts';
import {
  clientOptionsOf,
  connectToNamedPeers,
  loadNamedTorrent,
  serve,
  showRemarks,
} from './transfer-options.ts';

/** The options of `cachetorrent seed`. */
export interface SeedOptions extends NewTorrentOptions {
  /** The folder of the torrent's files. Default: the folder of the torrent. */
  readonly folder?: string;
}

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
  const isUrl = isTorrentUrl(path);
  const isTorrent = isUrl || (path.endsWith('.torrent') && !(await isFolder(path)));
  checkOptions(path, isTorrent, options);
  const folder = resolve(options.folder ?? (isUrl ? '.' : dirname(resolve(path))));
  const torrent = isTorrent
    ? await loadNamedTorrent(path, options, environment.signal)
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
  const wanted = isTorrent ? 'a new torrent' : 'a .torrent file';
  for (const [at, value] of Object.entries(unused)) {
    if (value === undefined) continue;
    const problem = `is only for ${wanted}, unlike ${path}`;
    throw new ClientError({ at, problem, fix: 'leave the option out' });
  }
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
