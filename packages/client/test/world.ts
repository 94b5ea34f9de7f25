/** A small world for tests: a folder with content, torrents of it, and clients on loopback. */

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

export const LOCALHOST = '127.0.0.1';

export class World {
  readonly folder: string;
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async begin(): Promise<World> {
    return new World(await mkdtemp(join(tmpdir(), 'world-')));
  }

  /** Stops whatever was started, the last first, and leaves nothing behind. */
  async end(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Files of so many bytes under `seed/name`, and the torrent of them. */
  async torrent(
    files: Readonly<Record<string, number>> | number,
    options: { readonly trackers?: readonly string[]; readonly pieceBytes?: number } = {},
  ): Promise<Torrent> {
    const all = typeof files === 'number' ? { '': files } : files;
    for (const [name, bytes] of Object.entries(all)) {
      const path = join(this.folder, 'seed', 'content', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, randomBytes(bytes));
    }
    const { trackers = [], pieceBytes = 2 ** 16 } = options;
    const made = await makeTorrent(join(this.folder, 'seed', 'content'), { trackers, pieceBytes });
    await writeFile(join(this.folder, 'content.torrent'), made);
    return parseTorrentFile(made, 'content.torrent');
  }

  /** A client in a folder of its own, started; stopped at the end. */
  async client(
    torrent: Torrent,
    name: string,
    options: Partial<ClientOptions> = {},
  ): Promise<Client> {
    const folder = join(this.folder, name);
    await mkdir(folder, { recursive: true });
    const client = new Client({ torrent, folder, host: LOCALHOST, ...options });
    this.#ends.push(() => client.stop());
    await client.start();
    return client;
  }

  seed(torrent: Torrent, options: Partial<ClientOptions> = {}): Promise<Client> {
    return this.client(torrent, 'seed', { isSeed: true, ...options });
  }

  async tracker(options: Partial<TrackerServerOptions> = {}): Promise<string> {
    const server = new TrackerServer({
      host: LOCALHOST,
      port: 0,
      intervalS: 5,
      minPeers: 1,
      leaderPercent: undefined,
      selection: uniformSelection(50),
      systemOf: () => undefined,
      random: seededRandom('world'),
      ...options,
    });
    this.#ends.push(() => server.stop());
    return server.start();
  }

  /** The bytes of a file below a client's folder. */
  read(name: string, ...path: string[]): Promise<Buffer> {
    return readFile(join(this.folder, name, ...path));
  }
}

/** Fails where it takes longer. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
