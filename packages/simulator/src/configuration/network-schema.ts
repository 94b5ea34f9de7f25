/** The section `network` of a configuration: which topology, and which AS host peers. */

import { z } from 'zod';

import type { NetworkData } from '../network/as-network.ts';
import { type AsName, asName } from './as-names.ts';
import { type BorderConfig, bordersSchema, type TcpConfig, tcpSchema } from './borders.ts';
import { type PricesConfig, pricesSchema } from './prices.ts';
import type { Percentage, Time } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** Where the description of a network comes from. */
export type TopologyName = 'transit-stub' | 'relationships' | 'table' | 'graph';

/** A file, and what it says. */
interface ConfigFileReference {
  /** The name of the file, for messages; relative to the configuration. */
  readonly name: string;
  /** SHA-256 of its text: another file of this name is refused. */
  readonly sha256?: string;
}

/** A file that describes a network. */
export interface NetworkFileConfig extends ConfigFileReference {
  /** What the file says; required by `swarm`, which reads no files. */
  readonly network?: NetworkData;
}

/** A table of the users of each AS. */
export interface UsersFileConfig extends ConfigFileReference {
  /** Its rows; required by `swarm`, which reads no files. */
  readonly rows?: readonly (readonly [as: AsName, users: number])[];
}

/** An AS that hosts peers, and its share of them; shares are relative to their sum. */
export interface HostConfig {
  /** The AS. */
  readonly as: AsName;
  /** Its share of the peers of classes that do not say where they live. */
  readonly share: Percentage;
}

/** Which AS host peers: so many are drawn with the seed of the run. */
export interface DrawnHostsConfig {
  /** How many. */
  readonly count: number;
  /**
   * AS without customers alike (`uniform`, the default), or all AS in proportion to their customer
   * cone (`cone`) or their users (`users`, the default with a table of these).
   */
  readonly by?: 'uniform' | 'cone' | 'users';
  /** A table of the users of each AS, as a CSV file. */
  readonly users?: string | UsersFileConfig;
}

/** The network between the peers. */
export interface NetworkConfig {
  /**
   * A random transit–stub topology (the default, Zegura et al. 1996), or one from a file: AS
   * `relationships`, a `table` of latencies, or a `graph`.
   */
  readonly topology?: TopologyName;
  /** The file that describes the network. */
  readonly topologyFile?: string | NetworkFileConfig;
  /**
   * The AS that host peers, or how many are drawn (default: all without customers, or all). Only
   * with a file.
   */
  readonly hosts?: readonly (AsName | HostConfig)[] | DrawnHostsConfig;
  /**
   * The sizes of the AS that host peers: `equal`, by Zipf's law (`zipf`, or `{ zipf: exponent }`),
   * by their `users`, or a share for each (default: as the hosts or the file say, else equal; in a
   * transit–stub topology about equal, drawn at random).
   */
  readonly sizes?: 'equal' | 'zipf' | 'users' | { readonly zipf: number } | readonly number[];
  /** Latency of a hop between two AS, where the file has none (relationships: 20 ms). */
  readonly hopLatency?: Time;
  /** Latency between two nodes of an AS, where the file has none (default: 5 ms). */
  readonly intraLatency?: Time;
  /** The attribute of links of a graph that is their latency (default: `latency`). */
  readonly latencyAttribute?: string;
  /** The attributes of nodes of a graph that are their latitude and longitude, in degrees. */
  readonly coordinates?: readonly [latitude: string, longitude: string];
  /** Number of autonomous systems that host peers, the stub domains (default: 10). */
  readonly as?: number;
  /** Routers of each AS, ± 2; one for each node (default: twice as many as nodes). */
  readonly routersPerAs?: number;
  /** Transit domains, the parts of the backbone (default: 4). */
  readonly transitDomains?: number;
  /** Routers of each transit domain, ± 2 (default: 10). */
  readonly routersPerTransitDomain?: number;
  /**
   * One-way latency between two nodes: that of the `topology` (the default), or one time for all.
   * With `rules: original` the default is 50 ms.
   */
  readonly latency?: 'topology' | Time;
  /** Time between two allocations of rates to flows (default: 1 s). */
  readonly allocationInterval?: Time;
  /** Capacities and losses of borders between AS (default: no limits). */
  readonly borders?: readonly BorderConfig[];
  /** How TCP bounds the rate of a flow by its round trip (default: it does not). */
  readonly tcp?: TcpConfig;
  /** What traffic between AS costs (default: it is neither metered nor billed). */
  readonly prices?: PricesConfig;
}

const count = z.number();
const time = quantityOf('time');

const sha256 = z.string().exactOptional().describe('SHA-256 of its text: no other file is read.');

/** What a file says is put in place of its name before a configuration is resolved. */
const content = z.unknown().optional();

const networkFile = z.strictObject({ name: z.string(), sha256, network: content });
const usersFile = z.strictObject({ name: z.string(), sha256, rows: content });

const drawnHosts = z.strictObject({
  count: count.describe('How many AS host peers.'),
  by: z
    .enum(['uniform', 'cone', 'users'])
    .exactOptional()
    .describe('AS without customers alike (default), or all by customer cone, or by users.'),
  users: z
    .union([usersFile, z.string()])
    .exactOptional()
    .describe('A CSV file with the number of users of each AS.'),
});

const host = z.strictObject({ as: asName, share: quantityOf('percent') });

export const networkSchema: z.ZodObject = z
  .strictObject({
    topology: z
      .enum(['transit-stub', 'relationships', 'table', 'graph'])
      .exactOptional()
      .describe('A random transit–stub topology (default), or the kind of `topologyFile`.'),
    topologyFile: z
      .union([networkFile, z.string()])
      .exactOptional()
      .describe('The file that describes the network, relative to this one.'),
    hosts: z
      .union([z.array(z.union([host, asName])), drawnHosts])
      .exactOptional()
      .describe('AS that host peers, maybe with shares, or how many are drawn (default: all).'),
    sizes: z
      .union([
        z.enum(['equal', 'zipf', 'users']),
        z.strictObject({ zipf: z.number().describe('Exponent of Zipf’s law.') }),
        z.array(z.number()),
      ])
      .exactOptional()
      .describe('Shares of the AS in the peers: `equal`, `zipf`, `users`, or a list.'),
    hopLatency: time
      .exactOptional()
      .describe('Latency of an AS hop where the file has none (relationships: 20 ms).'),
    intraLatency: time
      .exactOptional()
      .describe('Latency within an AS where the file has none (default: 5 ms).'),
    latencyAttribute: z
      .string()
      .exactOptional()
      .describe('Attribute of the links of a graph that is their latency (default: latency).'),
    coordinates: z
      .array(z.string())
      .exactOptional()
      .describe('Attributes of the nodes of a graph: latitude and longitude, in degrees.'),
    as: count.exactOptional().describe('Autonomous systems that host peers (default: 10).'),
    routersPerAs: count
      .exactOptional()
      .describe('Routers of each AS, ± 2 (default: about twice as many as nodes).'),
    transitDomains: count.exactOptional().describe('Parts of the backbone (default: 4).'),
    routersPerTransitDomain: count
      .exactOptional()
      .describe('Routers of each transit domain, ± 2 (default: 10).'),
    latency: quantityOf('time', 'topology')
      .exactOptional()
      .describe('One-way latency: `topology` (default), or one time for all, such as 50 ms.'),
    allocationInterval: time
      .exactOptional()
      .describe('Time between two allocations of rates to flows (default: 1 s).'),
    borders: bordersSchema.exactOptional(),
    tcp: tcpSchema.exactOptional(),
    prices: pricesSchema.exactOptional(),
  })
  .describe('The network between the peers: a transit–stub topology, or one from a file.');
