/**
 * Finds the peers that have an upload slot and do not use it while others wait for one: they
 * request nothing, or do not read what they have requested. A seed gives each peer a slot for 20
 * pieces (round-robin), so that a few such peers could keep all others waiting for ever.
 *
 * Peers that are slow are not meant, nor those that wait for us: for the disk or the upload limit.
 */

import type { RemotePeer } from '../connections/remote-peer.ts';

/** How long a slot may be unused; libtorrent allows 60 s without a request. */
const UNUSED_MS = 30_000;

/** What has to be known of a remote peer. */
export type SlotHolder = Pick<RemotePeer, 'incoming' | 'lastUsedMs' | 'tcp' | 'unchokedMs'>;

/** Closes the connections to peers that do not use their slots, so that others get them. */
export function closeUnusedSlots(remotes: Iterable<RemotePeer>, nowMs: number): void {
  for (const { tcp } of peersWithUnusedSlots(remotes, nowMs)) {
    tcp.close('too-many-connections', 'it does not use its upload slot, and others wait');
  }
}

/** Returns the peers that have not used their slots for too long; none if nobody waits. */
export function peersWithUnusedSlots<R extends SlotHolder>(
  remotes: Iterable<R>,
  nowMs: number,
): readonly R[] {
  const interested = [...remotes].filter(({ tcp }) => tcp.state.peerInterested);
  if (!interested.some(({ tcp }) => tcp.state.amChoking)) return [];
  return interested.filter(({ incoming, lastUsedMs, tcp, unchokedMs }) => {
    if (tcp.state.amChoking || nowMs - Math.max(lastUsedMs, unchokedMs) < UNUSED_MS) return false;
    return incoming.isEmpty || tcp.isCongested;
  });
}
