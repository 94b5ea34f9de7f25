/** `cachetorrent get`: downloads a torrent, or resumes an earlier download. */

import { resolve } from 'node:path';
import { printable } from '@cachetorrent/std';

import { Client } from '../client/client.ts';
import { Stopped } from '../errors.ts';
import { checkWritableFolder } from '../storage/writable-folder.ts';
import { type CommandEnvironment, unlessStopped, untilStopped } from './environment.ts';
import { formatBytes, TransferDisplay } from './transfer-display.ts';
import {
  checkSources,
  clientOptionsOf,
  connectToNamedPeers,
  loadNamedTorrent,
  serve,
  showProgress,
  showRemarks,
  type CommonOptions,
} from './transfer-options.ts';

/** The options of `cachetorrent get`. */
export interface GetOptions extends CommonOptions {
  /** The folder to download into. Default: the current folder. */
  readonly out?: string;
  /** Whether to overwrite files that do not belong to the torrent. */
  readonly force?: boolean;
  /** Whether to keep seeding when the download is complete. */
  readonly stay?: boolean;
}

const STOPPED_EARLY = 'stopped while the files were checked; run the command again to resume';

/**
 * Runs the command until the download is complete; with `stay`, until the user stops it.
 *
 * @throws ClientError
 * @throws Stopped if the user stops the download before it is complete.
 */
export async function get(
  path: string,
  options: GetOptions,
  environment: CommandEnvironment,
): Promise<void> {
  const { stdout, stderr, signal } = environment;
  const display = new TransferDisplay(stderr);
  const torrent = await loadNamedTorrent(path, options, signal);
  showRemarks(torrent, options, display);
  checkSources(torrent, options, path);
  const folder = resolve(options.out ?? '.');
  await checkWritableFolder(folder, { create: true });
  const overwrite = options.force === true;
  const client = new Client({ torrent, folder, overwrite, ...clientOptionsOf(options, display) });
  const startMs = performance.now();
  const hideProgress = showProgress(client, display);
  let result: string;
  try {
    await unlessStopped(signal, STOPPED_EARLY, () => client.start(signal));
    connectToNamedPeers(client, torrent.trackers, options, display);
    await Promise.race([client.completed, untilStopped(signal)]);
    const { totalBytes, leftBytes, receivedBytes } = client.status;
    if (leftBytes > 0) {
      const done = `${formatBytes(totalBytes - leftBytes)} of ${formatBytes(totalBytes)}`;
      throw new Stopped(`stopped after ${done}; run the command again to resume`);
    }
    hideProgress();
    display.clear();
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    const how = receivedBytes === 0 ? 'already complete' : `in ${seconds} s`;
    result = `${printable(torrent.name)}: ${formatBytes(totalBytes)} ${how}\n`;
    if (options.stay === true) {
      stdout.write(result);
      await serve(client, environment, display);
    }
  } finally {
    hideProgress();
    display.clear();
    await client.stop();
  }
  // All files are closed, so that nothing is left behind if standard output is full or closed.
  if (options.stay !== true) stdout.write(result);
}
