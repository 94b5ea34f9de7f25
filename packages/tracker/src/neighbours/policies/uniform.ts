/** Uniform selection, that of BitTorrent: all peers are equally likely. */

import type { PeerId } from '@cachetorrent/protocol';

import { addOthers } from '../draw.ts';
import type { NeighbourSelection } from '../selection.ts';

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
