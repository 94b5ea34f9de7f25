/** Runs a swarm of real clients: libtorrent sessions in a process of their own. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { z } from 'zod';

import { inRepository } from '../files.ts';
import { type Borders, exchangedBytes, type ObservedRun, SEED_CLASS } from './observed-run.ts';
import { CLIENT, type RealClient } from './scenarios.ts';
import type { SwarmPeer } from './simulated-swarm.ts';

/** The Python of Debian has the package `python3-libtorrent`; others in the path may not. */
const PYTHON = '/usr/bin/python3';
const LIBTORRENT_PROGRAM = 'tools/validate/libtorrent_swarm.py';
const OWN_PROGRAM = 'tools/validate/client-swarm.ts';
/** Files in memory: the disk would be one more thing that distorts a run. */
const MEMORY = '/dev/shm';
/** With this the folders of all swarms of this process begin. */
export const FOLDER_PREFIX: string = `cachetorrent-${process.pid}-`;

export interface RealSwarm {
  readonly client: RealClient;
  readonly peers: readonly SwarmPeer[];
  readonly fileBytes: number;
  readonly pieceBytes: number;
  /** Random seed of the content. */
  readonly seed: number;
  /** The run ends after this time, complete or not. */
  readonly limitS: number;
  /** By how much other processes go first, 0 to 19. */
  readonly nice: number;
  /** Settings of libtorrent besides those that the comparison needs. */
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  /** The percentage of the peers of an AS that lead it; absent for plain BitTorrent. */
  readonly leaderPercent?: number;
  /** Leechers leave when they are complete. */
  readonly leaves?: true;
}

/** How much a run may have been distorted by the machine that it ran on. */
export interface MachineLoad {
  /** How many cores the process has used, on average. */
  readonly cpuCores: number;
  /** How many of its threads were ready to run and had no core, on average. */
  readonly waitingThreads: number;
  /** By how much a thread that wakes ten times a second has woken too late. */
  readonly delayMedianMs: number;
  readonly delayP95Ms: number;
  /** The load of the machine at the end, and its cores. */
  readonly load: number;
  readonly cores: number;
}

export interface RealRun extends ObservedRun {
  readonly version: string;
  readonly durationS: number;
  readonly machine: MachineLoad;
  /** The share of its upload capacity that the seed used until half of the leechers completed. */
  readonly seedUtilisation: number;
  /** The most that a peer sent in 30 seconds, as a multiple of its limit. */
  readonly limitRatio: number;
  /** Messages that the simulation does not have, sent by all peers. */
  readonly otherMessages: Readonly<Record<string, number>>;
  /** The bytes of messages other than pieces, for each byte of pieces. */
  readonly overhead: number;
  /** How often a connection ended, by reason, counted at both ends. */
  readonly disconnections: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

const counts = z.record(z.string(), z.number());
const REPORT = z.strictObject({
  version: z.string(),
  durationS: z.number(),
  completedS: z.array(z.number().nullable()),
  /** The time of each sample, and the bytes of pieces that each peer has sent until then. */
  sent: z.array(z.tuple([z.number(), z.array(z.number())])),
  /** A peer, another peer, and the bytes of pieces that the first has sent to the second. */
  pairs: z.array(z.tuple([z.number(), z.number(), z.number()])),
  messages: counts,
  wastedBytes: z.number(),
  sentBytes: z.number(),
  disconnections: counts,
  errors: counts,
  machine: z.strictObject({
    cpuCores: z.number(),
    waitingThreads: z.number(),
    delayMedianMs: z.number(),
    delayP95Ms: z.number(),
    load: z.number(),
    cores: z.number(),
  }),
  /** Of our client only: the role of each peer, and the bytes of each piece imported by each AS. */
  roles: z.array(z.string()).optional(),
  imports: z.array(z.array(z.number())).optional(),
});

export type Report = z.infer<typeof REPORT>;

/** The version of libtorrent; undefined if it is not installed, or this is not Linux. */
export function libtorrentVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const command = 'import libtorrent; print(libtorrent.version)';
  const { status, stdout } = spawnSync(PYTHON, ['-c', command], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Runs a swarm until all leechers are complete, or its limit. Its folder is removed and its process
 * has ended when this returns or throws, also if `signal` aborts it.
 *
 * @throws Error if the program fails, with what it has printed
 */
export async function runRealSwarm(swarm: RealSwarm, signal: AbortSignal): Promise<RealRun> {
  signal.throwIfAborted();
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), FOLDER_PREFIX));
  try {
    return observed(swarm, await reportOf(swarm, folder, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reportOf(swarm: RealSwarm, folder: string, signal: AbortSignal): Promise<Report> {
  const [command, parameters] = commandOf(swarm.client);
  const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    const ended = once(child, 'close');
    // A process that has ended cannot be written to; its exit code says why.
    child.stdin.on('error', () => {});
    child.stdin.write(`${JSON.stringify(descriptionOf(swarm, folder))}\n`);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ]);
    signal.throwIfAborted();
    if (code !== 0)
      throw new Error(`${parameters.at(-1)} ended with ${code}: ${stderr.trim().slice(-2_000)}`);
    return REPORT.parse(JSON.parse(stdout));
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** The command that runs swarms of a client. */
export function commandOf(client: RealClient): readonly [command: string, parameters: string[]] {
  return client === 'libtorrent'
    ? [PYTHON, [inRepository(LIBTORRENT_PROGRAM)]]
    : [process.execPath, ['--conditions=cachetorrent-source', inRepository(OWN_PROGRAM)]];
}

/** What the programs read. */
export interface SwarmDescription extends Omit<RealSwarm, 'peers'> {
  /** The folder of the swarm, which exists. */
  readonly folder: string;
  /** The number of upload slots, with the optimistic ones. */
  readonly slots: number;
  readonly optimisticSlots: number;
  readonly rechokeS: number;
  readonly peers: readonly (SwarmPeer & { readonly isSeed: boolean })[];
}

export function descriptionOf(
  { peers, settings = {}, ...swarm }: RealSwarm,
  folder: string,
): SwarmDescription {
  return {
    ...swarm,
    folder,
    settings,
    slots: CLIENT.uploadSlots + CLIENT.optimisticSlots,
    optimisticSlots: CLIENT.optimisticSlots,
    rechokeS: CLIENT.rechokeS,
    peers: peers.map((peer) => ({ ...peer, isSeed: peer.class === SEED_CLASS })),
  };
}

const WINDOW_S = 30;

function observed(swarm: RealSwarm, report: Report): RealRun {
  const { fileBytes, pieceBytes: bytesOfPiece } = swarm;
  const { messages, sent, pairs, completedS, sentBytes: allBytes } = report;
  const peers = withRoles(swarm, report.roles);
  const total = (bytes: readonly number[]): number => bytes.reduce((sum, each) => sum + each, 0);
  const pieceBytes = total(sent.at(-1)![1]);
  const { bitfield, have_all, have_none, reject, allowed_fast, suggest } = messages;
  const seconds = bins(sent.map(([atS, bytes]) => [atS, total(bytes)]));
  const perPeer = peers.map((_, peer) => bins(sent.map(([atS, bytes]) => [atS, bytes[peer]!])));
  const median = completedS
    .slice(1)
    .map((atS) => atS ?? Infinity)
    .sort((a, b) => a - b);
  const medianS = Math.min(median[Math.floor(median.length / 2)]!, report.durationS);
  return {
    version: report.version,
    durationS: report.durationS,
    peers: peers.map((peer, i) => ({
      class: peer.class,
      as: peer.as,
      uploadBytesPerS: peer.uploadBytesPerS,
      completedS: completedS[i]!,
      ...leavingOf(swarm, peer, completedS[i]!),
    })),
    fileBytes,
    sentBytes: seconds,
    exchangedBytes: exchangedBytes(peers, pairs),
    messages: {
      choke: messages['choke']!,
      unchoke: messages['unchoke']!,
      interested: messages['interested']!,
      notInterested: messages['not_interested']!,
      // What a leader can only get is a message of its own on the wire.
      have: messages['have']! + (messages['relayed_have'] ?? 0),
      request: messages['request']!,
      piece: messages['piece']!,
      cancel: messages['cancel']!,
      allowedFast: allowed_fast!,
      // A message of BEP 6 that stands for a bitfield. The one that stands for none is not counted.
      bitfield: bitfield! + have_all!,
      leaderStart: messages['leader_start'] ?? 0,
    },
    ...(report.imports === undefined
      ? {}
      : { borders: bordersOf(peers, pairs, report.imports, bytesOfPiece) }),
    otherMessages: {
      haveNone: have_none!,
      reject: reject!,
      suggest: suggest!,
    },
    wastedBytes: report.wastedBytes,
    overhead: (allBytes - pieceBytes) / pieceBytes,
    machine: report.machine,
    seedUtilisation:
      total(perPeer[0]!.slice(0, Math.floor(medianS))) /
      (peers[0]!.uploadBytesPerS * Math.max(1, Math.floor(medianS))),
    limitRatio: Math.max(
      ...peers.map(({ uploadBytesPerS }, i) =>
        uploadBytesPerS === 0 ? 0 : busiest(perPeer[i]!) / (WINDOW_S * uploadBytesPerS),
      ),
    ),
    disconnections: report.disconnections,
    errors: report.errors,
  };
}

function leavingOf(
  { leaves }: RealSwarm,
  peer: SwarmPeer,
  completedS: number | null,
): { leftS?: number } {
  const hasLeft = leaves === true && peer.class !== SEED_CLASS && completedS !== null;
  return hasLeft ? { leftS: completedS } : {};
}

/** The increase in each second of a total that is known at some times; linear in between. */
export function bins(samples: readonly (readonly [atS: number, total: number])[]): number[] {
  const endS = samples.at(-1)![0];
  const totalAt = (atS: number): number => {
    let [beforeS, before] = [0, 0];
    for (const [sampleS, total] of samples) {
      if (sampleS >= atS) {
        const share = sampleS === beforeS ? 1 : (atS - beforeS) / (sampleS - beforeS);
        return before + share * (total - before);
      }
      [beforeS, before] = [sampleS, total];
    }
    return before;
  };
  const totals = Array.from({ length: Math.ceil(endS) + 1 }, (_, s) => totalAt(s));
  return totals.slice(1).map((total, i) => total - totals[i]!);
}

/** The most that was sent in a window; 0 for a run that is shorter. */
function busiest(seconds: readonly number[]): number {
  let most = 0;
  for (let from = 0; from + WINDOW_S <= seconds.length; from++) {
    most = Math.max(
      most,
      seconds.slice(from, from + WINDOW_S).reduce((sum, each) => sum + each, 0),
    );
  }
  return most;
}

/** With leaders, the classes that are compared are the roles. */
function withRoles(
  { peers, leaderPercent }: RealSwarm,
  roles: Report['roles'],
): readonly SwarmPeer[] {
  if (leaderPercent === undefined || roles === undefined) return peers;
  return peers.map((peer, i) => (peer.class === SEED_CLASS ? peer : { ...peer, class: roles[i]! }));
}

function bordersOf(
  peers: readonly SwarmPeer[],
  pairs: Report['pairs'],
  imports: readonly (readonly number[])[],
  bytesOfPiece: number,
): Borders {
  const row = (): number[] => imports.map(() => 0);
  const trafficBytes = imports.map(row);
  for (const [from, to, bytes] of pairs) trafficBytes[peers[from]!.as]![peers[to]!.as]! += bytes;
  const counts = imports.flat().filter((bytes) => bytes > 0);
  const total = counts.reduce((sum, bytes) => sum + bytes, 0);
  const redundancy = total === 0 ? 0 : total / bytesOfPiece / counts.length;
  return { trafficBytes, redundancy };
}

/** A thread that wakes later than this may delay blocks, which take 80 ms or more. */
const DELAY_MAX_MS = 50;
/** A seed always has something to send; if it has used less, it was kept from sending. */
const SEED_UTILISATION_MIN = 0.9;
/** A session may send what it has left over from 3 s, 1.1 times its limit in the window. */
const LIMIT_RATIO_MAX = 1.15;

/** Why a run may not show what clients do on a machine that is fast enough; empty if it does. */
export function distortionsOf({ machine, seedUtilisation, limitRatio, errors }: RealRun): string[] {
  const { delayP95Ms } = machine;
  return [
    ...(delayP95Ms > DELAY_MAX_MS
      ? [`the CPU was short: threads woke up to ${delayP95Ms.toFixed(0)} ms late (95th percentile)`]
      : []),
    ...(seedUtilisation < SEED_UTILISATION_MIN
      ? [`the seed used only ${(100 * seedUtilisation).toFixed(0)} % of its upload capacity`]
      : []),
    ...(limitRatio > LIMIT_RATIO_MAX
      ? [`a peer sent ${limitRatio.toFixed(2)} times its upload limit`]
      : []),
    ...Object.entries(errors).map(([message, count]) => `${count} times: ${message}`),
  ];
}
