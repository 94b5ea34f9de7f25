/**
 * A file over loopback, from one client to one: bytes per second, hash checks and disk included,
 * and the processor time of both sides. Beside it what the same machine does with the parts: a
 * hash, a disk, and two bare sockets, so that one sees what the limit is.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { hash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, makeTorrent, parseTorrentFile, type Torrent } from '@cachetorrent/client';

import { bareBytesPerS } from './bare-sockets.ts';
import type { SeedReport } from './seed-process.ts';

const MIB = 2 ** 20;
const HOST = '127.0.0.1';
const SEED = fileURLToPath(new URL('./seed-process.ts', import.meta.url));
const PIECE_BYTES = 2 ** 18;

export interface Transfer {
  readonly bytes: number;
  readonly seconds: number;
  /** Processor time of each side, all threads, user and system. */
  readonly leechCpuSeconds: number;
  readonly seedCpuSeconds: number;
}

export interface Floors {
  readonly hashBytesPerS: number;
  readonly diskBytesPerS: number;
  readonly socketBytesPerS: number;
}

export async function transfer(mib: number): Promise<Transfer> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-wire-'));
  try {
    const path = join(folder, 'file');
    await fill(path, mib);
    const made = await makeTorrent(path, { trackers: [], pieceBytes: PIECE_BYTES });
    return await between(folder, made, await parseTorrentFile(made, 'file'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function floors(mib: number): Promise<Floors> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-wire-'));
  try {
    const startMs = performance.now();
    await fill(join(folder, 'file'), mib);
    const diskBytesPerS = perSecond(mib * MIB, startMs);
    return {
      hashBytesPerS: hashed(mib),
      diskBytesPerS,
      socketBytesPerS: await bareBytesPerS(mib * MIB),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function between(folder: string, made: Uint8Array, torrent: Torrent): Promise<Transfer> {
  const seed = fork(SEED, [folder], { serialization: 'advanced' });
  seed.send(made);
  const port = await answer<number>(seed);
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
  const { cpuSeconds } = await answer<SeedReport>(seed);
  return {
    bytes: torrent.layout.totalBytes,
    seconds,
    leechCpuSeconds: (user + system) / 1e6,
    seedCpuSeconds: cpuSeconds,
  };
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}

/** A file that does not compress. */
async function fill(path: string, mib: number): Promise<void> {
  const block = randomFillSync(new Uint8Array(MIB));
  const file = await open(path, 'w');
  for (let i = 0; i < mib; i++) {
    // No two pieces are the same.
    new DataView(block.buffer).setUint32(0, i);
    await file.write(block);
  }
  await file.close();
}

function hashed(mib: number): number {
  const piece = randomFillSync(new Uint8Array(PIECE_BYTES));
  const startMs = performance.now();
  for (let i = 0; i < (mib * MIB) / PIECE_BYTES; i++) hash('sha1', piece, 'buffer');
  return perSecond(mib * MIB, startMs);
}

function perSecond(bytes: number, startMs: number): number {
  return bytes / ((performance.now() - startMs) / 1_000);
}
