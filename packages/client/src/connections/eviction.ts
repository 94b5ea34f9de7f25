/**
 * Chooses the connection to close when there is no room for a new one, so that idle peers cannot
 * keep others out: first one that has not sent its handshake, then the one that has not exchanged
 * a block for the longest time.
 */

import type { TcpConnection } from '../net/tcp-connection.ts';
import type { PendingConnections } from './pending-connections.ts';
import type { RemotePeer } from './remote-peer.ts';

/** A peer that has exchanged a block within this time is never evicted. */
const IDLE_MS = 60_000;

/** Returns the connection to close; undefined if all are in use. */
export function evictionCandidate(
  pending: Pick<PendingConnections, 'oldestWithoutHandshake'>,
  remotes: Iterable<RemotePeer>,
  nowMs: number,
): TcpConnection | undefined {
  const withoutHandshake = pending.oldestWithoutHandshake();
  if (withoutHandshake !== undefined) return withoutHandshake;
  let idlest: RemotePeer | undefined;
  for (const remote of remotes) {
    if (idlest === undefined || remote.lastUsedMs < idlest.lastUsedMs) idlest = remote;
  }
  const isIdle = idlest !== undefined && idlest.lastUsedMs < nowMs - IDLE_MS;
  return isIdle ? idlest!.tcp : undefined;
}
