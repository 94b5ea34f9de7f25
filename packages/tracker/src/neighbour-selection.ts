/**
 * Chooses the neighbours of a peer among the peers that have joined.
 *
 * A selection contains neither the peer itself nor another peer twice. If there are fewer other
 * peers than requested, it contains all of them.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

/** The peers that a selection chooses from; the result depends on their order. */
export interface SelectablePeers {
  /** All peers. */
  readonly all: readonly PeerId[];
  /** The peers of one AS; empty if there are none. */
  inAs(asId: AsId): readonly PeerId[];
}

/** A rule by which a tracker chooses neighbours. */
export interface NeighbourSelection {
  /** The neighbours of `peer`, without duplicates and without `peer` itself. */
  select(peer: PeerId, asId: AsId, peers: SelectablePeers, random: Random): readonly PeerId[];
}

/** Uniform selection (BitTorrent): `count` other peers with equal probability. */
export function uniformSelection(count: number): NeighbourSelection {
  return {
    select: (peer, _, { all }, random) => {
      const chosen: PeerId[] = [];
      addOthers(chosen, count, all, peer, random);
      return chosen;
    },
  };
}

/** How many of `count` neighbours biased selection chooses from all peers, rounded down. */
export function externalCount(count: number, externalPercent: number): number {
  return Math.floor((count * externalPercent) / 100);
}

/**
 * Biased selection (Bindal et al. 2006): `externalPercent` of `count` neighbours, rounded down, are
 * chosen from all peers, and the others from the peer's own AS, if it has enough peers.
 *
 * The neighbours of its own AS come first, as in the original: a peer that breaks ties by the
 * order of its connections prefers its own AS.
 */
export function biasedSelection(count: number, externalPercent: number): NeighbourSelection {
  const external = externalCount(count, externalPercent);
  return {
    select: (peer, asId, peers, random) => {
      const chosen: PeerId[] = [];
      addOthers(chosen, count - external, peers.inAs(asId), peer, random);
      addOthers(chosen, external, peers.all, peer, random);
      return chosen;
    },
  };
}

/** Adds up to `count` peers of `pool` that are neither `self` nor chosen already. */
function addOthers(
  chosen: PeerId[],
  count: number,
  pool: readonly PeerId[],
  self: PeerId,
  random: Random,
): void {
  const target = chosen.length + count;
  if (pool.length > 3 * target) {
    // Most of the pool is not chosen yet: draw again after each duplicate.
    while (chosen.length < target) {
      const drawn = pool[random.below(pool.length)]!;
      if (drawn !== self && !chosen.includes(drawn)) chosen.push(drawn);
    }
    return;
  }
  const others = pool.filter((peer) => peer !== self && !chosen.includes(peer));
  while (chosen.length < target && others.length > 0) {
    const index = random.below(others.length);
    chosen.push(others[index]!);
    others[index] = others.at(-1)!;
    others.pop();
  }
}
