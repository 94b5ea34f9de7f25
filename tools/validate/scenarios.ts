/**
 * The swarms that are run with real clients and simulated: scenarios, each with files of several
 * piece sizes. Rates are such that a run takes two or three minutes, and a session little CPU.
 */

import type { SwarmConfig } from '@cachetorrent/simulator/configuration';

/** Rates are in kB/s, as the limits of clients. */
interface ScenarioClass {
  readonly name: string;
  readonly count: number;
  readonly upload: number;
  readonly download: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly seed: { readonly upload: number; readonly download: number };
  readonly classes: readonly ScenarioClass[];
  readonly fileKiB: number;
  /** The piece sizes that are run unless others are chosen, in KiB. */
  readonly piecesKiB: readonly number[];
}

const SEED = { upload: 240, download: 240 };
const FILE_KIB = 8 * 1024;

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
];

/** Scenarios that cannot be simulated, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'leave-on-completion': 'leechers that leave when they are complete are not simulated yet',
};

/** What both the real clients and the simulated ones are set to. */
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
 * The configuration of the simulation: one AS, since loopback has one, latencies that are short,
 * and rates that follow changes at once, as the limits of clients do.
 */
export function configOf({ scenario, pieceKiB }: Setting): SwarmConfig {
  const { seed, classes, fileKiB } = scenario;
  const peers = 1 + classes.reduce((sum, each) => sum + each.count, 0);
  return {
    seeds: { count: 1, upload: kbps(seed.upload), download: kbps(seed.download) },
    classes: classes.map(({ name, count, upload, download }) => ({
      name,
      count,
      upload: kbps(upload),
      download: kbps(download),
    })),
    file: { size: fileKiB * 1024, pieceSize: pieceKiB * 1024 },
    network: { as: 1, latency: 1, allocationInterval: 100 },
    tracker: { neighbours: Math.min(CLIENT.neighbours, peers - 1) },
    client: {
      preset: 'libtorrent',
      uploadSlots: CLIENT.uploadSlots,
      optimisticSlots: CLIENT.optimisticSlots,
      rechokeInterval: 1000 * CLIENT.rechokeS,
    },
  };
}

/** kB/s as kbit/s. */
function kbps(kilobytes: number): number {
  return 8 * kilobytes;
}
