/**
 * Configuration files of the original simulator (2018): recognizes them, and turns them into
 * configurations of today. Its files run unchanged.
 *
 *     outPeers             → tracker.neighbours
 *     minNodes             → tracker.minPeers
 *     pieceSize (bits)     → file.pieceSize
 *     uploads, optimistics → client.uploadSlots, client.optimisticSlots
 *     interval             → client.rechokeInterval
 *     stubDomains, …Size   → network.as, network.routersPerAs
 *     transferInterval     → network.allocationInterval
 *     capacityNodes        → seeds, classes (the first node is the tracker, then come the seeds)
 *
 * `inPeers` and `allNodesRunInterval` had no effect and are dropped.
 */

import {
  type ClassConfig,
  type ClientConfig,
  type FileKind,
  type Path,
  pathName,
  problemsOf,
  type SeedConfig,
  type SwarmConfig,
} from '@cachetorrent/simulator/configuration';
import { z } from 'zod';

import { UserError } from '../user-error.ts';
import { locatedProblems } from './located-problems.ts';
import type { Locations } from './locations.ts';

interface CapacityNodes {
  readonly number: number;
  /** bits per millisecond, that is kbit/s */
  readonly upload: number;
  readonly download: number;
}

const number = z.number();
const capacityNodes = z.strictObject({ number, upload: number, download: number });
const latency = z.strictObject({
  fixedMs: number.exactOptional(),
  model: z.literal('topology').exactOptional(),
});

/** The fields of the original, then those that its files may have for this simulator. */
const original = z.strictObject({
  outPeers: number,
  inPeers: number.exactOptional(),
  minNodes: number,
  seeds: number,
  pieceSize: number,
  pieces: number,
  uploads: number,
  optimistics: number,
  interval: number,
  backlog: number,
  transitDomains: number,
  transitDomainSize: number,
  stubDomains: number,
  stubDomainSize: number,
  transferInterval: number,
  capacityNodes: z.array(capacityNodes),
  allNodesRunInterval: number.exactOptional(),

  rules: z.enum(['client', 'original']).exactOptional(),
  quirks: z.record(z.string(), z.boolean()).exactOptional(),
  latency: latency.exactOptional(),
  arrivalGapMs: number.exactOptional(),
  leaders: number.exactOptional(),
  preference: z.enum(['within-rarity', 'absolute']).exactOptional(),
  bias: number.exactOptional(),
  multi: number.exactOptional(),
  choker: z.string().exactOptional(),
  seedChoker: z.string().exactOptional(),
});

type OriginalConfig = z.infer<typeof original>;

const FIELDS = Object.keys(original.shape);
/** Fields that no configuration of today has: a file with one of them is one of the original. */
const ORIGINAL_ONLY: readonly string[] = [
  'outPeers',
  'minNodes',
  'capacityNodes',
  'transferInterval',
  'stubDomains',
];

const KIND: FileKind = {
  whole: 'the configuration',
  fieldsAt: ([first]) => {
    if (first === 'capacityNodes') return Object.keys(capacityNodes.shape);
    if (first === 'latency') return Object.keys(latency.shape);
    return FIELDS;
  },
  examples: { array: '[{ "number": 701, "upload": 2000, "download": 6000 }]', object: '{ ... }' },
  // The swarm `medium`.
  fieldExamples: {
    outPeers: '20',
    minNodes: '700',
    seeds: '1',
    pieceSize: '1960000',
    pieces: '1000',
    uploads: '4',
    optimistics: '1',
    interval: '10000',
    backlog: '10',
    transitDomains: '10',
    transitDomainSize: '50',
    stubDomains: '14',
    stubDomainSize: '100',
    transferInterval: '1500',
    number: '701',
    upload: '2000',
    download: '6000',
  },
};

/** Whether `value` is a configuration of the original simulator. */
export function isOriginal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ORIGINAL_ONLY.some((field) => Object.hasOwn(value, field));
}

/** A configuration of today, and how to find its values in the file of the original. */
export interface Imported {
  readonly config: SwarmConfig;
  readonly locations: Locations;
  /** The name of the field of the original from which the value at `path` comes. */
  readonly nameOf: (path: Path) => string | undefined;
}

/** @throws UserError naming the mistakes of a file of the original */
export function importOriginal(value: unknown, locations: Locations): Imported {
  const checked = original.safeParse(value, { reportInput: true });
  if (!checked.success) {
    throw new UserError(...locatedProblems(problemsOf(checked.error, KIND), locations));
  }
  const from = checked.data;
  refuseTwoLatencies(from, locations);
  const peers = peersOf(from, locations);
  const pathOf = (path: Path): Path => originOf(path, peers.origin);
  return {
    config: configOf(from, peers),
    locations: {
      ofValue: (path) => locations.ofValue(pathOf(path)),
      ofField: (path) => locations.ofField(pathOf(path)),
      offsetOf: (path) => locations.offsetOf(pathOf(path)),
    },
    nameOf: (path) => pathName(pathOf(path)) || undefined,
  };
}

/** The types of the fields cannot say that one of them is required. */
function refuseTwoLatencies({ latency }: OriginalConfig, locations: Locations): void {
  if (latency === undefined || Object.keys(latency).length === 1) return;
  const at = `${locations.ofValue(['latency'])}: latency`;
  const problem = "must be either fixed or the topology's";
  const fix = 'write { "fixedMs": 50 } or { "model": "topology" }';
  throw new UserError({ at, problem, fix });
}

function configOf(from: OriginalConfig, { seeds, classes }: Peers): SwarmConfig {
  const { rules, quirks, latency, arrivalGapMs, leaders, preference, bias, multi } = from;
  const latencyOf = latency === undefined ? undefined : (latency.fixedMs ?? 'topology');
  const arrivals = defined({
    meanGap: arrivalGapMs,
    classOrder: classes.length > 1 ? ('listed' as const) : undefined,
  });
  const cache = defined({ leaders, subTorrents: multi, requestPriority: preference });
  const chokers = defined({ choker: from.choker, seedChoker: from.seedChoker });
  return {
    ...populationOf(seeds, classes),
    file: { pieces: from.pieces, pieceSize: from.pieceSize / 8 },
    ...(Object.keys(arrivals).length === 0 ? {} : { arrivals }),
    network: {
      as: from.stubDomains,
      routersPerAs: from.stubDomainSize,
      transitDomains: from.transitDomains,
      routersPerTransitDomain: from.transitDomainSize,
      ...defined({ latency: latencyOf }),
      allocationInterval: from.transferInterval,
    },
    tracker: {
      neighbours: from.outPeers,
      ...defined({ externalNeighbours: bias }),
      minPeers: from.minNodes,
    },
    client: {
      ...defined({ rules, quirks }),
      uploadSlots: from.uploads,
      optimisticSlots: from.optimistics,
      rechokeInterval: from.interval,
      backlog: from.backlog,
      ...(chokers as ClientConfig),
    },
    ...(Object.keys(cache).length === 0 ? {} : { cache }),
  };
}

/** A class of the original: all have the same capacities. */
type OriginalClass = ClassConfig & { readonly upload: number; readonly download: number };

/** One class of leechers needs no list. */
function populationOf(
  seeds: readonly SeedConfig[],
  classes: readonly OriginalClass[],
): Pick<SwarmConfig, 'peers' | 'seeds' | 'upload' | 'download' | 'classes'> {
  const [seed] = seeds;
  if (seeds.length > 1 || seed === undefined) return { seeds, classes };
  const { upload, download, count } = classes[0]!;
  if (classes.length > 1) return { seeds: seed, classes };
  const isAlike = seed.upload === upload && seed.download === download;
  return {
    peers: seed.count! + count!,
    seeds: isAlike ? seed.count! : seed,
    upload,
    download,
  };
}

/** Without the fields that are undefined. */
function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}

interface Peers {
  readonly seeds: SeedConfig[];
  readonly classes: OriginalClass[];
  /** For each entry of `seeds` and `classes`, the entry of `capacityNodes`. */
  readonly origin: { readonly seeds: number[]; readonly classes: number[] };
}

/** Capacities are given in order of arrival: the tracker, then the seeds, then the leechers. */
function peersOf({ capacityNodes, seeds }: OriginalConfig, locations: Locations): Peers {
  refuseBadCounts(capacityNodes, seeds, locations);
  const peers: Peers = { seeds: [], classes: [], origin: { seeds: [], classes: [] } };
  let seedsLeft = seeds;
  capacityNodes.forEach(({ number: nodes, upload, download }, entry) => {
    const peersHere = nodes - (entry === 0 ? 1 : 0);
    const seedsHere = Math.min(seedsLeft, peersHere);
    const leechersHere = peersHere - seedsHere;
    seedsLeft -= seedsHere;
    if (seedsHere > 0) {
      peers.seeds.push({ count: seedsHere, upload, download });
      peers.origin.seeds.push(entry);
    }
    if (leechersHere > 0) {
      const name = `class-${peers.classes.length + 1}`;
      peers.classes.push({ name, count: leechersHere, upload, download });
      peers.origin.classes.push(entry);
    }
  });
  return peers;
}

function refuseBadCounts(
  entries: readonly CapacityNodes[],
  seeds: number,
  locations: Locations,
): void {
  const refuse = (path: Path, name: string, problem: string, fix: string): never => {
    throw new UserError({ at: `${locations.ofValue(path)}: ${name}`, problem, fix });
  };
  entries.forEach(({ number: nodes }, entry) => {
    if (Number.isInteger(nodes) && nodes >= 1) return;
    const path = ['capacityNodes', entry, 'number'];
    const name = `capacityNodes[${entry}].number`;
    refuse(path, name, `is ${nodes}`, 'set it to a whole number, 1 or more');
  });
  const nodes = entries.reduce((sum, entry) => sum + entry.number, 0);
  if (!Number.isInteger(seeds) || seeds < 1) {
    const problem = `is ${seeds}, but a swarm needs a whole number of seeds`;
    refuse(['seeds'], 'seeds', problem, 'set it to 1 or more');
  }
  if (nodes < seeds + 2) {
    const problem = `has ${nodes} nodes, but the tracker and ${seeds} seeds leave no leecher`;
    refuse(['capacityNodes'], 'capacityNodes', problem, `list ${seeds + 2} nodes or more`);
  }
}

const ORIGINS: Readonly<Record<string, Path>> = {
  peers: ['capacityNodes'],
  'file.pieces': ['pieces'],
  'file.pieceSize': ['pieceSize'],
  'arrivals.meanGap': ['arrivalGapMs'],
  'network.as': ['stubDomains'],
  'network.routersPerAs': ['stubDomainSize'],
  'network.transitDomains': ['transitDomains'],
  'network.routersPerTransitDomain': ['transitDomainSize'],
  'network.latency': ['latency'],
  'network.allocationInterval': ['transferInterval'],
  'tracker.neighbours': ['outPeers'],
  'tracker.externalNeighbours': ['bias'],
  'tracker.minPeers': ['minNodes'],
  'client.uploadSlots': ['uploads'],
  'client.optimisticSlots': ['optimistics'],
  'client.rechokeInterval': ['interval'],
  'client.backlog': ['backlog'],
  'client.choker': ['choker'],
  'client.seedChoker': ['seedChoker'],
  'client.rules': ['rules'],
  'cache.leaders': ['leaders'],
  'cache.subTorrents': ['multi'],
  'cache.requestPriority': ['preference'],
};

/** The field of the original from which the value at `path` comes. */
function originOf(path: Path, origin: Peers['origin']): Path {
  const [first, second, third] = path;
  if (first === 'upload' || first === 'download') {
    return ['capacityNodes', origin.classes[0]!, first];
  }
  if (first === 'client' && second === 'quirks') return ['quirks', ...path.slice(2)];
  if (first === 'seeds' || first === 'classes') {
    const index = typeof second === 'number' ? second : 0;
    const field = typeof second === 'number' ? third : second;
    const entry = origin[first][index];
    if (entry === undefined || field === undefined)
      return first === 'seeds' ? ['seeds'] : ['capacityNodes'];
    return ['capacityNodes', entry, field === 'count' ? 'number' : field];
  }
  return ORIGINS[path.join('.')] ?? [];
}
