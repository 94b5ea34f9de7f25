/** `cachetorrent seed`: creates a torrent if there is none, and uploads it until it is stopped. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

import { Client } from '../client/client.ts';
import { ClientError } from '../errors.ts';
import { findPieces } from '../storage/check-pieces.ts';
import { FileStore } from '../storage/file-store.ts';
import { makeTorrent } from '../torrent/make-torrent.ts';
import { parseTorrentFile, readTorrent } from '../torrent/read-torrent.ts';
import type { Torrent } from '../torrent/torrent.ts';
import type { CommandEnvironment } from './environment.ts';
import { TransferDisplay } from './transfer-display.ts';
import {
  clientOptionsOf,
  connectToNamedPeers,
  serve,
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
  /** Whether peers may come from other sources than the trackers. */
  readonly public?: boolean;
}

/**
 * Runs the command until the user stops it.
 *
 * @throws ClientError
 */
export async function seed(
  path: string,
  options: SeedOptions,
  environment: CommandEnvironment,
): Promise<void> {
  const display = new TransferDisplay(environment.stderr);
  const isTorrent = path.endsWith('.torrent');
  const folder = resolve(options.folder ?? dirname(resolve(path)));
  const torrent = isTorrent
    ? await readTorrent(path)
    : await createTorrent(path, options, environment);
  if (isTorrent) await checkComplete(torrent, folder, path, display);

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

/** Creates the torrent of a file or folder, and prints its path. */
async function createTorrent(
  path: string,
  options: SeedOptions,
  { stdout }: CommandEnvironment,
): Promise<Torrent> {
  const { tracker: trackers = [], pieceBytes, out = `${resolve(path)}.torrent` } = options;
  if (!existsSync(path)) {
    const fix = 'give the path of a file, of a folder, or of a .torrent file';
    throw new ClientError({ at: path, problem: 'does not exist', fix });
  }
  const isPrivate = options.public !== true;
  const bytes = await makeTorrent(path, { trackers, pieceBytes, isPrivate });
  await writeFile(out, bytes);
  stdout.write(`${out}\n`);
  return parseTorrentFile(bytes, basename(out));
}

/** @throws ClientError if pieces are missing, or have a wrong hash. */
async function checkComplete(
  torrent: Torrent,
  folder: string,
  path: string,
  display: TransferDisplay,
): Promise<void> {
  const store = new FileStore({ torrent, folder, isWritable: false });
  const { pieceCount } = torrent.layout;
  const found = await findPieces(torrent, store);
  await store.close();
  if (found.length === pieceCount) return;
  display.clear();
  throw new ClientError({
    at: path,
    problem: `${pieceCount - found.length} of its ${pieceCount} pieces are not in ${folder}`,
    fix: `name the folder that contains "${torrent.name}" (--folder), or run get first`,
  });
}
