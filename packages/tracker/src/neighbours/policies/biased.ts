/** Biased selection (Bindal et al. 2006): most neighbours are in the peer's own AS. */

import type { PeerId } from '@cachetorrent/protocol';

import { addOthers, externalCount } from '../draw.ts';
import type { NeighbourSelection } from '../selection.ts';

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
