/**
 * Selection by latency: the nearest of a random sample. Clients know latencies without measuring
 * each pair, from network coordinates (Dabek et al. 2004, *Vivaldi*) or from the servers of a CDN
 * to which they are directed (Choffnes and Bustamante 2008, *Taming the torrent*, the plugin Ono),
 * and can tell the tracker; here without an error.
 */

import type { PeerId } from '@cachetorrent/protocol';

import { type NearestOptions, nearestSelection } from '../nearest.ts';
import type { NeighbourSelection } from '../selection.ts';

/** The nearest of a sample by the latency from one peer to another, in ms. */
export function latencySelection(
  options: NearestOptions,
  latencyMs: (from: PeerId, to: PeerId) => number,
): NeighbourSelection {
  return nearestSelection(options, (from, _, to) => latencyMs(from, to));
}
