/** The seeding side of `transfer.ts`, in a process of its own: it has a core to itself. */

import { Client, parseTorrentFile } from '@cachetorrent/client';

/** What it says at its end. */
export interface SeedReport {
  /** Processor time since it began to serve. */
  readonly cpuSeconds: number;
}

const [folder] = process.argv.slice(2);
let client: Client | undefined;
let before = process.cpuUsage();

process.on('message', (message: Uint8Array | 'stop') => {
  void (message === 'stop' ? stop() : serve(message));
});

async function serve(made: Uint8Array): Promise<void> {
  const torrent = await parseTorrentFile(made, 'file');
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
