/** What decides whether the connection to a remote peer is closed for another one. */

import type { TurnoverPeer } from '@cachetorrent/protocol';

import type { RoleAssignment } from '../client/role-assignment.ts';
import type { TcpConnection } from '../net/tcp-connection.ts';
import type { RemotePeer } from './remote-peer.ts';

/** Returns what the turnover of connections needs to know of a remote peer. */
export function turnoverPeerOf(
  remote: RemotePeer,
  { role, asn, leaders }: RoleAssignment,
): TurnoverPeer & { readonly tcp: TcpConnection } {
  const { tcp, id, receivedBytes, lastReceivedMs } = remote;
  const { amInterested, peerChoking, peerPieces, layout } = tcp.state;
  return {
    tcp,
    // A leader of ours, or one that may follow us.
    isKept: leaders.includes(id) || (role === 'leader' && remote.asn === asn),
    isInteresting: amInterested,
    isSeed: peerPieces.count === layout.pieceCount,
    receivedBytes,
    connectedAtMs: tcp.openedAtMs,
    isChokingUs: peerChoking,
    lastReceivedMs,
  };
}
