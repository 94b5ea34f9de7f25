/** `cachetorrent get`: downloads a torrent, from where an earlier download stopped. */

import { resolve } from 'node:path';

import { Client } from '../client.ts';
import { Stopped } from '../client-error.ts';
import { readTorrent } from '../torrent/read-torrent.ts';
import { serve, stopped, watch } from './serve.ts';
import type { CommandEnvironment } from './surroundings.ts';
import { inWords, TransferDisplay } from './transfer-display.ts';
import { clientOptionsOf, meetPeers, type TransferFlags } from './transfer-flags.ts';

/** Options of `cachetorrent get`. */
export interface GetFlags extends TransferFlags {
  /** The folder to put it into; the current one where absent. */
  readonly out?: string;
  /** Goes on serving when it is complete. */
  readonly stay?: boolean;
}

/** Throws ClientError, and Stopped where the user stops it before it is complete. */
export async function get(
  path: string,
  flags: GetFlags,
  around: CommandEnvironment,
): Promise<void> {
  const display = new TransferDisplay(around.stderr);
  const torrent = await readTorrent(path);
  const folder = resolve(flags.out ?? '.');
  const client = new Client({ torrent, folder, ...clientOptionsOf(flags, display) });
  const startMs = performance.now();
  const unwatch = watch(client, display);
  try {
    await client.start();
    meetPeers(client, torrent.trackers, flags, display);
    await Promise.race([client.completed, stopped(around.signal)]);
    if (client.status.leftBytes > 0) {
      const { totalBytes, leftBytes } = client.status;
      const done = `${inWords(totalBytes - leftBytes)} of ${inWords(totalBytes)}`;
      throw new Stopped(`stopped with ${done}; run it again to go on from there`);
    }
    unwatch();
    display.clear();
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    const how = client.status.receivedBytes === 0 ? 'were there already' : `in ${seconds} s`;
    around.stdout.write(`${torrent.name}: ${inWords(torrent.layout.totalBytes)} ${how}\n`);
    if (flags.stay === true) await serve(client, around, display);
  } finally {
    unwatch();
    display.clear();
    await client.stop();
  }
}
