/**
 * What a rule for the choice of neighbours sees and does. The rules are in `policies/`.
 *
 * A selection contains neither the peer itself nor another peer twice. A rule draws only from the
 * stream that it is handed, and knows of the network only what a tracker can know.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

/** The peers that a selection chooses from; the result depends on their order. */
export interface SelectablePeers {
  /** All peers. */
  readonly all: readonly PeerId[];
  /** The peers of one AS; empty if there are none. */
  inAs(asId: AsId): readonly PeerId[];
  /** The AS that have any of these peers, in ascending order. */
  readonly asIds: readonly AsId[];
  /** The AS of a peer; undefined if it is none of these peers. */
  asIdOf(peer: PeerId): AsId | undefined;
}

/** A rule by which a tracker chooses the neighbours of the peers of one swarm. */
export interface NeighbourSelection {
  /** The neighbours of `peer`, without duplicates and without `peer` itself. */
  select(peer: PeerId, asId: AsId, peers: SelectablePeers, random: Random): readonly PeerId[];
  /** A peer has left the swarm, or its AS. Absent if the rule remembers nothing of peers. */
  forget?(peer: PeerId): void;
}
