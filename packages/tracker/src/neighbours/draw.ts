/** Draws peers at random, all being equally likely. */

import type { PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

/** Up to so many peers, looking through a list is faster than a set. */
const LISTED_MAX = 64;

/** Adds up to `count` peers of `pool` that are neither `self` nor chosen already. */
export function addOthers(
  chosen: PeerId[],
  count: number,
  pool: readonly PeerId[],
  self: PeerId,
  random: Random,
): void {
  if (count <= 0) return;
  const target = chosen.length + count;
  const known = target > LISTED_MAX ? new Set(chosen) : undefined;
  const isChosen = (peer: PeerId): boolean =>
    known === undefined ? chosen.includes(peer) : known.has(peer);
  if (pool.length > 3 * target) {
    // Most of the pool is not chosen yet: draw again after each duplicate.
    while (chosen.length < target) {
      const drawn = pool[random.below(pool.length)]!;
      if (drawn === self || isChosen(drawn)) continue;
      chosen.push(drawn);
      known?.add(drawn);
    }
    return;
  }
  const others = pool.filter((peer) => peer !== self && !isChosen(peer));
  while (chosen.length < target && others.length > 0) {
    const index = random.below(others.length);
    chosen.push(others[index]!);
    others[index] = others.at(-1)!;
    others.pop();
  }
}

/** How many of `count` neighbours are chosen outside, or from all peers, rounded down. */
export function externalCount(count: number, externalPercent: number): number {
  return Math.floor((count * externalPercent) / 100);
}
