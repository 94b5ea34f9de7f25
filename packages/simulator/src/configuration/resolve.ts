/**
 * From a configuration to the swarm that it describes: fills in defaults, turns quantities into
 * numbers, and checks the whole.
 */

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS, type Quirks } from '@cachetorrent/protocol';

import { SwarmError } from '../errors.ts';
import { checkSwarm, PIECES_MAX, ROUTERS_MAX, STUBS_MAX } from '../swarm/plan/check.ts';
import type { LatencyModel, PeerClass, Swarm } from '../swarm/plan/swarm.ts';
import { clientOf, clientSection, type CompleteClientConfig } from './client.ts';
import { isList, pathInConfig } from './path-in-config.ts';
import { type ConfigProblem, type FileKind, type Path, pathName, problemsOf } from './problems.ts';
import { quantity } from './quantities.ts';
import {
  type ClassConfig,
  fieldsAt,
  type SeedConfig,
  SWARM_SCHEMA,
  type SwarmConfig,
} from './schema.ts';

/**
 * A configuration in which every field is written out, as numbers of bytes, kbit/s, milliseconds
 * and percent. It describes the same swarm again.
 */
export interface CompleteSwarmConfig {
  readonly peers: number;
  readonly seeds: readonly CompleteSeedConfig[];
  readonly classes: readonly CompleteClassConfig[];
  readonly file: { readonly pieces: number; readonly pieceSize: number };
  readonly arrivals: { readonly meanGap: number; readonly classOrder: 'shuffled' | 'listed' };
  readonly network: {
    readonly as: number;
    readonly routersPerAs: number;
    readonly transitDomains: number;
    readonly routersPerTransitDomain: number;
    readonly latency: 'topology' | number;
    readonly allocationInterval: number;
  };
  readonly tracker: {
    readonly neighbours: number;
    readonly externalNeighbours?: number;
    readonly minPeers: number;
  };
  readonly client: CompleteClientConfig;
  readonly cache: {
    /** Absent for plain BitTorrent. */
    readonly leaders?: number;
    readonly subTorrents: number;
    readonly requestPriority: Swarm['requestPriority'];
  };
}

export interface CompleteSeedConfig {
  readonly count: number;
  readonly upload: number;
  readonly download: number;
}

export interface CompleteClassConfig extends CompleteSeedConfig {
  readonly name: string;
}

/** A configuration that describes no swarm: all mistakes that were found, each with its fix. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** All mistakes, each with its path and fix. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems
        .map(({ name, problem, fix, more }) => {
          const others = more === undefined ? '' : `\n  and ${more}`;
          return `${name === undefined ? '' : `${name}: `}${problem}\n  fix: ${fix}${others}`;
        })
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** A swarm, and the complete configuration that describes it. */
export interface ResolvedSwarm {
  readonly swarm: Swarm;
  readonly config: CompleteSwarmConfig;
}

/**
 * Makes a swarm for `simulate` from a configuration. Only the number of peers and the size of the
 * file are required.
 *
 * @throws ConfigurationError naming each mistake, with its fix
 */
export function swarm(config: SwarmConfig): Swarm {
  return resolveSwarm(config).swarm;
}

/**
 * Checks a configuration of unknown origin, and fills in its defaults.
 *
 * @throws ConfigurationError naming each mistake, with its fix
 */
export function resolveSwarm(value: unknown): ResolvedSwarm {
  const checked = checkTypes(value);
  const config = complete(checked);
  const resolved = swarmOf(config);
  try {
    checkSwarm(resolved, (field) => pathName(pathInConfig(field, checked)));
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    const { field, at, problem, fix } = error;
    throw new ConfigurationError([{ path: pathInConfig(field, checked), name: at, problem, fix }]);
  }
  return { swarm: resolved, config };
}

/**
 * Checks the fields of a configuration of unknown origin, their types and units.
 *
 * @throws ConfigurationError naming each mistake, with its fix
 */
export function checkTypes(value: unknown): SwarmConfig {
  const checked = SWARM_SCHEMA.safeParse(value, { reportInput: true });
  if (checked.success) return checked.data;
  throw new ConfigurationError(problemsOf(checked.error, CONFIGURATION));
}

const CONFIGURATION: FileKind = {
  whole: 'the configuration',
  fieldsAt,
  examples: { array: '[{ "name": "dsl", "count": 100 }]', object: '{ ... }' },
  fieldExamples: {
    peers: '200',
    upload: '"10 Mbit/s"',
    download: '"50 Mbit/s"',
    name: '"dsl"',
    share: '"50 %"',
    file: '{ "size": "256 MiB" }',
    size: '"256 MiB"',
    pieceSize: '"256 KiB"',
    meanGap: '"2 ms"',
    latency: '"50 ms"',
    allocationInterval: '"1 s"',
    externalNeighbours: '"20 %"',
    rechokeInterval: '"10 s"',
    leaders: '"30 %"',
    'classes[]': '{ "name": "dsl", "count": 100 }',
    'seeds[]': '{ "count": 1, "upload": "10 Mbit/s" }',
  },
  otherNames: { reference: 'mainline' },
};

const DEFAULT = {
  uploadKbps: 10_000,
  downloadKbps: 50_000,
  pieceBytes: 256 * 1024,
  meanGapMs: 2,
  as: 10,
  transitDomains: 4,
  routersPerTransitDomain: 10,
  allocationIntervalMs: 1_000,
  /** About the time for which messages wait in the original (docs/validation.md). */
  originalLatencyMs: 50,
  neighbours: 20,
} as const;

/** Fills in what was left out. */
function complete(config: SwarmConfig): CompleteSwarmConfig {
  const upload = rate(config.upload, DEFAULT.uploadKbps);
  const download = rate(config.download, DEFAULT.downloadKbps);
  const seeds = seedsOf(config, upload, download);
  const seedCount = sum(seeds);
  const { peers, classes } = leechersOf(config, seedCount, upload, download);
  const client = clientSection(config.client);
  const isOriginal = client.rules === 'original';
  const { network = {}, tracker = {}, arrivals = {}, cache = {} } = config;
  const as = network.as ?? DEFAULT.as;
  return {
    peers,
    seeds,
    classes,
    file: fileOf(config),
    arrivals: {
      meanGap: time(arrivals.meanGap, DEFAULT.meanGapMs),
      classOrder: arrivals.classOrder ?? 'shuffled',
    },
    network: {
      as,
      routersPerAs: network.routersPerAs ?? routersFor(peers, as),
      transitDomains: network.transitDomains ?? DEFAULT.transitDomains,
      routersPerTransitDomain: network.routersPerTransitDomain ?? DEFAULT.routersPerTransitDomain,
      latency: latencyOf(network.latency, isOriginal),
      allocationInterval: time(network.allocationInterval, DEFAULT.allocationIntervalMs),
    },
    tracker: {
      neighbours: tracker.neighbours ?? Math.max(1, Math.min(DEFAULT.neighbours, peers - 1)),
      ...(tracker.externalNeighbours === undefined
        ? {}
        : { externalNeighbours: quantity('percent', tracker.externalNeighbours) }),
      minPeers: tracker.minPeers ?? peers,
    },
    client: clientOf(client),
    cache: {
      ...(cache.leaders === undefined ? {} : { leaders: quantity('percent', cache.leaders) }),
      subTorrents: cache.subTorrents ?? 1,
      requestPriority: cache.requestPriority ?? 'within-rarity',
    },
  };
}

/** The default number of routers of an AS; if it is too large, there are too few AS. */
function routersFor(peers: number, as: number): number {
  const routers = Math.ceil((2 * (peers + 1)) / as) + 3;
  const least = Math.ceil((2 * (peers + 1)) / (ROUTERS_MAX - 3));
  if (routers > ROUTERS_MAX && as >= 1 && least <= STUBS_MAX) {
    const limit = `an AS has at most ${ROUTERS_MAX} routers`;
    const problem = `is ${as}, too few for ${peers} peers: ${limit}`;
    refuse(['network', 'as'], problem, `set it to ${least} or more`);
  }
  return routers;
}

function seedsOf(
  { seeds = 1 }: SwarmConfig,
  upload: number,
  download: number,
): CompleteSeedConfig[] {
  const list: readonly SeedConfig[] =
    typeof seeds === 'number' ? [{ count: seeds }] : isList(seeds) ? seeds : [seeds];
  return list.map((seed) => ({
    count: seed.count ?? 1,
    upload: rate(seed.upload, upload),
    download: rate(seed.download, download),
  }));
}

/** The classes of leechers, with their counts. */
function leechersOf(
  config: SwarmConfig,
  seedCount: number,
  upload: number,
  download: number,
): { readonly peers: number; readonly classes: CompleteClassConfig[] } {
  const classes: readonly ClassConfig[] = config.classes ?? [{ name: 'peer', share: 100 }];
  if (classes.length === 0) {
    refuse(['classes'], 'is empty, so no peer would download', 'add a class, or remove the field');
  }
  checkClassNames(classes);
  const counts = classes.every(({ share }) => share === undefined)
    ? countsOf(config, classes, seedCount)
    : countsByShare(config, classes, seedCount);
  return {
    peers: seedCount + counts.reduce((total, count) => total + count, 0),
    classes: classes.map((each, i) => ({
      name: each.name,
      count: counts[i]!,
      upload: rate(each.upload, upload),
      download: rate(each.download, download),
    })),
  };
}

function countsOf(
  { peers }: SwarmConfig,
  classes: readonly ClassConfig[],
  seedCount: number,
): number[] {
  const counts = classes.map(({ count, name }, i) => {
    if (count !== undefined) return count;
    const problem = `has neither a count nor a share ("${name}")`;
    return refuse(['classes', i], problem, 'add "count": 100, or "share": "50 %"');
  });
  const total = counts.reduce((sum, count) => sum + count, seedCount);
  if (peers !== undefined && peers !== total) {
    const problem = `is ${peers}, but the classes and the seeds have ${total} peers in all`;
    refuse(['peers'], problem, `set it to ${total}, or remove it`);
  }
  return counts;
}

/** Shares are rounded to whole peers by the largest remainder; ties go to the first class. */
function countsByShare(
  { peers }: SwarmConfig,
  classes: readonly ClassConfig[],
  seedCount: number,
): number[] {
  if (peers === undefined) {
    return refuse(['peers'], 'is missing', 'add "peers": 200');
  }
  const shares = classes.map(({ share, count }, i) => {
    if (share !== undefined && count === undefined) return quantity('percent', share);
    const problem = share === undefined ? 'has a count' : 'has a count and a share';
    return refuse(['classes', i], problem, 'give every class a share, or every class a count');
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (Math.abs(total - 100) > 1e-6 || shares.some((share) => share < 0)) {
    const problem = `have shares whose sum is ${total} %`;
    refuse(['classes'], problem, 'write shares of 0 % or more whose sum is 100 %');
  }
  const leechers = peers - seedCount;
  if (!Number.isInteger(peers)) refuse(['peers'], `is ${peers}`, 'write a whole number');
  if (!(leechers >= 1)) {
    const problem = `is ${peers}, and ${seedCount} of them are seeds: no peer would download`;
    refuse(['peers'], problem, `set it to ${seedCount + 1} or more`);
  }
  const exact = shares.map((share) => (share * leechers) / 100);
  const counts = exact.map(Math.floor);
  const left = leechers - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = [...exact.keys()].sort(
    (a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b,
  );
  for (const i of byRemainder.slice(0, left)) counts[i]!++;
  return counts;
}

/** Names that need no quotes in a table, a plot or a file name. */
const CLASS_NAME = /^[\w.-]{1,24}$/;

function checkClassNames(classes: readonly ClassConfig[]): void {
  const known = new Set<string>();
  classes.forEach(({ name }, i) => {
    const path = ['classes', i, 'name'];
    if (!CLASS_NAME.test(name)) {
      const fix = 'use up to 24 letters, digits, ".", "_" and "-", as in "dsl-2006"';
      refuse(path, `is ${JSON.stringify(name)}`, fix);
    }
    if (known.has(name) || name === 'seed') {
      refuse(path, `is "${name}", the name of another class`, 'choose another name');
    }
    known.add(name);
  });
}

function fileOf({ file }: SwarmConfig): CompleteSwarmConfig['file'] {
  const pieceSize =
    file.pieceSize === undefined ? DEFAULT.pieceBytes : quantity('size', file.pieceSize);
  const { pieces, size } = file;
  if ((pieces === undefined) === (size === undefined)) {
    if (pieces !== undefined) {
      refuse(
        ['file', 'size'],
        'cannot be combined with the number of pieces',
        'remove one of them',
      );
    }
    refuse(['file', 'size'], 'is missing', 'add "size": "256 MiB"');
  }
  if (pieces !== undefined) return { pieces, pieceSize };
  return { pieces: piecesOf(quantity('size', size!), pieceSize), pieceSize };
}

/** The number of pieces of a file; its limits are explained by the size that the user wrote. */
function piecesOf(bytes: number, pieceSize: number): number {
  const path = ['file', 'size'];
  if (!(bytes > 0)) {
    const problem = `is ${bytes} bytes, so there would be nothing to download`;
    refuse(path, problem, 'set it to 256 MiB, for instance');
  }
  // A piece size that is no size is refused later, as it is with a number of pieces.
  const pieces = pieceSize > 0 ? Math.ceil(bytes / pieceSize) : 1;
  if (pieces > PIECES_MAX) {
    const problem = `is ${bytes} bytes in pieces of ${pieceSize}, more than ${PIECES_MAX} pieces`;
    refuse(path, problem, 'set file.pieceSize to a larger size, or lower it');
  }
  return pieces;
}

function latencyOf(
  latency: 'topology' | string | number | undefined,
  isOriginal: boolean,
): 'topology' | number {
  if (latency === undefined) return isOriginal ? DEFAULT.originalLatencyMs : 'topology';
  return latency === 'topology' ? latency : quantity('time', latency);
}

/** The chokers that unchoke peers which are not interested, too. */
const UNCHOKING_ALL: ReadonlySet<string> = new Set(['mainline', 'transmission']);

/** The swarm that a complete configuration describes. It is not checked. */
function swarmOf(config: CompleteSwarmConfig): Swarm {
  const { seeds, classes, file, arrivals, network, tracker, client, cache } = config;
  const quirks: Quirks = client.rules === 'original' ? ORIGINAL_QUIRKS : CLIENT_QUIRKS;
  const latency: LatencyModel =
    network.latency === 'topology'
      ? { model: 'topology' }
      : { model: 'fixed', fixedMs: network.latency };
  return {
    neighbours: tracker.neighbours,
    minPeers: tracker.minPeers,
    seeds: sum(seeds),
    classes: [
      ...seeds.map((seed) => peerClass('seed', seed)),
      ...classes.map((each) => peerClass(each.name, each)),
    ],
    arrivalOrder: arrivals.classOrder,
    arrivalGapMs: arrivals.meanGap,
    pieces: file.pieces,
    pieceBits: file.pieceSize * 8,
    uploadSlots: client.uploadSlots,
    optimisticSlots: client.optimisticSlots,
    rechokeIntervalMs: client.rechokeInterval,
    backlog: client.backlog,
    choker: client.choker,
    seedChoker: client.seedChoker,
    client: {
      requestQueueMs: client.requestQueue,
      requestQueueMin: client.requestQueueMin,
      requestQueueMax: client.requestQueueMax,
      requestQueueStart: client.requestQueueStart,
      wholePieceMs: client.wholePieceTime,
      partialPieces: client.partialPieces,
      pieceOrder: client.pieceOrder,
      randomFirstPieces: client.randomFirstPieces,
      endgame: client.endgame,
      endgameCancels: client.endgameCancels,
      requestTimeoutMs: client.requestTimeout,
      snubbedAfterMs: client.snubbedAfter,
      rateRounds: client.rateRounds,
      optimisticMs: client.optimisticInterval,
      unchokesUninterested:
        UNCHOKING_ALL.has(client.choker) || UNCHOKING_ALL.has(client.seedChoker),
      freeSlots: client.freeSlots,
      superSeeding: client.superSeeding,
      redundantHaves: client.redundantHaves,
      allowedFastPieces: client.allowedFastPieces,
    },
    quirks: { ...quirks, ...client.quirks },
    allocationIntervalMs: network.allocationInterval,
    topology: {
      transitDomains: network.transitDomains,
      transitDomainSize: network.routersPerTransitDomain,
      stubDomains: network.as,
      stubDomainSize: network.routersPerAs,
    },
    latency,
    requestPriority: cache.requestPriority,
    subTorrents: cache.subTorrents,
    ...(cache.leaders === undefined ? {} : { leaderPercent: cache.leaders }),
    ...(tracker.externalNeighbours === undefined
      ? {}
      : { externalPercent: tracker.externalNeighbours }),
  };
}

function peerClass(name: string, { count, upload, download }: CompleteSeedConfig): PeerClass {
  return { name, count, uploadKbps: upload, downloadKbps: download };
}

function refuse(path: Path, problem: string, fix: string): never {
  throw new ConfigurationError([{ path, name: pathName(path), problem, fix }]);
}

function rate(value: string | number | undefined, otherwise: number): number {
  return value === undefined ? otherwise : quantity('rate', value);
}

function time(value: string | number | undefined, otherwise: number): number {
  return value === undefined ? otherwise : quantity('time', value);
}

function sum(entries: readonly { readonly count: number }[]): number {
  return entries.reduce((total, { count }) => total + count, 0);
}
