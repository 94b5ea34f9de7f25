/** `cachetorrent seed`: makes a torrent where there is none, and serves it until it is stopped. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

import { Client } from '../client.ts';
import { ClientError } from '../client-error.ts';
import { findPieces } from '../storage/check-pieces.ts';
import { FileStore } from '../storage/file-store.ts';
import { makeTorrent } from '../torrent/make-torrent.ts';
import { parseTorrentFile, readTorrent } from '../torrent/read-torrent.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { serve } from './serve.ts';
import type { CommandEnvironment } from './surroundings.ts';
import { TransferDisplay } from './transfer-display.ts';
import { clientOptionsOf, meetPeers, type TransferFlags } from './transfer-flags.ts';

/** Options of `cachetorrent seed`. */
export interface SeedFlags extends TransferFlags {
  /** Where the torrent's files are; beside the torrent where absent. */
  readonly folder?: string;
  /** Where to write the torrent that is made; beside the file where absent. */
  readonly out?: string;
  /** Bytes of a piece of the torrent that is made; by the size of the content where absent. */
  readonly pieceBytes?: number;
  /** Peers may come from elsewhere than the trackers. */
  readonly public?: boolean;
}

/** Throws ClientError. */
export async function seed(
  path: string,
  flags: SeedFlags,
  around: CommandEnvironment,
): Promise<void> {
  const display = new TransferDisplay(around.stderr);
  const isTorrent = path.endsWith('.torrent');
  const folder = resolve(flags.folder ?? dirname(resolve(path)));
  const torrent = isTorrent ? await readTorrent(path) : await make(path, flags, around);
  if (isTorrent) await checkWhole(torrent, folder, path, display);

  const client = new Client({ torrent, folder, isSeed: true, ...clientOptionsOf(flags, display) });
  try {
    await client.start();
    meetPeers(client, torrent.trackers, flags, display);
    await serve(client, around, display);
  } finally {
    await client.stop();
  }
}

/** Makes the torrent of a file or folder, and says where it is. */
async function make(path: string, flags: SeedFlags, around: CommandEnvironment): Promise<Torrent> {
  const { tracker: trackers = [], pieceBytes, out = `${resolve(path)}.torrent` } = flags;
  if (!existsSync(path)) {
    const fix = 'give the path of a file, of a folder, or of a .torrent file';
    throw new ClientError({ at: path, problem: 'there is nothing there', fix });
  }
  const bytes = await makeTorrent(path, { trackers, pieceBytes, isPrivate: flags.public !== true });
  await writeFile(out, bytes);
  around.stdout.write(`${out}\n`);
  return parseTorrentFile(bytes, basename(out));
}

/** Nobody seeds what is not there. */
async function checkWhole(
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
    fix: `name the folder that has "${torrent.name}" (--folder), or get the rest first (get)`,
  });
}
