/** The place of a field of a swarm in the configuration that describes the swarm. */

import type { UntilConfig } from './ends.ts';
import { eventIn } from './faults.ts';
import type { SeedConfig } from './population-schema.ts';
import { pathOfPrice } from './prices.ts';
import type { Path } from './problems.ts';
import type { SwarmConfig } from './schema.ts';

/** The path of each field of a swarm in a configuration. */
const PATHS: Readonly<Record<string, Path>> = {
  neighbours: ['tracker', 'neighbours'],
  minPeers: ['tracker', 'minPeers'],
  externalPercent: ['tracker', 'externalNeighbours'],
  selection: ['tracker', 'neighbourSelection'],
  'selection.externalPercent': ['tracker', 'externalNeighbours'],
  'selection.sampleSize': ['tracker', 'sampleSize'],
  'selection.interAsConnections': ['tracker', 'interAsConnections'],
  'selection.costs': ['tracker', 'costMap'],
  seeds: ['seeds'],
  classes: ['peers'],
  arrivalGapMs: ['arrivals', 'meanGap'],
  horizonMs: ['until'],
  'endsOn.event': ['until', 'event'],
  'endsOn.count': ['until', 'count'],
  'endsOn.windowMs': ['until', 'window'],
  warmUpMs: ['warmUp'],
  pieces: ['file', 'pieces'],
  pieceBits: ['file', 'pieceSize'],
  connectionsMax: ['client', 'connectionsMax'],
  uploadSlots: ['client', 'uploadSlots'],
  optimisticSlots: ['client', 'optimisticSlots'],
  rechokeIntervalMs: ['client', 'rechokeInterval'],
  backlog: ['client', 'backlog'],
  'client.requestQueueMs': ['client', 'requestQueue'],
  'client.requestQueueMin': ['client', 'requestQueueMin'],
  'client.requestQueueMax': ['client', 'requestQueueMax'],
  'client.requestQueueStart': ['client', 'requestQueueStart'],
  'client.wholePieceMs': ['client', 'wholePieceTime'],
  'client.randomFirstPieces': ['client', 'randomFirstPieces'],
  'client.requestTimeoutMs': ['client', 'requestTimeout'],
  'client.allowedFastPieces': ['client', 'allowedFastPieces'],
  'client.snubbedAfterMs': ['client', 'snubbedAfter'],
  'client.optimisticMs': ['client', 'optimisticInterval'],
  choker: ['client', 'choker'],
  seedChoker: ['client', 'seedChoker'],
  allocationIntervalMs: ['network', 'allocationInterval'],
  'topology.transitDomains': ['network', 'transitDomains'],
  'topology.transitDomainSize': ['network', 'routersPerTransitDomain'],
  'topology.stubDomains': ['network', 'as'],
  'topology.stubDomainSize': ['network', 'routersPerAs'],
  'topology.hopMs': ['network', 'hopLatency'],
  'topology.intraMs': ['network', 'intraLatency'],
  'latency.fixedMs': ['network', 'latency'],
  borders: ['network', 'borders'],
  'tcp.windowBits': ['network', 'tcp', 'window'],
  'tcp.lossPercent': ['network', 'tcp', 'loss'],
  leaderPercent: ['cache', 'leaders'],
  leadersMin: ['cache', 'minLeaders'],
  leadersMax: ['cache', 'maxLeaders'],
  leaderShare: ['cache', 'leaderShare'],
  parents: ['cache', 'parents'],
  electionPolicy: ['cache', 'policy'],
  subTorrents: ['cache', 'subTorrents'],
  requestPriority: ['cache', 'requestPriority'],
};

/** Today's names of the fields of a class and of what is in it; '' for a field without a name. */
const CLASS_FIELDS: Readonly<Record<string, string>> = {
  uploadKbps: 'upload',
  downloadKbps: 'download',
  perMs: 'rate',
  fromMs: 'from',
  untilMs: 'until',
  decayMs: 'decay',
  atMs: 'at',
  peers: 'trace',
  leavesAtMs: 'leaves',
  session: '',
  seedsFor: 'leaves.after',
  shareRatio: 'leaves.ratio',
  crashesAfter: 'crashes.after',
  returnsAfter: 'returns.after',
  table: 'capacities',
  least: 'min',
  most: 'max',
  distribution: '',
  value: '',
  homes: 'as',
  isReachable: 'reachable',
  claimedPercent: 'claims',
};

/**
 * The path of a field of `Swarm`, such as `topology.stubDomains`, in the configuration from which
 * the swarm was made.
 */
export function pathInConfig(field: string, config: SwarmConfig): Path {
  const entry = /^classes\[(\d+)\]\.(.+)$/.exec(field);
  if (entry === null) {
    const fault = /^faults\[(\d+)\](?:\.(.+))?$/.exec(field);
    if (field.startsWith('prices.')) return pathOfPrice(field);
    if (fault !== null) return pathOfFault(Number(fault[1]), fault[2] ?? '', config);
    const cost = /^selection\.costs\[(\d+)\](?:\.(.+))?$/.exec(field);
    if (cost !== null) {
      const path = ['tracker', 'costMap', Number(cost[1])];
      return cost[2] === undefined ? path : [...path, cost[2]];
    }
    const parent = /^parents\[(\d+)\](?:\.(.+))?$/.exec(field);
    if (parent !== null) {
      const path = ['cache', 'parents', Number(parent[1])];
      return parent[2] === undefined ? path : [...path, parent[2]];
    }
    const border = /^borders\[(\d+)\](?:\.(.+))?$/.exec(field);
    if (border !== null) return pathOfBorder(Number(border[1]), border[2] ?? '', config);
    if (field === 'pieces' && config.file.pieces === undefined) return ['file', 'size'];
    if (field === 'horizonMs' && typeof config.until === 'object') return ['until', 'time'];
    if (field === 'endsOn.windowMs' && (config.until as UntilConfig).window === undefined) {
      return ['until', 'time'];
    }
    const host = /^topology\.(hosts|sizes)(.*)$/.exec(field);
    if (host !== null) return pathOfHosts(host[1]!, host[2]!, config);
    if (field === 'minPeers' && config.tracker?.minPeers === undefined) return ['peers'];
    return PATHS[field] ?? [field];
  }
  return pathOfClass(Number(entry[1]), pathInClass(entry[2]!), config);
}

/** The path of `hosts` or `sizes`, or of an entry, such as `[2].share`, if it is written. */
function pathOfHosts(name: string, within: string, { network = {} }: SwarmConfig): Path {
  let value: unknown = (network as Readonly<Record<string, unknown>>)[name];
  const path: (string | number)[] = ['network', name];
  for (const [step] of within.matchAll(/\w+/g)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) break;
    value = (value as Readonly<Record<string, unknown>>)[step];
    path.push(/^\d+$/.test(step) ? Number(step) : step);
  }
  return path;
}

const NAMES_IN_EVENT: Readonly<Record<string, string>> = {
  className: 'class',
  uploadKbps: 'upload',
  downloadKbps: 'download',
};

/** The path of a field of an event, such as `as[0]`, in its entry of `faults`. */
function pathOfFault(index: number, field: string, { faults = [] }: SwarmConfig): Path {
  const path = ['faults', index];
  const entry = faults[index];
  const event = entry && eventIn(entry);
  if (event === undefined || field === '') return path;
  if (field === 'atMs') return [...path, 'at'];
  if (field === 'forMs') return [...path, 'for'];
  const within = entry![event] as Readonly<Record<string, unknown>>;
  if (field === 'percent') {
    return [...path, event, within['leaders'] === undefined ? 'peers' : 'leaders'];
  }
  const [name, place] = field.split(/[[\]]+/);
  const own = NAMES_IN_EVENT[name!] ?? name!;
  // One AS is written without a list.
  const isEntry = place !== undefined && Array.isArray(within[own]);
  return [...path, event, own, ...(isEntry ? [Number(place)] : [])];
}

const NAMES_IN_BORDER: Readonly<Record<string, string>> = {
  upKbps: 'up',
  downKbps: 'down',
  capacityKbps: 'capacity',
  lossPercent: 'loss',
};

/** The path of a field of a border, such as `as[0]`, in its entry of `network.borders`. */
function pathOfBorder(index: number, field: string, { network }: SwarmConfig): Path {
  const path = ['network', 'borders', index];
  if (field === '') return path;
  const [name, place] = field.split(/[[\]]+/);
  const own = NAMES_IN_BORDER[name!] ?? name!;
  const entry = network?.borders?.[index] as Readonly<Record<string, unknown>> | undefined;
  const isListed = place !== undefined && Array.isArray(entry?.[own]);
  return [...path, own, ...(isListed ? [Number(place)] : [])];
}

/** The path of a field of a class, such as `arrivals[0].perMs`, in its entry of `classes`. */
function pathInClass(field: string): Path {
  const isTraced = field.includes('.peers[');
  // A table of capacities is a list of its own in the configuration.
  const steps = field.replace(/^capacities\./, '').split(/[.[\]]+/);
  return steps.flatMap((step): Path => {
    if (step === '') return [];
    if (/^\d+$/.test(step)) return [Number(step)];
    if (step === 'atMs' && isTraced) return ['time'];
    const name = CLASS_FIELDS[step] ?? step;
    return name === '' ? [] : name.split('.');
  });
}

function pathOfClass(index: number, within: Path, config: SwarmConfig): Path {
  const { seeds = 1 } = config;
  const [name, ...rest] = within as readonly [string, ...Path];
  const seedEntries = isList(seeds) ? seeds.length : 1;
  if (index < seedEntries) {
    if (typeof seeds === 'number') return name === 'count' ? ['seeds'] : within;
    const [seed, path]: [SeedConfig, Path] = isList(seeds)
      ? [seeds[index]!, ['seeds', index]]
      : [seeds as SeedConfig, ['seeds']];
    return ownPath(path, seed, name, rest);
  }
  const others = config.classes?.length ?? 1;
  if (index >= seedEntries + others) {
    const place = index - seedEntries - others;
    const arriving = (config.faults ?? []).filter(({ seed }) => seed !== undefined).length;
    if (place >= arriving) return pathOfCache(place - arriving, name, rest, config);
    return pathOfArrivingSeed(place, name, rest, config);
  }
  const own = config.classes?.[index - seedEntries];
  if (own === undefined) return name === 'count' ? ['peers'] : within;
  const path = ['classes', index - seedEntries];
  if (name === 'count' && own.count === undefined) {
    return own.share === undefined ? path : [...path, 'share'];
  }
  return ownPath(path, own, name, rest);
}

/** The path of a field of the class of seeds that arrive; `place` is that among such classes. */
function pathOfArrivingSeed(
  place: number,
  name: string,
  rest: Path,
  { faults = [] }: SwarmConfig,
): Path {
  const index = [...faults.keys()].filter((i) => faults[i]!.seed !== undefined)[place]!;
  const path = ['faults', index];
  if (name === 'arrivals')
    return rest.at(-1) === 'count' ? [...path, 'seed', 'count'] : [...path, 'at'];
  return ownPath([...path, 'seed'], faults[index]!.seed!, name, rest);
}

/** The path of a field of a class of caches, such as `caches.places[1].as`, in its entry. */
function pathOfCache(index: number, name: string, rest: Path, { cache }: SwarmConfig): Path {
  const path = ['cache', 'providerCaches', index];
  const entry = cache?.providerCaches?.[index];
  if (name !== 'caches' || entry === undefined) return [...path, name];
  const [field, place, , served] = rest;
  if (field === 'uploadSlots') return [...path, 'slots'];
  if (entry.region !== undefined) {
    return [...path, 'region', ...(served === undefined ? [] : [served])];
  }
  // One AS is written without a list.
  return [...path, 'as', ...(place !== undefined && Array.isArray(entry.as) ? [place] : [])];
}

/** Capacities that an entry does not state are those of the swarm. */
function ownPath(path: Path, entry: object, name: string, rest: Path): Path {
  const isOfSwarm = ['upload', 'download'].includes(name) && !Object.hasOwn(entry, name);
  if (isOfSwarm) return [name, ...rest];
  return [
    ...path,
    name,
    ...withoutIndexOfOne((entry as Record<string, unknown>)[name], name, rest),
  ];
}

/** `arrivals` and `as` may be a list or its only entry, without an index. */
function withoutIndexOfOne(value: unknown, name: string, [first, ...rest]: Path): Path {
  if (first === undefined) return [];
  const isOne = typeof first === 'number' && !Array.isArray(value);
  const within = isOne ? rest : [first, ...rest];
  if (name !== 'as') return within;
  // An entry of `as` may be the index alone.
  const entry: unknown = Array.isArray(value) ? value[first as number] : value;
  if (typeof entry !== 'object') return isOne ? [] : [first];
  return within.map((step) => (step === 'as' ? 'index' : step));
}

/** Whether a field that may be one entry or several has several. */
export function isList<Entry>(value: number | Entry | readonly Entry[]): value is readonly Entry[] {
  return Array.isArray(value);
}
