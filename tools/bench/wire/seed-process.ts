/** The seed of `transfer.ts`, in its own process, so that it has its own core. */

import { Client, parseTorrentFile } from '@cachetorrent/client';

/** The last message of the process. */
export interface SeedReport {
  /** CPU time since it began to serve. */
  readonly cpuSeconds: number;
}

const [folder] = process.argv.slice(2);
let client: Client | undefined;
let before = process.cpuUsage();

process.on('message', (message: Uint8Array | 'stop') => {
  void (message === 'stop' ? stop() : serve(message));
});

async function serve(torrentFile: Uint8Array): Promise<void> {
  const torrent = await parseTorrentFile(torrentFile, 'file');
  client = new Client({ torrent, folder: folder!, host: '127.0.0.1', isSeed: true });
  await client.start();
  before = process.cpuUsage();
  process.send!(client.port);
}

async function stop(): Promise<void> {
  const { user, system } = process.cpuUsage(before);
  await client!.stop();
  process.send!({ cpuSeconds: (user + system) / 1e6 } satisfies SeedReport);
  process.disconnect();
}
