/** From the section `network` to the topology of a swarm: fills in what was left out. */

import type { AsNetwork } from '../network/as-network.ts';
import type { RelatedAs } from '../network/related-as.ts';
import { relationshipsOf } from '../network/relationship-network.ts';
import { STUBS_MAX } from '../swarm/plan/check-topology.ts';
import { SwarmError } from '../errors.ts';
import { drawWeights } from '../swarm/plan/hosting.ts';
import { openNetwork, relatedStubs } from '../swarm/plan/lay-out.ts';
import {
  type AsSizes,
  type FileTopology,
  type Hosts,
  stubName,
  type Topology,
} from '../swarm/plan/swarm.ts';
import {
  type AsIndexOf,
  type AsName,
  type FullNameOf,
  indexOfIn,
  stubIndexOf,
} from './as-names.ts';
import { type CompleteBordersAndTcp, completeBordersAndTcp } from './borders.ts';
import { refuseName } from './check-as-names.ts';
import { refuse } from './configuration-error.ts';
import type {
  DrawnHostsConfig,
  HostConfig,
  NetworkConfig,
  NetworkFileConfig,
  TopologyName,
  UsersFileConfig,
} from './network-schema.ts';
import { completePrices, type CompletePricesConfig } from './prices.ts';
import { quantity } from './quantities.ts';

/** The section `network` with every field written out that its topology has. */
export interface CompleteNetworkConfig extends CompleteBordersAndTcp {
  readonly topology: TopologyName;
  readonly latency: 'topology' | number;
  readonly allocationInterval: number;
  /** Absent where sizes are as the hosts or the file say, or are drawn. */
  readonly sizes?: NonNullable<NetworkConfig['sizes']>;

  /** Of a transit–stub topology. */
  readonly as?: number;
  readonly routersPerAs?: number;
  readonly transitDomains?: number;
  readonly routersPerTransitDomain?: number;

  /** Of a topology from a file: its name and hash, without its content. */
  readonly topologyFile?: Pick<NetworkFileConfig, 'name' | 'sha256'>;
  readonly hosts?: readonly (AsName | HostConfig)[] | CompleteDrawnHosts;
  readonly hopLatency?: number;
  readonly intraLatency?: number;
  readonly latencyAttribute?: string;
  readonly coordinates?: readonly [latitude: string, longitude: string];

  /** Absent if traffic between AS has no price. */
  readonly prices?: CompletePricesConfig;
}

interface CompleteDrawnHosts {
  readonly count: number;
  readonly by: 'uniform' | 'cone' | 'users';
  readonly users?: Pick<UsersFileConfig, 'name' | 'sha256'>;
}

/** The defaults of a transit–stub topology, which depend on the peers. */
export interface StubDefaults {
  readonly as: number;
  readonly routersPerAs: (as: number) => number;
  readonly transitDomains: number;
  readonly routersPerTransitDomain: number;
}

/** A topology, and the AS in it by name. */
export interface ResolvedTopology {
  readonly topology: Topology;
  readonly indexOf: AsIndexOf;
  /** The name of an AS in results; what names no AS stays as it is. */
  readonly fullNameOf: FullNameOf;
  /** Which AS and links there are. */
  readonly related: RelatedAs;
  /** Absent for a transit–stub topology. */
  readonly network?: AsNetwork;
}

const DEFAULT = { hopMs: 20, intraMs: 5 } as const;
/**
 * Checks the text of a file of AS relationships, `file` in messages.
 *
 * @throws SwarmError that names the first line that is invalid or contradicts another
 */
export function checkRelationships(text: string, file: string): void {
  relationshipsOf(text, file);
}

/** The attributes of nodes and links in the Internet Topology Zoo and in graphs of Shadow. */
export const LATENCY_ATTRIBUTE = 'latency';
export const COORDINATES = ['Latitude', 'Longitude'] as const;

const OF_STUBS = ['as', 'routersPerAs', 'transitDomains', 'routersPerTransitDomain'] as const;
const OF_FILES = ['topologyFile', 'hosts', 'intraLatency'] as const;

/** Fills in what was left out; `latency` and `allocationInterval` have been. */
export function completeNetwork(
  network: NetworkConfig,
  filledIn: Pick<CompleteNetworkConfig, 'latency' | 'allocationInterval'>,
  defaults: StubDefaults,
): CompleteNetworkConfig {
  const { topology = 'transit-stub' } = network;
  refuseWithoutEffect(network, topology);
  const always = {
    ...filledIn,
    ...(network.sizes === undefined ? {} : { sizes: network.sizes }),
    ...completeBordersAndTcp(network.borders, network.tcp),
    ...(network.prices === undefined ? {} : { prices: completePrices(network.prices) }),
  };
  if (topology === 'transit-stub') {
    const as = network.as ?? defaults.as;
    return {
      topology,
      as,
      routersPerAs: network.routersPerAs ?? defaults.routersPerAs(as),
      transitDomains: network.transitDomains ?? defaults.transitDomains,
      routersPerTransitDomain: network.routersPerTransitDomain ?? defaults.routersPerTransitDomain,
      ...always,
    };
  }
  const { name, sha256 } = fileIn(network);
  return {
    topology,
    topologyFile: { name, ...(sha256 === undefined ? {} : { sha256 }) },
    ...(network.hosts === undefined ? {} : { hosts: completeHosts(network.hosts) }),
    ...completeHopLatency(network, topology),
    intraLatency: time(network.intraLatency, DEFAULT.intraMs),
    ...(topology === 'graph'
      ? {
          latencyAttribute: network.latencyAttribute ?? LATENCY_ATTRIBUTE,
          coordinates: network.coordinates ?? COORDINATES,
        }
      : {}),
    ...always,
  };
}

/**
 * The topology that a complete configuration describes, with the content of its files, which
 * `written` has.
 *
 * @throws ConfigurationError if a file lacks what is named
 */
export function topologyOf(
  complete: CompleteNetworkConfig,
  written: NetworkConfig,
): ResolvedTopology {
  const sizes = complete.sizes === undefined ? {} : { sizes: sizesOf(complete.sizes) };
  if (complete.topology === 'transit-stub') {
    const topology = {
      transitDomains: complete.transitDomains!,
      transitDomainSize: complete.routersPerTransitDomain!,
      stubDomains: complete.as!,
      stubDomainSize: complete.routersPerAs!,
      ...sizes,
    };
    return {
      topology,
      indexOf: stubIndexOf,
      fullNameOf: fullNames(stubIndexOf, stubName),
      related: relatedStubs(topology.stubDomains),
    };
  }
  const { name, sha256, network: data } = fileIn(written);
  if (data?.kind !== complete.topology) {
    const problem = `describes a topology of the kind "${data?.kind}"`;
    return refuse(['network', 'topologyFile'], problem, `give one of "${complete.topology}"`);
  }
  const file = { name, ...(sha256 === undefined ? {} : { sha256 }) };
  const latencies = {
    ...(complete.hopLatency === undefined ? {} : { hopMs: complete.hopLatency }),
    intraMs: complete.intraLatency!,
  };
  const network = opened({ file, network: data, asCount: 0, ...latencies });
  const hosts = written.hosts && hostsOf(written.hosts, network, name);
  const topology = {
    file,
    network: data,
    asCount: network.asCount,
    ...(hosts === undefined ? {} : { hosts }),
    ...sizes,
    ...latencies,
  };
  checkHostCount(topology, network);
  const indexOf = indexOfIn(network);
  const fullNameOf = fullNames(indexOf, (as) => network.nameOf(as));
  return { topology, indexOf, fullNameOf, related: network.related, network };
}

function fullNames(indexOf: AsIndexOf, nameOf: (as: number) => string): FullNameOf {
  return (name) => {
    const index = indexOf(name);
    return Number.isNaN(index) ? String(name) : nameOf(index);
  };
}

function opened(topology: FileTopology): AsNetwork {
  try {
    return openNetwork(topology);
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    const { at, problem, fix } = error;
    const lead = at === topology.file.name ? '' : `at ${at}: `;
    return refuse(['network', 'topologyFile'], `${lead}${problem}`, fix);
  }
}

/** Fields that the topology does not have would be overlooked. */
function refuseWithoutEffect(network: NetworkConfig, topology: TopologyName): void {
  const isStubs = topology === 'transit-stub';
  const others: readonly (keyof NetworkConfig)[] = [
    ...(isStubs ? OF_FILES : OF_STUBS),
    ...(topology === 'relationships' || topology === 'graph' ? [] : (['hopLatency'] as const)),
    ...(topology === 'graph' ? [] : (['latencyAttribute', 'coordinates'] as const)),
  ];
  const field = others.find((name) => network[name] !== undefined);
  if (field === undefined) return;
  if (field === 'topologyFile') {
    const problem = 'names a file, but does not say what it describes';
    refuse(['network', field], problem, 'add "topology": "relationships", "table" or "graph"');
  }
  const problem = `has no effect in a topology "${topology}"`;
  refuse(['network', field], problem, 'remove it, or set "topology" to another');
}

function fileIn({ topology, topologyFile }: NetworkConfig): NetworkFileConfig {
  if (topologyFile === undefined) {
    const problem = `is "${topology}", but no file describes it`;
    return refuse(['network', 'topology'], problem, 'add "topologyFile": "as-rel.txt"');
  }
  if (typeof topologyFile === 'object' && topologyFile.network !== undefined) return topologyFile;
  return refuseFile(['network', 'topologyFile'], 'network', topologyFile);
}

function refuseFile(
  path: readonly string[],
  field: string,
  file: string | { readonly name: string },
): never {
  const name = typeof file === 'string' ? file : file.name;
  const problem = `is the name of a file ("${name}"), but the simulator reads no files`;
  const fix =
    `give what it says, as "${field}" beside "name", or read the configuration with ` +
    '"readConfig" of the runner';
  return refuse(path, problem, fix);
}

function completeHopLatency(
  { hopLatency }: NetworkConfig,
  topology: TopologyName,
): { readonly hopLatency?: number } {
  if (hopLatency !== undefined) return { hopLatency: quantity('time', hopLatency) };
  return topology === 'relationships' ? { hopLatency: DEFAULT.hopMs } : {};
}

function completeHosts(
  hosts: NonNullable<NetworkConfig['hosts']>,
): NonNullable<CompleteNetworkConfig['hosts']> {
  if (isList(hosts)) {
    return hosts.map((entry) =>
      typeof entry === 'object' ? { as: entry.as, share: quantity('percent', entry.share) } : entry,
    );
  }
  const { count, users } = hosts;
  const by = hosts.by ?? (users === undefined ? 'uniform' : 'users');
  if (users === undefined) return { count, by };
  const { name, sha256 } = usersIn(users);
  return { count, by, users: { name, ...(sha256 === undefined ? {} : { sha256 }) } };
}

function isList(
  hosts: NonNullable<NetworkConfig['hosts']>,
): hosts is readonly (AsName | HostConfig)[] {
  return Array.isArray(hosts);
}

function usersIn(users: string | UsersFileConfig): UsersFileConfig {
  if (typeof users === 'object' && users.rows !== undefined) return users;
  return refuseFile(['network', 'hosts', 'users'], 'rows', users);
}

function sizesOf(sizes: NonNullable<NetworkConfig['sizes']>): AsSizes {
  if (sizes === 'zipf') return { sizes, exponent: 1 };
  if (typeof sizes === 'string') return { sizes };
  if ('zipf' in sizes) return { sizes: 'zipf', exponent: sizes.zipf };
  return { sizes: 'given', shares: sizes };
}

function hostsOf(
  hosts: NonNullable<NetworkConfig['hosts']>,
  network: AsNetwork,
  file: string,
): Hosts {
  const indexOf = indexOfIn(network);
  if (!isList(hosts)) return drawnHostsOf(hosts, indexOf);
  const path = ['network', 'hosts'];
  return {
    as: hosts.map((entry, i) => {
      const name = typeof entry === 'object' ? entry.as : entry;
      const at = typeof entry === 'object' ? [...path, i, 'as'] : [...path, i];
      const as = indexOf(name);
      if (Number.isNaN(as)) refuseName(name, at, network, file);
      return { as, share: typeof entry === 'object' ? quantity('percent', entry.share) : 1 };
    }),
  };
}

/** A table of users may have AS that the network lacks. */
function drawnHostsOf({ count, by, users }: DrawnHostsConfig, indexOf: AsIndexOf): Hosts {
  if (users === undefined) {
    if (by === 'users') {
      const problem = 'is "users", but there is no table of these';
      refuse(['network', 'hosts', 'by'], problem, 'add "users": "users.csv"');
    }
    return { count, by: by ?? 'uniform' };
  }
  const rows = usersIn(users).rows!.flatMap(([name, number]) => {
    const as = indexOf(name);
    return Number.isNaN(as) ? [] : [[as, number] as const];
  });
  return { count, by: by ?? 'users', users: rows };
}

/** Refuses more hosts than the network has, and more than the engine has numbers for. */
function checkHostCount({ hosts }: FileTopology, network: AsNetwork): void {
  if (hosts === undefined) {
    const count = network.edgeAs().length;
    if (count === 0) {
      const problem = 'has no AS without customers, and none is named that hosts peers';
      refuse(['network', 'topologyFile'], problem, 'add "hosts": ["AS64500"]');
    }
    if (count <= STUBS_MAX) return;
    const problem = `has ${count} AS without customers, more than can host peers (${STUBS_MAX})`;
    refuse(['network', 'topologyFile'], problem, 'let some be drawn: "hosts": { "count": 500 }');
  }
  if (hosts === undefined || !('count' in hosts)) return;
  const path = ['network', 'hosts'];
  if (hosts.by === 'cone' && network.customerCones() === undefined) {
    const problem = 'is "cone", but the file does not say who is a customer of whom';
    refuse([...path, 'by'], problem, 'set it to "uniform"');
  }
  const found = drawWeights(network, hosts).filter((weight) => weight > 0).length;
  if (hosts.count <= found) return;
  const those = { uniform: 'without customers', cone: 'in the file', users: 'with users' };
  const problem = `is ${hosts.count}, but there are ${found} AS ${those[hosts.by]}`;
  refuse([...path, 'count'], problem, found === 0 ? 'name others' : `set it to ${found} or less`);
}

function time(value: string | number | undefined, otherwise: number): number {
  return value === undefined ? otherwise : quantity('time', value);
}
