/**
 * From a configuration to the swarm that it describes: fills in defaults, turns quantities into
 * numbers, and checks the whole.
 */

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS, type Quirks } from '@cachetorrent/protocol';

import { SwarmError } from '../errors.ts';
import { checkSwarm } from '../swarm/plan/check.ts';
import { ROUTERS_MAX, STUBS_MAX } from '../swarm/plan/check-topology.ts';
import type { LatencyModel, Swarm } from '../swarm/plan/swarm.ts';
import { BORDER_EXAMPLES, bordersAndTcpOf } from './borders.ts';
import { cacheOf, type CompleteCacheConfig, leadersOfSwarm } from './cache.ts';
import { checkAsNames } from './check-as-names.ts';
import { clientOf, clientSection, type CompleteClientConfig } from './client.ts';
import { ConfigurationError, refuse } from './configuration-error.ts';
import { type CompleteEnd, completeUntil, endOf } from './ends.ts';
import {
  completeNetwork,
  type CompleteNetworkConfig,
  type ResolvedTopology,
  topologyOf,
} from './network.ts';
import { isList, pathInConfig } from './path-in-config.ts';
import type { ClassConfig, SeedConfig } from './population-schema.ts';
import {
  completeClass,
  type CompleteClassConfig,
  completeSeed,
  type CompleteSeedConfig,
  type DefaultCapacities,
  peerClassOf,
  seedClassOf,
} from './populations.ts';
import { arrivingSeedsOf, completeFault, type CompleteFault, faultsOf } from './faults.ts';
import { type CompleteFileConfig, completeFile } from './file.ts';
import { type FileKind, type Path, pathName, problemsOf } from './problems.ts';
import { PRICE_EXAMPLES, pricesOf } from './prices.ts';
import { quantity } from './quantities.ts';
import { CACHE_CLASS, cacheClassOf } from './provider-caches.ts';
import { fieldsAt, SWARM_SCHEMA, type SwarmConfig } from './schema.ts';
import { completeSelection, type CompleteTrackerConfig, selectionOfSwarm } from './tracker.ts';

/**
 * A configuration in which every field is written out, as numbers of bytes, kbit/s, milliseconds
 * and percent. It describes the same swarm again.
 */
export interface CompleteSwarmConfig extends CompleteEnd {
  readonly peers: number;
  readonly seeds: readonly CompleteSeedConfig[];
  readonly classes: readonly CompleteClassConfig[];
  readonly file: CompleteFileConfig;
  readonly arrivals: { readonly meanGap: number; readonly classOrder: 'shuffled' | 'listed' };
  readonly network: CompleteNetworkConfig;
  readonly tracker: CompleteTrackerConfig;
  readonly client: CompleteClientConfig;
  readonly cache: CompleteCacheConfig;
  /** Absent if nothing happens on purpose. */
  readonly faults?: readonly CompleteFault[];
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
  const topology = topologyOf(config.network, checked.network ?? {});
  checkAsNames(checked, topology, config.network.topologyFile?.name);
  const resolved = swarmOf(config, topology);
  try {
    checkSwarm(resolved, (field) => pathName(pathInConfig(field, checked)), topology.related);
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
  fixOfMisplaced,
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
    ...BORDER_EXAMPLES,
    ...PRICE_EXAMPLES,
    externalNeighbours: '"20 %"',
    neighbourSelection: '"hops"',
    sampleSize: '100',
    interAsConnections: '4',
    costMap: '"costs.csv"',
    'costMap[]': '{ "from": 0, "to": 1, "cost": 2 }',
    parents: '"providers"',
    'parents[]': '{ "as": 1, "parent": 0 }',
    parent: '0',
    providerCaches: '[{ "as": "all", "upload": "100 Mbit/s" }]',
    'providerCaches[]': '{ "as": "all", "upload": "100 Mbit/s" }',
    region: '[0, 1, 2]',
    slots: '50',
    rechokeInterval: '"10 s"',
    leaders: '"30 %"',
    until: '"2 d"',
    'until.time': '"2 d"',
    'until.count': '100',
    window: '"1 h"',
    warmUp: '"2 h"',
    from: '"10 min"',
    decay: '"6 h"',
    at: '"10 min"',
    after: '"30 min"',
    patience: '"2 h"',
    behaviour: '"free-rider"',
    reachable: 'false',
    claims: '"20 %"',
    time: '"10 s"',
    rate: '"100/h"',
    'classes[]': '{ "name": "dsl", "count": 100 }',
    'arrivals[]': '{ "rate": "100/h" }',
    'classes[].arrivals': '{ "rate": "100/h" }',
    trace: '"peers.csv"',
    'classes[].as': '[0, 1]',
    'seeds.as': '[0, 1]',
    'seeds[].as': '[0, 1]',
    capacities: '[{ "share": "50 %", "upload": "2 Mbit/s", "download": "16 Mbit/s" }]',
    leaves: '{ "after": "30 min" }',
    crashes: '{ "after": "20 h" }',
    returns: '{ "after": "8 h" }',
    'faults[]': '{ "at": "10 min", "crash": { "leaders": "50 %" } }',
    crash: '{ "leaders": "50 %" }',
    leave: '{ "peers": "30 %" }',
    for: '"10 min"',
    'faults[].tracker': '"silent"',
    cut: '{ "as": 2 }',
    capacity: '{ "class": "dsl", "upload": "1 Mbit/s" }',
    'faults[].seed': '{ "upload": "20 Mbit/s" }',
    class: '"dsl"',
    'cut.as': '2',
    'crash.leaders': '"50 %"',
    'crash.peers': '"30 %"',
    'leave.leaders': '"50 %"',
    'leave.peers': '"30 %"',
    'capacities[]': '{ "share": "50 %", "upload": "2 Mbit/s", "download": "16 Mbit/s" }',
    'seeds[]': '{ "count": 1, "upload": "10 Mbit/s" }',
  },
  otherNames: { reference: 'mainline' },
};

/** Fields of a class that are written beside the classes, and names of distributions as fields. */
function fixOfMisplaced(path: Path): string | undefined {
  const [first, second] = path;
  const field = String(path.at(-1));
  if (field === 'weibull' || field === 'log-normal' || field === 'exponential') {
    return `write "distribution": "${field}", beside its numbers`;
  }
  const ofArrivals = path.length === 2 && first === 'arrivals';
  const known = ofArrivals ? ['classes', 'arrivals'] : ['classes'];
  if ((path.length > 1 && !ofArrivals) || !fieldsAt(known).includes(field)) return undefined;
  const example = ofArrivals ? `"arrivals": { "${second}": ... }` : `"${field}": ...`;
  return `write it in a class: "classes": [{ "name": "peer", ${example} }]`;
}

const DEFAULT = {
  uploadKbps: 10_000,
  downloadKbps: 50_000,
  meanGapMs: 2,
  as: 10,
  /** Where routers host several nodes; it does not depend on how many arrive. */
  sharedRouters: 50,
  transitDomains: 4,
  routersPerTransitDomain: 10,
  allocationIntervalMs: 1_000,
  /** About the time for which messages wait in the original (docs/validation.md). */
  originalLatencyMs: 50,
  neighbours: 20,
} as const;

/** Fills in what was left out. */
function complete(config: SwarmConfig): CompleteSwarmConfig {
  const defaults = {
    upload: rate(config.upload, DEFAULT.uploadKbps),
    download: rate(config.download, DEFAULT.downloadKbps),
  };
  const seeds = seedsOf(config, defaults);
  const seedCount = sum(seeds);
  const { peers, classes } = leechersOf(config, seedCount, defaults);
  const hasArrivals = classes.some((each) => each.arrivals !== undefined);
  const client = clientSection(config.client);
  const isOriginal = client.rules === 'original';
  const { network = {}, tracker = {}, arrivals = {}, cache = {} } = config;
  const neighbours = tracker.neighbours ?? neighboursFor(peers, hasArrivals);
  return {
    peers,
    seeds,
    classes,
    file: completeFile(config),
    arrivals: {
      meanGap: time(arrivals.meanGap, DEFAULT.meanGapMs),
      classOrder: arrivals.classOrder ?? 'shuffled',
    },
    until: completeUntil(config.until),
    warmUp: time(config.warmUp, 0),
    network: completeNetwork(
      network,
      {
        latency: latencyOf(network.latency, isOriginal),
        allocationInterval: time(network.allocationInterval, DEFAULT.allocationIntervalMs),
      },
      {
        ...DEFAULT,
        routersPerAs: (as) => (hasArrivals ? DEFAULT.sharedRouters : routersFor(peers, as)),
      },
    ),
    tracker: {
      neighbours,
      ...completeSelection(tracker, neighbours),
      minPeers: tracker.minPeers ?? (hasArrivals ? Math.max(2, peers) : peers),
    },
    client: clientOf(client),
    cache: cacheOf(cache),
    ...(config.faults === undefined
      ? {}
      : { faults: config.faults.map((entry, i) => completeFault(entry, ['faults', i], defaults)) }),
  };
}

function neighboursFor(peers: number, hasArrivals: boolean): number {
  const { neighbours } = DEFAULT;
  return hasArrivals ? neighbours : Math.max(1, Math.min(neighbours, peers - 1));
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

function seedsOf({ seeds = 1 }: SwarmConfig, defaults: DefaultCapacities): CompleteSeedConfig[] {
  if (typeof seeds === 'number') return [completeSeed({ count: seeds }, ['seeds'], defaults)];
  if (!isList(seeds)) return [completeSeed(seeds as SeedConfig, ['seeds'], defaults)];
  return seeds.map((seed, i) => completeSeed(seed, ['seeds', i], defaults));
}

/** The classes of leechers, and the number of peers that do not arrive by processes. */
function leechersOf(
  config: SwarmConfig,
  seedCount: number,
  defaults: DefaultCapacities,
): { readonly peers: number; readonly classes: CompleteClassConfig[] } {
  const classes: readonly ClassConfig[] = config.classes ?? [{ name: 'peer', share: 100 }];
  if (classes.length === 0) {
    refuse(['classes'], 'is empty, so no peer would download', 'add a class, or remove the field');
  }
  checkClassNames(classes, config.cache?.providerCaches?.length ?? 0);
  const crowd = countsOf(config, classes, seedCount);
  return {
    peers: seedCount + [...crowd.values()].reduce((total, count) => total + count, 0),
    classes: classes.map((each, i) =>
      completeClass(each, ['classes', i], crowd.get(i) ?? each.count, defaults),
    ),
  };
}

/** The number of leechers of each class of the crowd, by the index of the class. */
function countsOf(
  config: SwarmConfig,
  classes: readonly ClassConfig[],
  seedCount: number,
): ReadonlyMap<number, number> {
  const crowd = [...classes.keys()].filter((i) => classes[i]!.arrivals === undefined);
  classes.forEach(({ share, arrivals }, i) => {
    if (share === undefined || arrivals === undefined) return;
    const problem = 'is a share of those who are there at the start, but the class has arrivals';
    refuse(
      ['classes', i, 'share'],
      problem,
      'remove it, or write "count": 100 for at most so many',
    );
  });
  const counts = crowd.every((i) => classes[i]!.share === undefined)
    ? countsAsGiven(config, classes, crowd, seedCount)
    : countsByShare(config, classes, crowd, seedCount);
  return new Map(crowd.map((i, place) => [i, counts[place]!]));
}

function countsAsGiven(
  { peers }: SwarmConfig,
  classes: readonly ClassConfig[],
  crowd: readonly number[],
  seedCount: number,
): number[] {
  const counts = crowd.map((i) => {
    const { count, name } = classes[i]!;
    if (count !== undefined) return count;
    const problem = `has neither a count nor a share ("${name}")`;
    const fix = 'add "count": 100, or "share": "50 %", or "arrivals": { "rate": "100/h" }';
    return refuse(['classes', i], problem, fix);
  });
  const total = counts.reduce((sum, count) => sum + count, seedCount);
  if (peers !== undefined && peers !== total) {
    const those = crowd.length < classes.length ? 'classes without arrivals' : 'classes';
    const problem = `is ${peers}, but the ${those} and the seeds have ${total} peers in all`;
    refuse(['peers'], problem, `set it to ${total}, or remove it`);
  }
  return counts;
}

/** Shares are rounded to whole peers by the largest remainder; ties go to the first class. */
function countsByShare(
  { peers }: SwarmConfig,
  classes: readonly ClassConfig[],
  crowd: readonly number[],
  seedCount: number,
): number[] {
  if (peers === undefined) {
    return refuse(['peers'], 'is missing', 'add "peers": 200');
  }
  const shares = crowd.map((i) => {
    const { share, count } = classes[i]!;
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

function checkClassNames(classes: readonly ClassConfig[], cacheEntries: number): void {
  const known = new Set(['seed', ...(cacheEntries > 0 ? [CACHE_CLASS] : [])]);
  classes.forEach(({ name }, i) => {
    const path = ['classes', i, 'name'];
    if (!CLASS_NAME.test(name)) {
      const fix = 'use up to 24 letters, digits, ".", "_" and "-", as in "dsl-2006"';
      refuse(path, `is ${JSON.stringify(name)}`, fix);
    }
    if (known.has(name)) {
      refuse(path, `is "${name}", the name of another class`, 'choose another name');
    }
    known.add(name);
  });
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
function swarmOf(config: CompleteSwarmConfig, resolved: ResolvedTopology): Swarm {
  const { topology, indexOf, fullNameOf } = resolved;
  const { seeds, classes, file, arrivals, network, tracker, client, cache, faults } = config;
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
      ...seeds.map((each) => seedClassOf(each, indexOf)),
      ...classes.map((each) => peerClassOf(each, indexOf)),
      ...arrivingSeedsOf(faults ?? [], indexOf),
      ...(cache.providerCaches ?? []).map((each) => cacheClassOf(each, indexOf)),
    ],
    arrivalOrder: arrivals.classOrder,
    arrivalGapMs: arrivals.meanGap,
    ...endOf(config),
    pieces: file.pieces,
    pieceBits: file.pieceSize * 8,
    ...(client.connectionsMax === undefined ? {} : { connectionsMax: client.connectionsMax }),
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
    topology,
    latency,
    ...bordersAndTcpOf(network, fullNameOf),
    ...(network.prices === undefined ? {} : { prices: pricesOf(network.prices, fullNameOf) }),
    ...leadersOfSwarm(cache, indexOf),
    ...(faults === undefined
      ? {}
      : { faults: faultsOf(faults, seeds.length + classes.length, indexOf) }),
    ...selectionOfSwarm(tracker, indexOf),
  };
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
