/**
 * Chooses the connection to close when there is no room for a new one, so that idle peers cannot
 * keep others out: first one that has not sent its handshake, then the one that has not exchanged
 * a block for the longest time, and for longer than it may.
 */

import { addressBlock } from '../net/address-block.ts';
import type { TcpConnection } from '../net/tcp-connection.ts';
import type { PendingConnections } from './pending-connections.ts';
import type { RemotePeer } from './remote-peer.ts';

/**
 * How long a peer may be idle before it is evicted: after an exchange of blocks; while one side is
 * interested in the other, for a rechoke interval; and else.
 */
const IDLE_MS = { used: 60_000, interested: 10_000, other: 1_000 } as const;

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
  let idlest: RemotePeer | undefined;
  for (const remote of all) {
    const isUsed = remote.receivedBytes + remote.sentBytes > 0;
    const mayIdleMs = !isUsed && isCrowd(remote) ? 0 : idleLimit(remote, isUsed);
    if (remote.lastUsedMs >= nowMs - mayIdleMs) continue;
    if (idlest === undefined || remote.lastUsedMs < idlest.lastUsedMs) idlest = remote;
  }
  return idlest?.tcp;
}

function idleLimit({ tcp }: RemotePeer, isUsed: boolean): number {
  if (isUsed) return IDLE_MS.used;
  const { peerInterested, amInterested } = tcp.state;
  return peerInterested || amInterested ? IDLE_MS.interested : IDLE_MS.other;
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
