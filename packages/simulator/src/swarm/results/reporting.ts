/** Counts what the nodes of one AS are and hold. */

import type { PieceIndex } from '@cachetorrent/protocol';

import type { HostedPeer } from '../nodes/hosted-peer.ts';
import type { Node } from '../nodes/node.ts';
import { subTorrentRange } from '../nodes/sub-torrents.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import { type Role, ROLES } from './result.ts';

/** The role of each node, in order of rank: an index into `ROLES`. */
export function rolesOf(nodes: readonly Node[], plan: Plan): Uint8Array {
  return Uint8Array.from(nodes, (node) => ROLES.indexOf(roleOf(node, plan)));
}

function roleOf(node: Node, { swarm }: Plan): Role {
  if (node.id !== TRACKER && node.id <= swarm.seeds) return 'seed';
  if (swarm.leaderPercent === undefined) return 'peer';
  return node.peers.some(({ part }) => node.standingIn(part) === 'leader') ? 'leader' : 'follower';
}

/** For each piece of the file, how many nodes that can upload hold it. */
export function sourcesOf(machines: readonly HostedPeer[], plan: Plan): Uint32Array {
  const sources = new Uint32Array(plan.swarm.pieces);
  for (const hosted of machines) {
    if (!hosted.isReady || plan.capacityOf(hosted.id).uploadKbps === 0) continue;
    const { firstPiece, pieces } = subTorrentRange(plan.swarm, hosted.part);
    for (let piece = 0; piece < pieces; piece++) {
      if (hosted.peer.hasPiece(piece as PieceIndex)) sources[firstPiece + piece]!++;
    }
  }
  return sources;
}

/** How many pieces all nodes hold together. */
export function piecesHeldBy(machines: readonly HostedPeer[]): number {
  let held = 0;
  for (const hosted of machines) if (hosted.isReady) held += hosted.peer.storedCount;
  return held;
}
