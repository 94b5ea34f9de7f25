/**
 * Selection by AS hops: the peers in the own AS come first, then those whose traffic crosses the
 * fewest links between AS. A tracker knows the hops from public routing tables.
 */

import type { AsId } from '@cachetorrent/protocol';

import { type NearestOptions, nearestSelection } from '../nearest.ts';
import type { NeighbourSelection } from '../selection.ts';

/** The nearest of a sample by `hops`: the links between AS on the way from one AS to another. */
export function hopsSelection(
  options: NearestOptions,
  hops: (from: AsId, to: AsId) => number,
): NeighbourSelection {
  return nearestSelection(options, (_, fromAs, __, toAs) => hops(fromAs, toAs));
}
