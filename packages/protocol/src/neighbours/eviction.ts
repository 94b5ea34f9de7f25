/**
 * Which connection makes way for a new one where there is no room: the one that has not exchanged a
 * block for the longest time, and for longer than it may. So idle peers cannot keep others out.
 *
 * Source: docs/protocol.md, section Trackers.
 */

/** What decides whether a connection makes way for a new one. */
export interface EvictablePeer {
  /** A block has been sent on the connection, in either direction. */
  readonly isUsed: boolean;
  /** One side is interested in the other. */
  readonly isInterested: boolean;
  /** When a block was last sent, in either direction; when it was connected if none has been. */
  readonly lastUsedMs: number;
}

/**
 * How long a peer may be idle before it is evicted: after an exchange of blocks; while one side is
 * interested in the other, for a rechoke interval; and else.
 */
const IDLE_MS = { used: 60_000, interested: 10_000, other: 1_000 } as const;

/** For how long a peer may be idle. */
export function mayIdleMs({ isUsed, isInterested }: EvictablePeer): number {
  if (isUsed) return IDLE_MS.used;
  return isInterested ? IDLE_MS.interested : IDLE_MS.other;
}

/**
 * Returns the one to evict; undefined if all are in use. Of equals the first one.
 *
 * @param mayIdle For how long a peer may be idle, if it is not the usual time.
 */
export function evictable<Peer extends EvictablePeer>(
  peers: Iterable<Peer>,
  nowMs: number,
  mayIdle: (peer: Peer) => number = mayIdleMs,
): Peer | undefined {
  let idlest: Peer | undefined;
  for (const peer of peers) {
    if (peer.lastUsedMs >= nowMs - mayIdle(peer)) continue;
    if (idlest === undefined || peer.lastUsedMs < idlest.lastUsedMs) idlest = peer;
  }
  return idlest;
}
