/**
 * The swarms that are run with real clients and simulated: scenarios, each with files of several
 * piece sizes. Rates are such that a run takes two or three minutes, and a session little CPU.
 */

import type { SwarmConfig } from '@cachetorrent/simulator/configuration';

import { CLIENT_OPTIONS } from '../../packages/client/src/transfer/client-options.ts';
import {
  leaderBacklog,
  RECHOKE_INTERVAL_MS,
} from '../../packages/client/src/transfer/torrent-transfer.ts';
import { ROLES } from './observed-run.ts';

/** Rates are in kB/s, as the limits of clients. */
interface ScenarioClass {
  readonly name: string;
  readonly count: number;
  readonly upload: number;
  readonly download: number;
}

/** Several AS, with peers of our own client. */
interface ScenarioNetwork {
  readonly as: number;
  /** The percentage of the peers of an AS that lead it; absent for plain BitTorrent. */
  readonly leaderPercent?: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly seed: { readonly upload: number; readonly download: number };
  readonly classes: readonly ScenarioClass[];
  /** Autonomous systems, which only our own clients know; absent for a swarm of libtorrent. */
  readonly network?: ScenarioNetwork;
  /** Leechers leave when they are complete. */
  readonly leaves?: true;
  /** How many neighbours a peer is given, if not as many as in the other scenarios. */
  readonly neighbours?: number;
  readonly fileKiB: number;
  /** The piece sizes that are run unless others are chosen, in KiB. */
  readonly piecesKiB: readonly number[];
}

const SEED = { upload: 240, download: 240 };
const FILE_KIB = 8 * 1024;

/** A swarm in several AS. Our client has no limit of downloads, so none is simulated either. */
const IN_AS = {
  seed: { upload: 240, download: 10_000 },
  classes: [
    { name: 'slow', count: 29, upload: 60, download: 10_000 },
    { name: 'fast', count: 10, upload: 160, download: 10_000 },
  ],
  fileKiB: FILE_KIB,
  piecesKiB: [64],
} as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'homogeneous',
    title: 'Leechers with equal capacities',
    seed: SEED,
    classes: [{ name: 'leecher', count: 49, upload: 80, download: 240 }],
    fileKiB: FILE_KIB,
    piecesKiB: [64, 256, 1024],
  },
  {
    name: 'classes',
    title: 'Three bandwidth classes',
    seed: SEED,
    classes: [
      { name: 'slow', count: 16, upload: 20, download: 240 },
      { name: 'medium', count: 16, upload: 60, download: 240 },
      { name: 'fast', count: 17, upload: 180, download: 540 },
    ],
    fileKiB: FILE_KIB,
    piecesKiB: [64, 256],
  },
  {
    name: 'slow-seed',
    title: 'A seed no faster than a leecher',
    seed: { upload: 80, download: 240 },
    classes: [{ name: 'leecher', count: 49, upload: 80, download: 240 }],
    fileKiB: FILE_KIB,
    piecesKiB: [64, 256],
  },
  {
    name: 'free-riders',
    title: 'Free-riders, which unchoke nobody',
    seed: SEED,
    classes: [
      { name: 'giving', count: 36, upload: 80, download: 240 },
      { name: 'free-riding', count: 13, upload: 0, download: 240 },
    ],
    fileKiB: FILE_KIB,
    piecesKiB: [64, 256],
  },
  {
    name: 'leaving',
    title: 'Leechers that leave when they are complete',
    seed: SEED,
    classes: [
      { name: 'slow', count: 24, upload: 60, download: 240 },
      { name: 'fast', count: 25, upload: 120, download: 240 },
    ],
    leaves: true,
    // All know the seed: real peers have no tracker that would name others to those that are left.
    neighbours: 49,
    fileKiB: FILE_KIB,
    piecesKiB: [64, 256],
  },
  {
    name: 'leaders',
    title: 'CacheTorrent: leaders in four AS',
    ...IN_AS,
    network: { as: 4, leaderPercent: 25 },
  },
  {
    name: 'no-leaders',
    title: 'The same swarm without leaders',
    ...IN_AS,
    network: { as: 4 },
  },
];

/** The clients that form the real swarm: libtorrent, or our own. */
export type RealClient = 'libtorrent' | 'CacheTorrent';

export function clientOf({ network }: Scenario): RealClient {
  return network === undefined ? 'libtorrent' : 'CacheTorrent';
}

/** The groups of leechers that are compared: the classes, or with leaders the roles. */
export function groupsOf({ classes, network }: Scenario): readonly string[] {
  if (network?.leaderPercent !== undefined) return ROLES;
  return classes.map(({ name }) => name);
}

/** What both the real clients and the simulated ones are set to; our client has other rounds. */
export const CLIENT = { uploadSlots: 4, optimisticSlots: 1, rechokeS: 15, neighbours: 10 } as const;

/** A scenario with one piece size. */
export interface Setting {
  readonly scenario: Scenario;
  readonly pieceKiB: number;
}

/** Returns the settings to run; `piecesKiB` replaces the piece sizes of all scenarios. */
export function settingsOf(
  scenarios: readonly Scenario[],
  piecesKiB: readonly number[] | undefined,
): readonly Setting[] {
  return scenarios.flatMap((scenario) =>
    (piecesKiB ?? scenario.piecesKiB).map((pieceKiB) => ({ scenario, pieceKiB })),
  );
}

/** Such as `homogeneous, 64 KiB`. */
export function settingName({ scenario, pieceKiB }: Setting): string {
  return `${scenario.name}, ${pieceText(pieceKiB)}`;
}

/** Such as `64 KiB` or `1 MiB`. */
export function pieceText(pieceKiB: number): string {
  return pieceKiB % 1024 === 0 ? `${pieceKiB / 1024} MiB` : `${pieceKiB} KiB`;
}

/**
 * The configuration of the simulation: latencies that are short, and rates that follow changes at
 * once, as the limits of clients do.
 */
export function configOf({ scenario, pieceKiB }: Setting): SwarmConfig {
  const { seed, classes, leaves, neighbours = CLIENT.neighbours, fileKiB, network } = scenario;
  const peers = 1 + classes.reduce((sum, each) => sum + each.count, 0);
  return {
    seeds: { count: 1, upload: kbps(seed.upload), download: kbps(seed.download) },
    classes: classes.map(({ name, count, upload, download }) => ({
      name,
      count,
      upload: kbps(upload),
      download: kbps(download),
      ...(leaves === undefined ? {} : { leaves: { after: 0 } }),
    })),
    file: { size: fileKiB * 1024, pieceSize: pieceKiB * 1024 },
    network: { as: network?.as ?? 1, latency: 1, allocationInterval: 100 },
    tracker: { neighbours: Math.min(neighbours, peers - 1) },
    client: {
      preset: 'libtorrent',
      uploadSlots: CLIENT.uploadSlots,
      optimisticSlots: CLIENT.optimisticSlots,
      ...(network === undefined
        ? { rechokeInterval: 1000 * CLIENT.rechokeS }
        : {
            rechokeInterval: RECHOKE_INTERVAL_MS,
            backlog: leaderBacklog(1024 * pieceKiB),
            endgameCancels: CLIENT_OPTIONS.endgameCancels,
            requestTimeout: CLIENT_OPTIONS.requestTimeoutMs,
          }),
    },
    cache: network?.leaderPercent === undefined ? {} : { leaders: network.leaderPercent },
  };
}

/** kB/s as kbit/s. */
function kbps(kilobytes: number): number {
  return 8 * kilobytes;
}
