/**
 * The nearest peers of a random sample, by any distance: what selection by hops and by latency have
 * in common.
 *
 *     sample      drawn from all peers    8  3  9  1  7  4        sampleSize
 *     distance                            2  0  2  2  0  1
 *     chosen      the nearest, in order   3  7  4 │ 8            then some from all peers
 *
 * Those from all peers keep a swarm together whose AS have peers enough to fill each sample.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';

import { addOthers, externalCount } from './draw.ts';
import type { NeighbourSelection } from './selection.ts';

/** How the nearest of a sample are chosen. */
export interface NearestOptions {
  /** The number of neighbours. */
  readonly count: number;
  /** The percentage of them that is chosen from all peers, rounded down. */
  readonly externalPercent: number;
  /** The number of peers that are drawn; the nearest of them become neighbours. */
  readonly sampleSize: number;
}

/** A peer that was drawn for a sample. */
interface Drawn {
  readonly peer: PeerId;
  readonly distance: number;
}

/**
 * `distance` is that from a peer, of an AS, to another peer of another AS; Infinity if there is no
 * way. At equal distance, the peer that was drawn first is nearer.
 */
export function nearestSelection(
  { count, externalPercent, sampleSize }: NearestOptions,
  distance: (from: PeerId, fromAs: AsId, to: PeerId, toAs: AsId) => number,
): NeighbourSelection {
  const external = externalCount(count, externalPercent);
  return {
    select: (peer, asId, peers, random) => {
      const sample: PeerId[] = [];
      addOthers(sample, Math.max(sampleSize, count - external), peers.all, peer, random);
      const drawn = sample.map((other): Drawn => {
        return { peer: other, distance: distance(peer, asId, other, peers.asIdOf(other)!) };
      });
      // Sorting is stable: those drawn first stay first.
      const chosen = drawn
        .sort(byDistance)
        .slice(0, count - external)
        .map((each) => each.peer);
      addOthers(chosen, count - chosen.length, peers.all, peer, random);
      return chosen;
    },
  };
}

/** Without a difference, which two infinite distances do not have. */
function byDistance(a: Drawn, b: Drawn): number {
  if (a.distance === b.distance) return 0;
  return a.distance < b.distance ? -1 : 1;
}
