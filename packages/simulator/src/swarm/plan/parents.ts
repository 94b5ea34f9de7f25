/**
 * The parents of AS: through whose leaders the leaders of an AS get pieces from elsewhere.
 *
 *     provider AS1           `providers`: AS1 is the parent of AS3 and AS4
 *      │      │              `peers`: AS3 is that of AS4, since it has the lower number
 *     AS3 ── AS4
 *
 * The parent of an AS is above it: of two neighbours, the one with the larger customer cone, or if
 * they are equal, the one with the lower number. So no AS is above itself.
 */

import { SwarmError } from '../../errors.ts';
import type { AsNetwork } from '../../network/as-network.ts';
import type { Placement } from '../../network/placement.ts';
import { sharedInt32 } from '../../network/shared-arrays.ts';
import type { Parents, Swarm } from './swarm.ts';

const NONE = -1;

/**
 * The parent of each AS of a placement, or -1. An AS in which nobody lives is passed over: its own
 * parent takes its place.
 *
 * @param network Undefined for a transit–stub topology.
 * @throws SwarmError if no AS has a parent, or relationships are not known
 */
export function parentsOf(
  { parents }: Pick<Swarm, 'parents'>,
  { asCount, domainOfAs }: Pick<Placement, 'asCount' | 'domainOfAs'>,
  network: AsNetwork | undefined,
): Int32Array | undefined {
  if (parents === undefined) return undefined;
  const asIdOf = new Map(Array.from(domainOfAs, (domain, asId) => [domain, asId]));
  const above = typeof parents === 'string' ? byRank(parents, network, asIdOf) : listed(parents);
  const table = sharedInt32(asCount).fill(NONE);
  for (const [domain, asId] of asIdOf) {
    let parent = above(domain);
    while (parent !== undefined && !asIdOf.has(parent)) parent = above(parent);
    if (parent !== undefined) table[asId] = asIdOf.get(parent)!;
  }
  if (typeof parents === 'string' && table.every((parent) => parent === NONE)) {
    const neighbours = { providers: 'a provider', peers: 'a peer', cheapest: 'a neighbour' }[
      parents
    ];
    throw new SwarmError({
      at: 'parents',
      problem: `is ${parents}, but no AS that hosts peers has ${neighbours} that does`,
      fix: 'let others host peers, too ("hosts"), or list the parents',
    });
  }
  return table;
}

type Above = (domain: number) => number | undefined;

function listed(parents: Exclude<Parents, string>): Above {
  const parentOf = new Map(parents.map(({ as, parent }) => [as, parent]));
  return (domain) => parentOf.get(domain);
}

/** The neighbour above an AS, of those in which peers live, that is above the others. */
function byRank(
  kind: Exclude<Parents, object>,
  network: AsNetwork | undefined,
  asIdOf: ReadonlyMap<number, number>,
): Above {
  const cones = network?.customerCones();
  const neighboursOf = network?.neighboursOf?.bind(network);
  if (cones === undefined || neighboursOf === undefined) {
    throw new SwarmError({
      at: 'parents',
      problem: `is ${kind}, but the network does not say who is a provider or a peer of whom`,
      fix: 'list the parents, or use a topology of relationships',
    });
  }
  const isAbove = (a: number, b: number): boolean =>
    cones[a]! > cones[b]! || (cones[a] === cones[b] && a < b);
  const firstOf = (candidates: Uint32Array, domain: number): number | undefined =>
    [...candidates]
      .filter((as) => asIdOf.has(as) && isAbove(as, domain))
      .sort((a, b) => (isAbove(a, b) ? -1 : 1))[0];
  return (domain) => {
    const { providers, peers } = neighboursOf(domain);
    const provider = kind === 'peers' ? undefined : firstOf(providers, domain);
    const peer = kind === 'providers' ? undefined : firstOf(peers, domain);
    return peer ?? provider;
  };
}
