/**
 * Which AS of a topology host peers, and which share of the peers each of them has. The AS that
 * classes or traces name are theirs alone, beside these.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import { SwarmError } from '../../errors.ts';
import type { AsNetwork } from '../../network/as-network.ts';
import { WeightedDraws, zipfShares } from '../../network/shares.ts';
import type { Home } from './dynamics.ts';
import {
  type AsSizes,
  type FileTopology,
  type Hosts,
  isFromFile,
  type PeerClass,
  type Swarm,
  type TransitStub,
} from './swarm.ts';

/** The stub domains and their shares, where sizes are given. */
export function hostsOfStubs({ stubDomains }: TransitStub, sizes: AsSizes): Home[] {
  const stubs = Array.from({ length: stubDomains }, (_, as) => as);
  return sharesOf(sizes, stubs, undefined).map((share, as) => ({ as, share }));
}

/**
 * The AS of a network that host peers, in the order in which they are listed or drawn.
 *
 * @throws SwarmError if too few AS reach one another to draw so many
 */
export function hostsOfNetwork(swarm: Swarm, network: AsNetwork, seed: number): Home[] {
  const topology = swarm.topology as FileTopology;
  const { hosts, sizes } = topology;
  const random = seededRandom(seed, 'hosts');
  const listed =
    hosts !== undefined && 'count' in hosts
      ? drawn(network, hosts, random, namedByClasses(swarm)).map((as) => ({ as, share: 1 }))
      : (hosts?.as ?? edgeHosts(network));
  if (sizes === undefined) {
    const own = network.sizes;
    if (hosts !== undefined && 'as' in hosts) return [...listed];
    return listed.map(({ as }) => ({ as, share: own === undefined ? 1 : own[as]! }));
  }
  const shares = sharesOf(
    sizes,
    listed.map(({ as }) => as),
    hosts,
  );
  return listed.map(({ as }, i) => ({ as, share: shares[i]! }));
}

/** The number of AS that host peers of classes that do not say where they live. */
export function hostCountOf({ topology }: Pick<Swarm, 'topology'>, network?: AsNetwork): number {
  if (!isFromFile(topology)) return topology.stubDomains;
  const { hosts } = topology;
  if (hosts === undefined) return network?.edgeAs().length ?? topology.asCount;
  return 'count' in hosts ? hosts.count : hosts.as.length;
}

/**
 * The number of AS of equal size in which a peer has as many others in its own AS, on average, as
 * in these.
 */
export function effectiveHostCount(swarm: Pick<Swarm, 'topology'>): number {
  const { topology } = swarm;
  const { sizes } = topology;
  const listed =
    isFromFile(topology) && topology.hosts !== undefined && 'as' in topology.hosts
      ? topology.hosts.as
      : undefined;
  const all =
    listed?.map(({ as }) => as) ?? Array.from({ length: hostCountOf(swarm) }, (_, i) => i);
  const shares =
    sizes === undefined || sizes.sizes === 'users'
      ? listed?.map(({ share }) => share)
      : sharesOf(sizes, all, undefined);
  if (shares === undefined) return hostCountOf(swarm);
  const sum = shares.reduce((total, share) => total + share, 0);
  return 1 / shares.reduce((total, share) => total + (share / sum) ** 2, 0);
}

/** The expected number of caches of a class: those that would serve nobody are left out. */
export function cachesOfClass({ caches }: PeerClass, swarm: Pick<Swarm, 'topology'>): number {
  if (caches === undefined) return 0;
  return caches.places === 'all' ? hostCountOf(swarm) : caches.places.length;
}

/** How likely each AS is drawn, relative to the others. */
export function drawWeights(
  network: AsNetwork,
  { by, users = [] }: Extract<Hosts, { readonly count: number }>,
): number[] {
  const weights = new Array<number>(network.asCount).fill(0);
  switch (by) {
    case 'uniform':
      for (const as of network.edgeAs()) weights[as] = 1;
      break;
    case 'cone':
      for (const [as, size] of (network.customerCones() ?? []).entries()) weights[as] = size;
      break;
    case 'users':
      for (const [as, count] of users) weights[as] = count;
  }
  return weights;
}

function edgeHosts(network: AsNetwork): Home[] {
  return network.edgeAs().map((as) => ({ as, share: 1 }));
}

/** The share of each AS of a list. */
function sharesOf(sizes: AsSizes, listed: readonly number[], hosts: Hosts | undefined): number[] {
  switch (sizes.sizes) {
    case 'equal':
      return listed.map(() => 1);
    case 'zipf':
      return zipfShares(listed.length, sizes.exponent);
    case 'given':
      return [...sizes.shares];
    case 'users': {
      const users = new Map(hosts !== undefined && 'count' in hosts ? hosts.users : []);
      return listed.map((as) => users.get(as) ?? 0);
    }
  }
}

/**
 * AS drawn without replacement. One without a route to the others is passed over, and another is
 * drawn in its place: inferred relationships lack those of some AS.
 */
function drawn(
  network: AsNetwork,
  hosts: Extract<Hosts, { readonly count: number }>,
  random: Random,
  named: readonly number[],
): number[] {
  const weights = drawWeights(network, hosts);
  for (const as of named) weights[as] = 0;
  const draws = new WeightedDraws(weights);
  let chosen: number[] = [];
  let passedOver = 0;
  for (;;) {
    while (chosen.length < hosts.count) {
      const next = draws.next(random);
      if (next === undefined) throw tooFew(hosts, chosen.length, passedOver);
      chosen.push(next);
    }
    const cutOff = withoutRoutes(network, named, chosen);
    if (cutOff.size === 0) return chosen;
    chosen = chosen.filter((as) => !cutOff.has(as));
    passedOver += cutOff.size;
  }
}

function tooFew(
  { count, by }: Extract<Hosts, { readonly count: number }>,
  found: number,
  passedOver: number,
): SwarmError {
  const those = { uniform: 'without customers', cone: 'in the file', users: 'with users' }[by];
  const lost = passedOver === 0 ? '' : `, and ${passedOver} others have no route to these`;
  const problem = `asks for ${count} AS, but there are only ${found} ${those}${lost}`;
  return new SwarmError({ at: 'topology.hosts.count', problem, fix: `set it to ${found} or less` });
}

/** The fewest of `chosen`, about, without which all AS reach one another. */
function withoutRoutes(
  network: AsNetwork,
  named: readonly number[],
  chosen: readonly number[],
): ReadonlySet<number> {
  const all = Uint32Array.from([...named, ...chosen]);
  const ms = network.latenciesMs(all);
  const lacks = (a: number, b: number): boolean =>
    ms[a * all.length + b] === Infinity || ms[b * all.length + a] === Infinity;
  const missing = Array.from(all, (_, a) =>
    all.reduce((count, _to, b) => count + (lacks(a, b) ? 1 : 0), 0),
  );
  const cutOff = new Set<number>();
  for (;;) {
    // The one that lacks most routes; of several, the one that was drawn last.
    let worst = named.length;
    for (let i = worst; i < all.length; i++) if (missing[i]! >= missing[worst]!) worst = i;
    if ((missing[worst] ?? 0) === 0) return cutOff;
    cutOff.add(all[worst]!);
    for (const i of all.keys()) if (missing[i]! > 0 && lacks(i, worst)) missing[i]!--;
    missing[worst] = 0;
  }
}

/** The AS in which peers of some class or trace live. */
function namedByClasses({ classes }: Swarm): number[] {
  const named = classes.flatMap(({ homes = [], arrivals = [] }) => [
    ...homes.map(({ as }) => as),
    ...arrivals.flatMap((process) =>
      process.process === 'trace'
        ? process.peers.flatMap(({ as }) => (as === undefined ? [] : [as]))
        : [],
    ),
  ]);
  return [...new Set(named)];
}
