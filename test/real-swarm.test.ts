/**
 * Compares CacheTorrent on real sockets with the simulator: two groups of peers on loopback
 * addresses, which the tracker assigns to two autonomous systems. The inter-AS traffic, counted at
 * the sockets with all messages, is that of the same swarm in the simulator.
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
import { CLIENT_QUIRKS, LIBTORRENT } from '@cachetorrent/protocol';
import { simulate, type Swarm } from '@cachetorrent/simulator';
import { seededRandom } from '@cachetorrent/std';
import { uniformSelection } from '@cachetorrent/tracker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PEERS_PER_AS = 8;
const PEERS = 2 * PEERS_PER_AS + 1;
const NEIGHBOURS = 6;
const PIECES = 64;
const PIECE_BYTES = 2 ** 16;
const FILE_BYTES = PIECES * PIECE_BYTES;
const UPLOAD_BYTES_PER_S = 2_000_000;
/** The upload capacity of the seed, and the download capacity of a peer, in upload capacities. */
const SEED_FACTOR = 3;
const DOWNLOAD_FACTOR = 10;
const UPLOAD_SLOTS = 7;
const OPTIMISTIC_SLOTS = 1;
const BACKLOG = 16;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the inter-AS traffic, in copies of the file', () => {
  test('is one copy with one leader in each AS, on sockets and simulated', async () => {
    const [simulated] = await simulatedCopies(10, 1);
    expect(simulated).toBeCloseTo(1, 1);
    expect(Math.abs((await measuredCopies(10)) / simulated! - 1)).toBeLessThan(0.15);
  }, 90_000);

  test('is several copies when all peers lead, which is BitTorrent', async () => {
    // The neighbours are random, and with them the traffic: a single run is not a measure.
    const simulated = await simulatedCopies(100, 5);
    const measured = await measuredCopies(100);
    for (const copies of [measured, ...simulated]) expect(copies).toBeGreaterThan(4);
    expect(measured).toBeGreaterThan(0.7 * Math.min(...simulated));
    expect(measured).toBeLessThan(1.3 * Math.max(...simulated));
  }, 90_000);
});

/**
 * The local and remote address of each socket that this process opens or accepts, observed
 * independently of the client.
 */
const sockets = new Map<Socket, readonly (string | undefined)[]>();
const [OPENED, ACCEPTED] = ['net.client.socket', 'net.server.socket'];
const CHANNELS = [OPENED, ACCEPTED];
const record = (message: unknown, channel: string | symbol): void => {
  const { socket } = message as { socket: Socket };
  const add = (): void => {
    sockets.set(socket, [socket.localAddress, socket.remoteAddress]);
  };
  if (channel === OPENED) socket.once('connect', add);
  else add();
};
beforeEach(() => {
  sockets.clear();
  for (const channel of CHANNELS) subscribe(channel, record);
});
afterEach(() => {
  for (const channel of CHANNELS) unsubscribe(channel, record);
});

/** Returns the bytes received from the other AS: from 127.1 in 127.2, and vice versa. */
function interAsBytes(): number {
  let bytes = 0;
  for (const [socket, addresses] of sockets) {
    const [local, remote] = addresses.map((address) => /^127\.([12])\./.exec(address ?? '')?.[1]);
    if (local !== undefined && remote !== undefined && local !== remote) bytes += socket.bytesRead;
  }
  return bytes;
}

/** Runs a swarm of real clients, and returns its inter-AS traffic in copies of the file. */
async function measuredCopies(leaderPercent: number): Promise<number> {
  const table = PrefixTable.parse('127.1.0.0/16 64512\n127.2.0.0/16 64513', 'prefixes');
  const tracker = new TrackerServer({
    host: '127.0.0.1',
    port: 0,
    intervalS: 30,
    minPeers: PEERS,
    election: { leaderPercent },
    selection: () => uniformSelection(NEIGHBOURS),
    asnOf: (host) => table.asnOf(host),
    random: seededRandom('real swarm', leaderPercent),
  });
  const seed = join(folder, 'seed');
  await mkdir(seed);
  await writeFile(join(seed, 'file'), randomBytes(FILE_BYTES));
  const bytes = await makeTorrent(join(seed, 'file'), {
    trackers: [await tracker.start()],
    pieceBytes: PIECE_BYTES,
  });
  const torrent = await parseTorrentFile(bytes, 'file.torrent');

  const clients: Client[] = [];
  for (let i = 0; i < PEERS; i++) {
    const isSeed = i === 0;
    const own = isSeed ? seed : join(folder, `${i}`);
    await mkdir(own, { recursive: true });
    clients.push(
      new Client({
        torrent,
        folder: own,
        isSeed,
        host: `127.${1 + (i % 2)}.0.${i + 1}`,
        uploadSlots: UPLOAD_SLOTS,
        optimisticSlots: OPTIMISTIC_SLOTS,
        uploadBytesPerS: isSeed ? SEED_FACTOR * UPLOAD_BYTES_PER_S : UPLOAD_BYTES_PER_S,
        candidacy: {
          uploadBytesPerS: UPLOAD_BYTES_PER_S,
          downloadBytesPerS: DOWNLOAD_FACTOR * UPLOAD_BYTES_PER_S,
        },
      }),
    );
  }
  try {
    await Promise.all(clients.map((client) => client.start()));
    await Promise.all(clients.map((client) => client.completed));
    const asns = new Set(clients.map(({ status }) => status.asn));
    expect(asns).toEqual(new Set([64_512, 64_513]));
    const interAs = interAsBytes();
    // The clients count the blocks only; the sockets count all messages.
    const imported = clients.reduce((sum, { status }) => sum + status.importedBytes, 0);
    expect(interAs).toBeGreaterThan(imported);
    expect(interAs).toBeLessThan(1.05 * imported);
    return interAs / FILE_BYTES;
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await tracker.stop();
  }
}

/** Returns the same of `runs` simulated swarms in which both AS have the same number of peers. */
async function simulatedCopies(leaderPercent: number, runs: number): Promise<number[]> {
  const kbps = (UPLOAD_BYTES_PER_S * 8) / 1_000;
  const swarm: Swarm = {
    neighbours: NEIGHBOURS,
    minPeers: PEERS,
    seeds: 1,
    pieces: PIECES,
    pieceBits: PIECE_BYTES * 8,
    uploadSlots: UPLOAD_SLOTS,
    optimisticSlots: OPTIMISTIC_SLOTS,
    rechokeIntervalMs: 10_000,
    backlog: BACKLOG,
    choker: 'tit-for-tat',
    seedChoker: 'round-robin',
    allocationIntervalMs: 100,
    arrivalGapMs: 1,
    arrivalOrder: 'listed',
    classes: [
      {
        name: 'seed',
        count: 1,
        uploadKbps: SEED_FACTOR * kbps,
        downloadKbps: DOWNLOAD_FACTOR * kbps,
      },
      { name: 'peer', count: PEERS - 1, uploadKbps: kbps, downloadKbps: DOWNLOAD_FACTOR * kbps },
    ],
    topology: { transitDomains: 1, transitDomainSize: 4, stubDomains: 2, stubDomainSize: 20 },
    latency: { model: 'fixed', fixedMs: 1 },
    // As our client does (`CLIENT_OPTIONS`).
    client: { ...LIBTORRENT, endgameCancels: true, requestTimeoutMs: 60_000 },
    quirks: CLIENT_QUIRKS,
    leaderPercent,
    requestPriority: 'within-rarity',
    subTorrents: 1,
  };
  const copies: number[] = [];
  for (let seed = 1; copies.length < runs; seed++) {
    const { result } = await simulate(swarm, { seed, workers: 1 });
    const inFirst = result.peers.as.filter((asId) => asId === 0).length;
    if (Math.abs(2 * inFirst - PEERS) !== 1) continue;
    const [, toSecond, toFirst] = result.trafficBits;
    copies.push((toSecond! + toFirst!) / (8 * FILE_BYTES));
  }
  return copies;
}
