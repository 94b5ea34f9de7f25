/**
 * One exchange on the loopback interface: seeds and leechers, which may be different programs, and
 * a tracker. It ends when every leecher has the file.
 */

import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@cachetorrent/std';
import { uniformSelection } from '@cachetorrent/tracker';

import { makeTorrent, parseTorrentFile, TrackerServer } from '../../src/index.ts';
import { freePort } from './free-port.ts';
import type { LaunchOptions, Program } from './program.ts';

/** Starts a tracker for the torrent with this info hash, in hexadecimal. */
export type StartTracker = (infoHash: string) => Promise<RunningTracker>;

export interface RunningTracker {
  /** The URL to announce to. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface Exchange {
  readonly seeds: readonly Program[];
  readonly leeches: readonly Program[];
  readonly bytes: number;
  readonly timeoutMs: number;
  /** Default: our tracker. */
  readonly tracker?: StartTracker;
}

export interface Outcome {
  /** The time from the start of the first leecher until all have the file. */
  readonly seconds: number;
  /** The SHA-256 of the seeded file, and of the file of each leecher. */
  readonly sha256: string;
}

const HOST = '127.0.0.1';
const NAME = 'file.bin';
const PIECE_BYTES = 2 ** 18;
/** The time for the seeds to listen and to announce themselves. */
const SEED_START_MS = 1_500;

/**
 * Runs an exchange.
 *
 * @throws Error if a leecher does not have the right file in time.
 */
export async function run({
  seeds,
  leeches,
  bytes,
  timeoutMs,
  tracker,
}: Exchange): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-'));
  const children: ChildProcess[] = [];
  let server: RunningTracker | undefined;
  try {
    const content = randomBytes(bytes);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const torrent = join(folder, 'file.torrent');
    const source = join(folder, NAME);
    await writeFile(source, content);
    // The trackers are not in the info dictionary: its hash is known before their URLs.
    const draft = await makeTorrent(source, { trackers: [], pieceBytes: PIECE_BYTES });
    const { infoHash } = await parseTorrentFile(draft, 'draft');
    server = await (tracker ?? ourTracker)(Buffer.from(infoHash).toString('hex'));
    const trackers = [server.url];
    await writeFile(torrent, await makeTorrent(source, { trackers, pieceBytes: PIECE_BYTES }));

    const all = [...seeds, ...leeches];
    const launches = await Promise.all(
      all.map(async (program, i): Promise<LaunchOptions> => {
        const own = join(folder, `${i}-${program.name}`);
        const scratch = join(own, 'scratch');
        await mkdir(scratch, { recursive: true });
        if (i < seeds.length) await writeFile(join(own, NAME), content);
        return { folder: own, torrent, host: HOST, port: await freePort(), scratch };
      }),
    );
    for (const [i, seed] of seeds.entries()) children.push(seed.seed(launches[i]!));
    await sleep(SEED_START_MS);
    const startMs = performance.now();
    for (const [i, leech] of leeches.entries()) {
      children.push(leech.leech(launches[seeds.length + i]!));
    }
    for (const [i, { folder: own }] of launches.slice(seeds.length).entries()) {
      const file = { path: join(own, NAME), sha256, bytes };
      await fileComplete(file, startMs + timeoutMs, leeches[i]!.name);
    }
    return { seconds: (performance.now() - startMs) / 1_000, sha256 };
  } finally {
    await Promise.all(children.map(endProcess));
    await server?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ourTracker: StartTracker = async () => {
  const server = new TrackerServer({
    host: HOST,
    port: 0,
    intervalS: 10,
    minPeers: 1,
    election: undefined,
    selection: () => uniformSelection(50),
    asnOf: () => undefined,
    random: seededRandom('interop'),
  });
  return { url: await server.start(), stop: () => server.stop() };
};

/** Resolves when a file is complete and right. */
async function fileComplete(
  { path, sha256, bytes }: { path: string; sha256: string; bytes: number },
  deadlineMs: number,
  program: string,
): Promise<void> {
  for (;;) {
    if (existsSync(path) && statSync(path).size === bytes) {
      const { blocks } = statSync(path);
      // A file with holes is not complete, and hashing it would slow the program down.
      if (blocks * 512 >= bytes && (await sha256Of(path)) === sha256) return;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`${program} does not have the file in time`);
    }
    await sleep(bytes > 2 ** 26 ? 1_000 : 100);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const isLate = await Promise.race([ended.then(() => false), sleep(3_000, true)]);
  if (isLate) child.kill('SIGKILL');
  await ended;
}
