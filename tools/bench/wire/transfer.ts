/**
 * Transfers a file over loopback from one client to another: bytes per second, with hash checks
 * and disk, and the CPU time of both sides. For comparison, the rates of the components alone:
 * hashing, disk, and two bare sockets.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { hash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, makeTorrent, parseTorrentFile, type Torrent } from '@cachetorrent/client';

import { withTemporaryFolder } from '../../files.ts';
import { bareBytesPerS } from './bare-sockets.ts';
import type { SeedReport } from './seed-process.ts';

const MIB = 2 ** 20;
const HOST = '127.0.0.1';
const SEED = fileURLToPath(new URL('./seed-process.ts', import.meta.url));
const PIECE_BYTES = 2 ** 18;

export interface Transfer {
  readonly bytes: number;
  readonly seconds: number;
  /** CPU time of each side: all threads, user and system. */
  readonly leechCpuSeconds: number;
  readonly seedCpuSeconds: number;
}

export interface ComponentRates {
  readonly hashBytesPerS: number;
  readonly diskBytesPerS: number;
  readonly socketBytesPerS: number;
}

export async function transfer(mib: number): Promise<Transfer> {
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, 'file');
    await writeRandomFile(path, mib);
    const torrentFile = await makeTorrent(path, { trackers: [], pieceBytes: PIECE_BYTES });
    return await transferBetween(folder, torrentFile, await parseTorrentFile(torrentFile, 'file'));
  });
}

export async function componentRates(mib: number): Promise<ComponentRates> {
  return withTemporaryFolder(async (folder) => {
    const startMs = performance.now();
    await writeRandomFile(join(folder, 'file'), mib);
    const diskBytesPerS = perSecond(mib * MIB, startMs);
    return {
      hashBytesPerS: hashRate(mib),
      diskBytesPerS,
      socketBytesPerS: await bareBytesPerS(mib * MIB),
    };
  });
}

async function transferBetween(
  folder: string,
  torrentFile: Uint8Array,
  torrent: Torrent,
): Promise<Transfer> {
  const seed = fork(SEED, [folder], { serialization: 'advanced' });
  seed.send(torrentFile);
  const port = await nextMessage<number>(seed);
  const out = join(folder, 'out');
  await mkdir(out);
  const leech = new Client({ torrent, folder: out, host: HOST });
  await leech.start();
  const before = process.cpuUsage();
  const startMs = performance.now();
  leech.connectTo({ host: HOST, port });
  await leech.completed;
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(before);
  await leech.stop();
  seed.send('stop');
  const { cpuSeconds } = await nextMessage<SeedReport>(seed);
  return {
    bytes: torrent.layout.totalBytes,
    seconds,
    leechCpuSeconds: (user + system) / 1e6,
    seedCpuSeconds: cpuSeconds,
  };
}

async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}

/** Writes a file of random bytes. */
async function writeRandomFile(path: string, mib: number): Promise<void> {
  const chunk = randomFillSync(new Uint8Array(MIB));
  const file = await open(path, 'w');
  for (let i = 0; i < mib; i++) {
    // Makes every piece different.
    new DataView(chunk.buffer).setUint32(0, i);
    await file.write(chunk);
  }
  await file.close();
}

/** Returns the rate of hashing pieces, in bytes per second. */
function hashRate(mib: number): number {
  const piece = randomFillSync(new Uint8Array(PIECE_BYTES));
  const startMs = performance.now();
  for (let i = 0; i < (mib * MIB) / PIECE_BYTES; i++) hash('sha1', piece, 'buffer');
  return perSecond(mib * MIB, startMs);
}

function perSecond(bytes: number, startMs: number): number {
  return bytes / ((performance.now() - startMs) / 1_000);
}
