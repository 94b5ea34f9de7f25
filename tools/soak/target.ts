/** What a soak talks to: a tracker and a seed that the command line runs, and their torrent. */

import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTorrent, type Torrent } from '@cachetorrent/client';

import type { BadTrackers } from './bad-trackers.ts';
import { CommandProcess } from './processes.ts';

/** Seconds between two announces of a peer; short, so that peers expire many times. */
const INTERVAL_S = 10;
const POLL_MS = 50;
const PIECE_BYTES = 2 ** 20;

/** The addresses of those who take part; all of 127.0.0.0/8 is loopback on Linux. */
export const ADDRESSES = {
  /** Of the tracker and the seed. */
  target: '127.0.0.1',
  /** Of the peer `i` of those that behave. */
  honest: (i: number): string => `127.0.1.${1 + (i % 200)}`,
  /** Of the downloads by the command line. */
  get: '127.0.1.250',
  /** Of the host `i` of those that do not. */
  stranger: (i: number): string => `127.0.2.${1 + (i % 200)}`,
} as const;

/** A tracker, a seed, and their torrent. */
export interface Target {
  readonly track: CommandProcess;
  readonly seed: CommandProcess;
  readonly trackerUrl: string;
  readonly trackerPort: number;
  readonly seedPort: number;
  readonly torrent: Torrent;
  readonly torrentPath: string;
  /** The bytes that are seeded. */
  readonly content: Uint8Array;
  readonly badTrackers: BadTrackers;
  /** A folder for temporary files. */
  readonly folder: string;
}

/** Starts a tracker and a seed of random bytes in a folder. The caller stops them. */
export async function startTarget(
  folder: string,
  contentBytes: number,
  badTrackers: BadTrackers,
): Promise<Target> {
  const content = randomFillSync(new Uint8Array(contentBytes));
  await writeFile(join(folder, 'content'), content);
  const host = ADDRESSES.target;
  const options = ['--host', host, '--interval', `${INTERVAL_S}`, '--leaders', '10'];
  const track = new CommandProcess(['track', '--port', '0', ...options], folder);
  const trackerUrl = await track.printed(/^http:\S+/m);

  const seedPort = await freePort(host);
  // The bad ones come first: the seed has to get past them.
  const trackers = [...badTrackers.urls, trackerUrl].flatMap((url) => ['--tracker', url]);
  const own = ['--host', host, '--port', `${seedPort}`, '--piece-bytes', `${PIECE_BYTES}`];
  const seed = new CommandProcess(['seed', 'content', ...own, ...trackers], folder);
  const torrentPath = await seed.printed(/^\S+\.torrent$/m);
  await listening(host, seedPort);
  return {
    track,
    seed,
    trackerUrl,
    trackerPort: Number(new URL(trackerUrl).port),
    seedPort,
    torrent: await readTorrent(torrentPath),
    torrentPath,
    content,
    badTrackers,
    folder,
  };
}

/** Waits until a port accepts connections. */
async function listening(host: string, port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, host);
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(POLL_MS);
  }
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
