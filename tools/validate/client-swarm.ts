/**
 * Runs a swarm of our own clients in this process, on loopback addresses, and measures it. With
 * leaders, a tracker names the neighbours and holds the elections; without, there is no tracker,
 * and all are peers of plain BitTorrent.
 *
 * The first line of stdin describes the swarm (`descriptionOf` in real-swarm.ts), and the only line
 * on stdout says what happened (`REPORT` there), as for `libtorrent_swarm.py`. The process ends at
 * once when stdin is closed, and removes its folder, so it never outlives its parent.
 */

import { rmSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import {
  Client,
  ClientError,
  makeTorrent,
  parseTorrentFile,
  type Torrent,
  TrackerServer,
} from '@cachetorrent/client';
import { seededRandom } from '@cachetorrent/std';

import { MachineMeter } from './machine-load.ts';
import type { Report, SwarmDescription } from './real-swarm.ts';
import { observeSockets, SentTraffic } from './socket-observer.ts';

/** The port of all. Who has it at the first address of a network of loopback owns the network. */
const PORT = 6881;
const NETWORKS = { from: 16, to: 249 } as const;
const SUBNETS = 250;
const FIRST_ASN = 64_512;
/** Longer than a run: nobody has to announce itself again. */
const INTERVAL_S = 3_600;
const START_LIMIT_MS = 30_000;
const STEP_MS = 100;
const STEPS_PER_SAMPLE = 10;

// Ctrl-C reaches all processes of the terminal; our parent decides what to do about it.
process.on('SIGINT', () => {});
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const swarm = JSON.parse(line) as SwarmDescription;
  lines.once('close', () => {
    // A parent that was killed cannot remove it.
    rmSync(swarm.folder, { recursive: true, force: true });
    process.exit(1);
  });
  setPriority(getPriority() + swarm.nice);
  void run(swarm).then((report) => {
    process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
  });
});

/** What happens at the tracker. */
interface TrackerEvents {
  /** A peer has announced itself for the first time. */
  registered: () => void;
  /** The election is over, and a peer learns its role. */
  elected: () => void;
}

async function run(swarm: SwarmDescription): Promise<Report> {
  const { peers, fileBytes, pieceBytes } = swarm;
  const events: TrackerEvents = { registered: () => {}, elected: () => {} };
  const { url, network } = await startTracker(swarm, events);
  const torrent = await makeContent(swarm, swarm.leaderPercent === undefined ? [] : [url]);
  const traffic = new SentTraffic(peers.length, Math.ceil(fileBytes / pieceBytes));
  observeSockets(traffic, indexOf);
  const errors: Record<string, number> = {};
  const clients = peers.map((peer, index) => {
    const { isSeed, uploadBytesPerS, downloadBytesPerS } = peer;
    return new Client({
      torrent,
      folder: join(swarm.folder, String(index)),
      isSeed,
      host: addressOf(network, index),
      port: PORT,
      uploadSlots: swarm.slots - swarm.optimisticSlots,
      optimisticSlots: swarm.optimisticSlots,
      uploadBytesPerS,
      candidacy: { uploadBytesPerS, downloadBytesPerS },
      onWarning: (warning) => {
        const kind = warning.replaceAll(/127\.\d+\.\d+\.\d+(:\d+)?/g, 'a peer');
        errors[kind] = (errors[kind] ?? 0) + 1;
      },
    });
  });

  const machine = new MachineMeter();
  const startMs = await start(swarm, clients, network, events);
  const nowS = (): number => (performance.now() - startMs) / 1_000;
  const completedS: (number | null)[] = peers.map(({ isSeed }) => (isSeed ? 0 : null));
  clients.forEach((client, index) => {
    void client.completed.then(() => void (completedS[index] ??= nowS()));
  });
  const sent: [number, number[]][] = [];
  for (let step = 1; completedS.includes(null) && nowS() < swarm.limitS; step++) {
    await setTimeout(STEP_MS);
    if (step % STEPS_PER_SAMPLE === 0) sent.push([nowS(), [...traffic.sentBytes]]);
  }
  const durationS = nowS();
  sent.push([durationS, [...traffic.sentBytes]]);
  return {
    version: 'CacheTorrent',
    durationS,
    completedS,
    sent,
    pairs: pairsOf(traffic),
    messages: traffic.messages,
    wastedBytes: clients.reduce((sum, { status }) => sum + status.wastedBytes, 0),
    sentBytes: traffic.allBytes,
    disconnections: {},
    errors,
    machine: machine.stop(),
    roles: clients.map(({ status }) => status.role),
    imports: importsOf(swarm, traffic),
  };
}

/** Starts a tracker in a network that is free. */
async function startTracker(
  { peers, leaderPercent, seed }: SwarmDescription,
  events: TrackerEvents,
): Promise<{ readonly url: string; readonly network: number }> {
  for (let network: number = NETWORKS.from; network <= NETWORKS.to; network++) {
    const tracker = new TrackerServer({
      host: `127.${network}.0.1`,
      port: PORT,
      intervalS: INTERVAL_S,
      minPeers: peers.length,
      election: leaderPercent === undefined ? undefined : { leaderPercent },
      selection: () => ({
        // Peers register in order, so the tracker's numbers, from 1, are those of the simulation.
        select: (id) => {
          events.elected();
          return peers[id - 1]!.neighbours.map((index) => (index + 1) as typeof id);
        },
      }),
      asnOf: (host) => {
        events.registered();
        return FIRST_ASN + peers[indexOf(host)!]!.as;
      },
      random: seededRandom('tracker', seed),
    });
    try {
      return { url: await tracker.start(), network };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
  }
  throw new Error('all loopback networks are in use');
}

/** Makes the folders of all peers, the content in that of the seed, and its torrent. */
async function makeContent(
  { peers, folder, fileBytes, pieceBytes, seed }: SwarmDescription,
  trackers: readonly string[],
): Promise<Torrent> {
  const random = seededRandom('content', seed);
  const words = Uint32Array.from({ length: Math.ceil(fileBytes / 4) }, () => random.below(2 ** 32));
  const file = join(folder, 'file');
  await writeFile(file, new Uint8Array(words.buffer, 0, fileBytes));
  for (const [index, { isSeed }] of peers.entries()) {
    await mkdir(join(folder, String(index)));
    if (isSeed) await link(file, join(folder, String(index), 'file'));
  }
  return parseTorrentFile(await makeTorrent(file, { trackers, pieceBytes }), 'file.torrent');
}

/** Starts all clients, and returns when the first of them knew its neighbours and its role. */
async function start(
  { peers, leaderPercent }: SwarmDescription,
  clients: readonly Client[],
  network: number,
  events: TrackerEvents,
): Promise<number> {
  const isLate = setTimeout(START_LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error('the clients have not started');
  });
  isLate.catch(() => {});
  const elected = new Promise<number>((resolve) => {
    events.elected = () => resolve(performance.now());
  });
  for (const client of clients) {
    const registered = new Promise<void>((resolve) => {
      events.registered = resolve;
    });
    await client.start();
    // One after the other, so that the tracker numbers them in this order.
    if (leaderPercent !== undefined) await Promise.race([registered, isLate]);
  }
  if (leaderPercent !== undefined) return Promise.race([elected, isLate]);
  for (const [index, { neighbours }] of peers.entries()) {
    for (const to of neighbours) {
      clients[index]!.connectTo({ host: addressOf(network, to), port: PORT });
    }
  }
  return performance.now();
}

function pairsOf({ pieceBytes }: SentTraffic): [number, number, number][] {
  return pieceBytes.flatMap((row, from) =>
    row.flatMap((pieces, to): [number, number, number][] => {
      const bytes = pieces.reduce((sum, each) => sum + each, 0);
      return bytes === 0 ? [] : [[from, to, bytes]];
    }),
  );
}

/** For each AS and piece, the bytes that peers of the AS have received from other AS. */
function importsOf({ peers }: SwarmDescription, { pieceBytes }: SentTraffic): number[][] {
  const pieces = pieceBytes[0]![0]!.length;
  const asCount = 1 + Math.max(...peers.map((peer) => peer.as));
  const imports = Array.from({ length: asCount }, () => Array.from({ length: pieces }, () => 0));
  pieceBytes.forEach((row, from) =>
    row.forEach((ofPieces, to) => {
      const { as } = peers[to]!;
      if (as === peers[from]!.as) return;
      ofPieces.forEach((bytes, piece) => (imports[as]![piece]! += bytes));
    }),
  );
  return imports;
}

/** Each in a /24 of its own: peers of the same one are allowed the same pieces (BEP 6). */
function addressOf(network: number, index: number): string {
  return `127.${network}.${1 + (index % SUBNETS)}.${1 + Math.floor(index / SUBNETS)}`;
}

/** The peer at an address; undefined if there is none, as at that of the tracker. */
function indexOf(host: string): number | undefined {
  const [, , subnet = 0, place = 0] = host.split('.').map(Number);
  return subnet === 0 ? undefined : SUBNETS * (place - 1) + subnet - 1;
}
