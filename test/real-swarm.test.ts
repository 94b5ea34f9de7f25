/**
 * CacheTorrent on real sockets against the simulator: two groups of peers on loopback addresses
 * that the tracker takes for two autonomous systems. What crosses between them, counted at the
 * sockets with everything that is said beside the pieces, is what the simulator says of the same
 * swarm.
 */

import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  makeTorrent,
  parseTorrentFile,
  PrefixTable,
  TrackerServer,
} from '@cachetorrent/client';
import { CLIENT_QUIRKS } from '@cachetorrent/protocol';
import { simulate, type Swarm } from '@cachetorrent/simulator';
import { seededRandom } from '@cachetorrent/std';
import { uniformSelection } from '@cachetorrent/tracker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PEERS_PER_SYSTEM = 8;
const PEERS = 2 * PEERS_PER_SYSTEM + 1;
const NEIGHBOURS = 6;
const PIECES = 64;
const PIECE_BYTES = 2 ** 16;
const FILE_BYTES = PIECES * PIECE_BYTES;
const UPLOAD_BYTES_PER_S = 2_000_000;
const SEED_TIMES = 3;
const DOWNLOAD_TIMES = 10;
const UPLOADS = 7;
const OPTIMISTICS = 1;
const BACKLOG = 16;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what crosses between two systems, in copies of the file', () => {
  test('with one leader in each, is one copy, on sockets and simulated', async () => {
    const [simulated] = await simulatedCrossings(10, 1);
    expect(simulated).toBeCloseTo(1, 1);
    expect(Math.abs((await crossing(10)) / simulated! - 1)).toBeLessThan(0.15);
  }, 90_000);

  test('where everybody leads, which is BitTorrent, is several times as much', async () => {
    // Chance decides who is whose neighbour, and with it how much crosses: one run is no measure.
    const simulated = await simulatedCrossings(100, 5);
    const real = await crossing(100);
    for (const copies of [real, ...simulated]) expect(copies).toBeGreaterThan(4);
    expect(real).toBeGreaterThan(0.7 * Math.min(...simulated));
    expect(real).toBeLessThan(1.3 * Math.max(...simulated));
  }, 90_000);
});

/** Every socket that this process opens or accepts, seen without asking the client; its ends. */
const sockets = new Map<Socket, readonly (string | undefined)[]>();
const [DIALLED, ACCEPTED] = ['net.client.socket', 'net.server.socket'];
const CHANNELS = [DIALLED, ACCEPTED];
const see = (message: unknown, channel: string | symbol): void => {
  const { socket } = message as { socket: Socket };
  const keep = (): void => {
    sockets.set(socket, [socket.localAddress, socket.remoteAddress]);
  };
  if (channel === DIALLED) socket.once('connect', keep);
  else keep();
};
beforeEach(() => {
  sockets.clear();
  for (const channel of CHANNELS) subscribe(channel, see);
});
afterEach(() => {
  for (const channel of CHANNELS) unsubscribe(channel, see);
});

/** Bytes that came in over the border: from 127.1 into 127.2, or back. */
function crossedBytes(): number {
  let bytes = 0;
  for (const [socket, ends] of sockets) {
    const [here, there] = ends.map((address) => /^127\.([12])\./.exec(address ?? '')?.[1]);
    if (here !== undefined && there !== undefined && here !== there) bytes += socket.bytesRead;
  }
  return bytes;
}

async function crossing(leaderPercent: number): Promise<number> {
  const table = PrefixTable.parse('127.1.0.0/16 64512\n127.2.0.0/16 64513', 'systems');
  const tracker = new TrackerServer({
    host: '127.0.0.1',
    port: 0,
    intervalS: 30,
    minPeers: PEERS,
    leaderPercent,
    selection: uniformSelection(NEIGHBOURS),
    systemOf: (host) => table.systemOf(host),
    random: seededRandom('real swarm', leaderPercent),
  });
  const seed = join(folder, 'seed');
  await mkdir(seed);
  await writeFile(join(seed, 'file'), randomBytes(FILE_BYTES));
  const made = await makeTorrent(join(seed, 'file'), {
    trackers: [await tracker.start()],
    pieceBytes: PIECE_BYTES,
  });
  const torrent = await parseTorrentFile(made, 'file.torrent');

  const clients: Client[] = [];
  for (let i = 0; i < PEERS; i++) {
    const isSeed = i === 0;
    const home = isSeed ? seed : join(folder, `${i}`);
    await mkdir(home, { recursive: true });
    clients.push(
      new Client({
        torrent,
        folder: home,
        isSeed,
        host: `127.${1 + (i % 2)}.0.${i + 1}`,
        uploads: UPLOADS,
        optimistics: OPTIMISTICS,
        uploadBytesPerS: isSeed ? SEED_TIMES * UPLOAD_BYTES_PER_S : UPLOAD_BYTES_PER_S,
        candidacy: {
          uploadBytesPerS: UPLOAD_BYTES_PER_S,
          downloadBytesPerS: DOWNLOAD_TIMES * UPLOAD_BYTES_PER_S,
        },
      }),
    );
  }
  try {
    await Promise.all(clients.map((client) => client.start()));
    await Promise.all(clients.map((client) => client.completed));
    const systems = new Set(clients.map(({ status }) => status.system));
    expect(systems).toEqual(new Set([64_512, 64_513]));
    const crossed = crossedBytes();
    // What clients say of themselves is what was carried, but for what is said beside the pieces.
    const imported = clients.reduce((sum, { status }) => sum + status.importedBytes, 0);
    expect(crossed).toBeGreaterThan(imported);
    expect(crossed).toBeLessThan(1.05 * imported);
    return crossed / FILE_BYTES;
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await tracker.stop();
  }
}

/** The same of as many simulated swarms whose peers chance has split evenly. */
async function simulatedCrossings(leaderPercent: number, runs: number): Promise<number[]> {
  const kbps = (UPLOAD_BYTES_PER_S * 8) / 1_000;
  const swarm: Swarm = {
    neighbours: NEIGHBOURS,
    minPeers: PEERS,
    seeds: 1,
    pieces: PIECES,
    pieceBits: PIECE_BYTES * 8,
    uploadSlots: UPLOADS,
    optimisticSlots: OPTIMISTICS,
    rechokeIntervalMs: 10_000,
    backlog: BACKLOG,
    choker: 'tit-for-tat',
    seedChoker: 'round-robin',
    allocationIntervalMs: 100,
    arrivalGapMs: 1,
    capacities: [
      { count: 1, uploadKbps: kbps, downloadKbps: kbps },
      { count: 1, uploadKbps: SEED_TIMES * kbps, downloadKbps: DOWNLOAD_TIMES * kbps },
      { count: PEERS - 1, uploadKbps: kbps, downloadKbps: DOWNLOAD_TIMES * kbps },
    ],
    topology: { transitDomains: 1, transitDomainSize: 4, stubDomains: 2, stubDomainSize: 20 },
    latency: { model: 'fixed', fixedMs: 1 },
    quirks: CLIENT_QUIRKS,
    leaderPercent,
    requestPriority: 'within-rarity',
    subTorrents: 1,
  };
  const copies: number[] = [];
  for (let seed = 1; copies.length < runs; seed++) {
    const { result } = await simulate(swarm, { seed, workers: 1 });
    const inFirst = result.peers.as.filter((system) => system === 0).length;
    if (Math.abs(2 * inFirst - PEERS) !== 1) continue;
    const [, toSecond, toFirst] = result.trafficBits;
    copies.push((toSecond! + toFirst!) / (8 * FILE_BYTES));
  }
  return copies;
}
