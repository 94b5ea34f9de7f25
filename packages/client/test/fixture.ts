/** What the tests of whole clients share: a folder with content, torrents of it, and clients. */

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@cachetorrent/std';
import { uniformSelection } from '@cachetorrent/tracker';

import {
  Client,
  type ClientOptions,
  makeTorrent,
  parseTorrentFile,
  type Torrent,
  TrackerServer,
  type TrackerServerOptions,
} from '../src/index.ts';
import type { ManualClock } from './manual-clock.ts';

export const LOCALHOST = '127.0.0.1';

export class Fixture {
  readonly folder: string;
  readonly #cleanups: (() => Promise<void>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Fixture> {
    return new Fixture(await mkdtemp(join(tmpdir(), 'client-')));
  }

  /** Stops all clients and trackers, the last one first, and removes the folder. */
  async cleanUp(): Promise<void> {
    for (const cleanup of this.#cleanups.toReversed()) await cleanup();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Creates files of these sizes under `seed/content`, and returns their torrent. */
  async torrent(
    sizes: Readonly<Record<string, number>> | number,
    options: { readonly trackers?: readonly string[]; readonly pieceBytes?: number } = {},
  ): Promise<Torrent> {
    const files = typeof sizes === 'number' ? { '': sizes } : sizes;
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(this.folder, 'seed', 'content', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, randomBytes(bytes));
    }
    const { trackers = [], pieceBytes = 2 ** 16 } = options;
    const bytes = await makeTorrent(join(this.folder, 'seed', 'content'), { trackers, pieceBytes });
    await writeFile(join(this.folder, 'content.torrent'), bytes);
    return parseTorrentFile(bytes, 'content.torrent');
  }

  /** Starts a client in a folder of its own. */
  async client(
    torrent: Torrent,
    name: string,
    options: Partial<ClientOptions> = {},
  ): Promise<Client> {
    const folder = join(this.folder, name);
    await mkdir(folder, { recursive: true });
    const client = new Client({ torrent, folder, host: LOCALHOST, ...options });
    this.#cleanups.push(() => client.stop());
    await client.start();
    return client;
  }

  /** Starts a client that has all files. */
  seed(torrent: Torrent, options: Partial<ClientOptions> = {}): Promise<Client> {
    return this.client(torrent, 'seed', { isSeed: true, ...options });
  }

  /** Starts a tracker, and returns its URL. */
  async tracker(options: Partial<TrackerServerOptions> = {}): Promise<string> {
    const server = new TrackerServer({
      host: LOCALHOST,
      port: 0,
      intervalS: 5,
      minPeers: 1,
      election: undefined,
      selection: () => uniformSelection(50),
      asnOf: () => undefined,
      random: seededRandom('fixture'),
      ...options,
    });
    this.#cleanups.push(() => server.stop());
    return server.start();
  }

  /** Returns the bytes of a file in a client's folder. */
  read(name: string, ...path: string[]): Promise<Buffer> {
    return readFile(join(this.folder, name, ...path));
  }
}

/** Waits for `promise`, and fails after `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

/** Advances the clock until the socket is closed, and returns by how much. */
export async function advanceUntilClosed(clock: ManualClock, socket: Socket): Promise<number> {
  const startMs = clock.nowMs();
  const stepMs = 500;
  const limitMs = startMs + 600_000;
  while (!socket.closed && clock.nowMs() < limitMs) {
    clock.advance(stepMs);
    // The other side has to notice that the connection was closed.
    await sleep(5);
  }
  return clock.nowMs() - startMs;
}
