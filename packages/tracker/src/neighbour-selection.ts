/**
 * Chooses the neighbours of a peer among those who have joined.
 *
 * A selection never contains the peer itself, nor anybody twice; where there are fewer others
 * than asked for, it contains them all.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import type { JoinedPeers } from './joined-peers.ts';

/** A rule by which a tracker chooses neighbours. */
export interface NeighbourSelection {
  /** The neighbours of `peer`: nobody twice, and not itself. */
  select(peer: PeerId, system: AsId, members: JoinedPeers, random: Random): readonly PeerId[];
}

/** `count` others, uniformly (BitTorrent). */
export function uniformSelection(count: number): NeighbourSelection {
  return {
    select: (peer, _, members, random) => {
      const chosen: PeerId[] = [];
      addOthers(chosen, count, members.all, peer, random);
      return chosen;
    },
  };
}

/** How many of `count` neighbours biased selection takes from anywhere. */
export function externalCount(count: number, externalPercent: number): number {
  return Math.floor((count * externalPercent) / 100);
}

/**
 * Biased selection (Bindal et al. 2006): `externalPercent` of `count`, rounded down, are chosen
 * from all peers, the others from the peer's own AS, as many as there are. Those come first, as in
 * the original: whoever serves equals in the order of its connections serves its own AS first.
 */
export function biasedSelection(count: number, externalPercent: number): NeighbourSelection {
  const external = externalCount(count, externalPercent);
  return {
    select: (peer, system, members, random) => {
      const chosen: PeerId[] = [];
      addOthers(chosen, count - external, members.inAs(system), peer, random);
      addOthers(chosen, external, members.all, peer, random);
      return chosen;
    },
  };
}

/** Adds up to `count` of `pool` that are neither `self` nor chosen already. */
function addOthers(
  chosen: PeerId[],
  count: number,
  pool: readonly PeerId[],
  self: PeerId,
  random: Random,
): void {
  const target = chosen.length + count;
  if (pool.length > 3 * target) {
    // Most of the pool is free to choose: draw until it is somebody new.
    while (chosen.length < target) {
      const candidate = pool[random.below(pool.length)]!;
      if (candidate !== self && !chosen.includes(candidate)) chosen.push(candidate);
    }
    return;
  }
  const others = pool.filter((candidate) => candidate !== self && !chosen.includes(candidate));
  while (chosen.length < target && others.length > 0) {
    const place = random.below(others.length);
    chosen.push(others[place]!);
    others[place] = others.at(-1)!;
    others.pop();
  }
}
