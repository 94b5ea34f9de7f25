/**
 * Chooses the connection to close when there is no room for a new one, so that idle peers cannot
 * keep others out: first one that has not sent its handshake, then the one that is idle for the
 * longest time (`evictable`). Of those at an address with more than half of all connections, one
 * that has exchanged no block may not be idle at all.
 */

import { evictable, type EvictablePeer, mayIdleMs } from '@cachetorrent/protocol';

import { addressBlock } from '../net/address-block.ts';
import type { TcpConnection } from '../net/tcp-connection.ts';
import type { PendingConnections } from './pending-connections.ts';
import type { RemotePeer } from './remote-peer.ts';

/** The room, and for whom it is needed. */
export interface EvictionContext {
  readonly pending: Pick<PendingConnections, 'oldestWithoutHandshake'>;
  readonly remotes: Iterable<RemotePeer>;
  /** The limit of connections. */
  readonly connectionsMax: number;
  /** The address of the new connection. */
  readonly newcomer: string;
}

/** Returns the connection to close; undefined if all are in use. */
export function evictionCandidate(
  { pending, remotes, connectionsMax, newcomer }: EvictionContext,
  nowMs: number,
): TcpConnection | undefined {
  const withoutHandshake = pending.oldestWithoutHandshake();
  if (withoutHandshake !== undefined) return withoutHandshake;
  const all = [...remotes];
  const crowd = crowdIn(all, connectionsMax);
  const isNewcomerOfCrowd = crowd === addressBlock(newcomer);
  const isCrowd = ({ tcp }: RemotePeer): boolean =>
    !isNewcomerOfCrowd && addressBlock(tcp.host) === crowd;
  const peers = all.map((remote) => ({ remote, ...evictablePeerOf(remote) }));
  const mayIdle = (peer: (typeof peers)[0]): number =>
    !peer.isUsed && isCrowd(peer.remote) ? 0 : mayIdleMs(peer);
  return evictable(peers, nowMs, mayIdle)?.remote.tcp;
}

function evictablePeerOf({ tcp, receivedBytes, sentBytes, lastUsedMs }: RemotePeer): EvictablePeer {
  const { peerInterested, amInterested } = tcp.state;
  return {
    isUsed: receivedBytes + sentBytes > 0,
    isInterested: peerInterested || amInterested,
    lastUsedMs,
  };
}

/** Returns the block of addresses with more than half of all connections, if there is one. */
function crowdIn(remotes: readonly RemotePeer[], connectionsMax: number): string | undefined {
  const counts = new Map<string, number>();
  for (const { tcp } of remotes) {
    const block = addressBlock(tcp.host);
    const count = (counts.get(block) ?? 0) + 1;
    if (count > connectionsMax / 2) return block;
    counts.set(block, count);
  }
  return undefined;
}
