/**
 * One exchange: a seed and some leechers, all different programs perhaps, and a tracker, on the
 * loopback interface; over when every leecher has the file.
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
import type { Program, Station } from './program.ts';

/** Starts a tracker for the torrent with this info hash, in hexadecimal. */
export type StartTracker = (infoHash: string) => Promise<RunningTracker>;

export interface RunningTracker {
  /** What to announce to. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface Exchange {
  readonly seeds: readonly Program[];
  readonly leeches: readonly Program[];
  readonly bytes: number;
  readonly timeoutMs: number;
  /** Another tracker than ours. */
  readonly tracker?: StartTracker;
}

export interface Outcome {
  /** From the start of the last program. */
  readonly seconds: number;
  /** SHA-256 of what was seeded; every leecher's file has it. */
  readonly sha256: string;
}

const HOST = '127.0.0.1';
const NAME = 'file.bin';
const PIECE_BYTES = 2 ** 18;
/** Time for a program to listen and to announce itself. */
const SETTLE_MS = 1_500;

/** Throws where a leecher does not get the file in time, or gets another one. */
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
    // The trackers stand outside the info dictionary, so that its hash is known before theirs are.
    const draft = await makeTorrent(source, { trackers: [], pieceBytes: PIECE_BYTES });
    const { infoHash } = await parseTorrentFile(draft, 'draft');
    server = await (tracker ?? ourTracker)(Buffer.from(infoHash).toString('hex'));
    const trackers = [server.url];
    await writeFile(torrent, await makeTorrent(source, { trackers, pieceBytes: PIECE_BYTES }));

    const all = [...seeds, ...leeches];
    const stations = await Promise.all(
      all.map(async (program, i): Promise<Station> => {
        const own = join(folder, `${i}-${program.name}`);
        const scratch = join(own, 'scratch');
        await mkdir(scratch, { recursive: true });
        if (i < seeds.length) await writeFile(join(own, NAME), content);
        return { folder: own, torrent, host: HOST, port: await freePort(), scratch };
      }),
    );
    for (const [i, seed] of seeds.entries()) children.push(seed.seed(stations[i]!));
    await sleep(SETTLE_MS);
    const startMs = performance.now();
    for (const [i, leech] of leeches.entries()) {
      children.push(leech.leech(stations[seeds.length + i]!));
    }
    for (const [i, station] of stations.slice(seeds.length).entries()) {
      await arrival(
        join(station.folder, NAME),
        sha256,
        bytes,
        startMs + timeoutMs,
        leeches[i]!.name,
      );
    }
    return { seconds: (performance.now() - startMs) / 1_000, sha256 };
  } finally {
    await Promise.all(children.map(end));
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
    leaderPercent: undefined,
    selection: uniformSelection(50),
    systemOf: () => undefined,
    random: seededRandom('interop'),
  });
  return { url: await server.start(), stop: () => server.stop() };
};

/** Returns when the file is there, whole and right. */
async function arrival(
  path: string,
  sha256: string,
  bytes: number,
  deadlineMs: number,
  name: string,
): Promise<void> {
  let atMs = 0;
  for (;;) {
    if (existsSync(path) && statSync(path).size === bytes) {
      const { blocks } = statSync(path);
      // Files with holes are not whole, and looking at them takes time from who fills them.
      if (blocks * 512 >= bytes && (await sha256Of(path)) === sha256) return;
    }
    atMs = performance.now();
    if (atMs > deadlineMs) throw new Error(`${name} does not have the file in time`);
    await sleep(bytes > 2 ** 26 ? 1_000 : 100);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const isLate = await Promise.race([ended.then(() => false), sleep(3_000, true)]);
  if (isLate) child.kill('SIGKILL');
  await ended;
}
